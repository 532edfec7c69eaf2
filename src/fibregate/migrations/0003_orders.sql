create table reservations (
    tenant_id integer not null references tenants,
    id bigint not null check (id between 1 and 9007199254740991),
    slot_id bigint not null references slots,
    uprn bigint not null references premises,
    service text not null references service_specifications,
    purpose text not null check (purpose in ('PROVIDE', 'REPAIR', 'MODIFY')),
    state text not null check (state in (
        'RESERVED', 'ATTACHED', 'CONFIRMED', 'FULFILLED', 'EXPIRED', 'RELEASED', 'REPLACED', 'WITHDRAWN'
    )),
    reference text not null,
    expires_at timestamptz,
    order_key bigint,
    body_hash bytea not null,
    address jsonb not null,
    notice text,
    conversation_id text not null,
    request_id text not null,
    created_at timestamptz not null default clock(),
    ended_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, reference),
    check (state not in ('ATTACHED', 'CONFIRMED', 'FULFILLED') or order_key is not null),
    check (state <> 'RESERVED' or order_key is null)
);
create index reservations_by_slot on reservations (slot_id);
create index reservations_unconfirmed on reservations (tenant_id) where state = 'RESERVED';
create unique index reservations_one_live_per_order on reservations (tenant_id, order_key)
where state in ('ATTACHED', 'CONFIRMED', 'FULFILLED');
create sequence reservation_numbers;

create sequence order_keys;
create table orders (
    tenant_id integer not null references tenants,
    order_key bigint not null default nextval('order_keys'),
    id bigint not null check (id between 1 and 9007199254740991),
    door text not null check (door in ('WHOLESALE', 'TENANT')),
    supplier_id integer not null references suppliers,
    order_type text not null,
    status text not null check (status in (
        'RECEIVED_BY_GATEWAY', 'SENT_TO_SUPPLIER', 'FAILED_TO_SEND', 'ACKNOWLEDGED', 'REJECTED', 'IN_PROGRESS',
        'PENDING', 'HELD', 'PENDING_AMENDMENT', 'PENDING_CANCELLATION', 'CANCELLED', 'FAILED', 'PARTIAL', 'COMPLETED'
    )),
    returns_to text check (returns_to in ('SENT_TO_SUPPLIER', 'ACKNOWLEDGED', 'IN_PROGRESS', 'HELD')),
    uprn bigint not null,
    address jsonb not null,
    service text not null,
    characteristics jsonb not null,
    primary_contact jsonb not null,
    secondary_contact jsonb,
    engineer_tasks jsonb,
    hazards text,
    on_site_restrictions text,
    notes text,
    requested_completion_date date,
    reservation_id bigint,
    supplier_reference text,
    committed_at timestamptz,
    target_at timestamptz,
    kci_count integer not null default 0,
    body_hash bytea not null,
    request_id text not null,
    conversation_id text not null,
    created_at timestamptz not null default clock(),
    updated_at timestamptz not null default clock(),
    primary key (tenant_id, order_key),
    unique (tenant_id, id),
    check ((status in ('PENDING', 'HELD')) <= (returns_to is not null)),
    foreign key (tenant_id, reservation_id) references reservations (tenant_id, id)
);
create index orders_by_age on orders (tenant_id, created_at, order_key);

-- Every move of a promised or expected date, and who caused it.
create table order_dates (
    tenant_id integer not null,
    order_key bigint not null,
    move integer not null,
    which text not null check (which in ('COMMITTED', 'TARGET')),
    moved_from timestamptz,
    moved_to timestamptz,
    caused_by text not null check (caused_by in ('NETWORK', 'CUSTOMER', 'TENANT')),
    problem_code text,
    at timestamptz not null,
    primary key (tenant_id, order_key, move, which),
    foreign key (tenant_id, order_key) references orders
);

-- What was told to the tenant; its facts are frozen when they happen.
create table kcis (
    tenant_id integer not null,
    order_key bigint not null,
    sequence_number integer not null check (sequence_number >= 1),
    id uuid not null,
    reason text not null,
    status text not null,
    facts jsonb not null,
    issued_at timestamptz,
    received_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, order_key, sequence_number),
    foreign key (tenant_id, order_key) references orders
);
create unique index kcis_by_id on kcis (tenant_id, id);

-- The pull feed: positions are 1..n for each tenant, given out under the lock of its head, so none can appear late.
create table feed_heads (
    tenant_id integer primary key references tenants,
    position bigint not null
) with (fillfactor = 20);
create table feed (
    tenant_id integer not null references tenants,
    position bigint not null,
    type text not null check (type in ('KCI', 'APPOINTMENT')),
    order_key bigint,
    sequence_number integer,
    appointment_id bigint,
    appointment_state text check (appointment_state in ('EXPIRED', 'WITHDRAWN')),
    at timestamptz not null,
    primary key (tenant_id, position),
    foreign key (tenant_id, order_key, sequence_number) references kcis,
    foreign key (tenant_id, appointment_id) references reservations,
    check ((type = 'KCI') = (sequence_number is not null)),
    check ((type = 'APPOINTMENT') = (appointment_id is not null and appointment_state is not null))
);

create table endpoints (
    tenant_id integer not null references tenants,
    endpoint_id uuid not null,
    url text not null,
    rendering text not null,
    secret bytea not null,
    enabled boolean not null default true,
    deleted_at timestamptz,
    created_at timestamptz not null default clock(),
    primary key (tenant_id, endpoint_id)
);

-- The bytes as first made, then sent verbatim for ever.
create table deliveries (
    tenant_id integer not null,
    endpoint_id uuid not null,
    order_key bigint not null,
    sequence_number integer not null,
    body bytea not null,
    made_at timestamptz not null,
    delivered_at timestamptz,
    attempts integer not null default 0,
    primary key (tenant_id, endpoint_id, order_key, sequence_number),
    foreign key (tenant_id, endpoint_id) references endpoints,
    foreign key (tenant_id, order_key, sequence_number) references kcis
);
create index deliveries_by_order on deliveries (tenant_id, order_key);
create table delivery_attempts (
    tenant_id integer not null,
    endpoint_id uuid not null,
    order_key bigint not null,
    sequence_number integer not null,
    attempt integer not null,
    started_at timestamptz not null,
    took_ms real not null,
    http_status smallint,
    outcome text not null,
    answer text,
    primary key (tenant_id, endpoint_id, order_key, sequence_number, attempt),
    foreign key (tenant_id, endpoint_id, order_key, sequence_number) references deliveries
);

-- What suppliers tell us: kept raw, once, applied in the supplier's sequence.
create table supplier_updates (
    tenant_id integer not null,
    supplier_id integer not null references suppliers,
    id uuid not null,
    order_key bigint not null,
    sequence_number integer not null check (sequence_number >= 1),
    reason text not null,
    raw bytea not null,
    content jsonb not null,
    issued_at timestamptz not null,
    received_at timestamptz not null default clock(),
    state text not null check (state in ('RECEIVED', 'APPLIED', 'RECORDED', 'REFUSED')),
    refusal text,
    applied_at timestamptz,
    primary key (tenant_id, supplier_id, id),
    foreign key (tenant_id, order_key) references orders,
    check ((state = 'REFUSED') = (refusal is not null))
);
create unique index supplier_updates_in_sequence
on supplier_updates (tenant_id, order_key, supplier_id, sequence_number);

-- Where a supplier stands with an order of ours, found by its own reference too. Spans tenants.
create table supplier_orders (
    supplier_id integer not null references suppliers,
    order_key bigint not null,
    for_tenant integer not null references tenants,
    uprn bigint not null,
    one_at_a_time boolean not null,
    line integer check (line >= 1),
    supplier_reference text,
    last_applied integer not null default 0,
    last_given integer not null default 0,
    ended_at timestamptz,
    primary key (supplier_id, order_key),
    unique (supplier_id, supplier_reference)
);
create index supplier_orders_open on supplier_orders (uprn) where ended_at is null;
create unique index supplier_orders_one_at_a_time on supplier_orders (for_tenant, uprn)
where one_at_a_time and ended_at is null;
-- Where lines are counted, each open order takes the first number that is free: so the last one is sold once.
create unique index supplier_orders_lines on supplier_orders (uprn, line) where ended_at is null;

-- Our own network's side of an order.
create sequence work_order_numbers minvalue 0 start 10000001;
create table work_orders (
    tenant_id integer not null,
    order_key bigint not null,
    reference text not null,
    engineer_notes jsonb not null default '[]',
    created_at timestamptz not null default clock(),
    primary key (tenant_id, order_key),
    foreign key (tenant_id, order_key) references orders
);
create unique index work_orders_by_reference on work_orders (tenant_id, reference);

-- Only a sandbox fills this: which story an order plays, and how far it is.
create table story_runs (
    tenant_id integer not null,
    order_key bigint not null,
    story text not null,
    problem_code text,
    kci_delay_seconds integer,
    step integer not null default 0,
    memory jsonb not null default '{}',
    started_at timestamptz not null default clock(),
    primary key (tenant_id, order_key),
    foreign key (tenant_id, order_key) references orders
);

grant select, insert, update on reservations, orders, order_dates, kcis, feed_heads, feed, endpoints, deliveries,
delivery_attempts, supplier_updates, supplier_orders, work_orders, story_runs to fibregate_app, fibregate_work;
grant usage on sequence reservation_numbers, order_keys, work_order_numbers to fibregate_app, fibregate_work;

-- The second wall: rows of one tenant at a time, also for the owner.
do $$
declare
    walled text;
begin
    foreach walled in array array[
        'reservations', 'orders', 'order_dates', 'kcis', 'feed_heads', 'feed', 'endpoints', 'deliveries',
        'delivery_attempts', 'supplier_updates', 'work_orders', 'story_runs', 'handovers', 'services'
    ] loop
        execute format('alter table %I enable row level security', walled);
        execute format('alter table %I force row level security', walled);
        execute format(
            'create policy one_tenant on %I using (tenant_id = nullif(current_setting(''fg.tenant'', true), '''')::integer)',
            walled
        );
    end loop;
end $$;
alter table audit enable row level security;
alter table audit force row level security;
create policy readable_by_its_tenant on audit for select
using (about_tenant = nullif(current_setting('fg.tenant', true), '')::integer);
create policy anyone_writes on audit for insert
with check (about_tenant is null or about_tenant = nullif(current_setting('fg.tenant', true), '')::integer);
