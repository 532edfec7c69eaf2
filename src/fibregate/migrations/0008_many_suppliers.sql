-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, adding-not-nullable-field
-- squawk-ignore-file ban-drop-constraint, adding-required-field, require-concurrent-index-creation, ban-drop-not-null
-- squawk-ignore-file require-concurrent-index-deletion, adding-field-with-default, disallowed-unique-constraint
-- (no version with these tables has been released, so nobody waits behind the locks of this file)

-- What a network can do; what it offers beyond the dialect; whether the same id and body asked again does nothing twice;
-- and whose objections it takes.
alter table suppliers
add column capabilities text[] not null default array[
    'AVAILABILITY', 'APPOINTMENTS', 'NEW', 'START', 'TRANSFER', 'TAKEOVER', 'SWAP', 'MODIFY', 'CEASE', 'AMENDMENTS',
    'CANCELLATIONS'
],
add column extensions text[] not null default '{}',
add column replays boolean not null default false,
add column objections text not null default 'NONE' constraint suppliers_objections check (
    objections in ('NONE', 'TAKEOVER', 'ALL')
),
add column aborted_visit_charge numeric(10, 2) constraint suppliers_aborted_visit_charge check (aborted_visit_charge >= 0),
add column disabled_at timestamptz;

-- What we are to a supplier: a name there, a way in, and one series of numbers for all that we ask under it.
create table supplier_accounts (
    account_id integer primary key generated always as identity,
    supplier_id integer not null references suppliers,
    name text not null check (name ~ '^\w{1,50}$'),
    tenant_name text not null check (tenant_name ~ '^\w{1,50}$'),
    base_url text not null,
    prefix text not null,
    auth_kind text not null check (auth_kind in ('OAUTH2', 'BASIC', 'MTLS')),
    auth bytea not null,
    connect_seconds real not null default 5 check (connect_seconds > 0 and connect_seconds <= 30),
    total_seconds real not null default 30 check (total_seconds > 0 and total_seconds <= 120),
    last_number bigint not null default 0 check (last_number >= 0),
    disabled_at timestamptz,
    created_at timestamptz not null default clock(),
    unique (supplier_id, name),
    unique (supplier_id, tenant_name)
);

-- How a supplier has been answering, for all processes. Times are real time.
create table supplier_health (
    supplier_id integer primary key references suppliers,
    state text not null default 'CLOSED' check (state in ('CLOSED', 'OPEN', 'HALF_OPEN')),
    failures integer not null default 0,
    opened_at timestamptz,
    probe_at timestamptz,
    last_good_at timestamptz,
    last_fault_at timestamptz,
    last_fault text,
    calls bigint not null default 0,
    faults bigint not null default 0
) with (fillfactor = 50);

-- Which suppliers a tenant may use, as whom, and which it would rather. Our own network needs no row: it is there for
-- all, at a preference of 100, unless a row says otherwise.
create table routes (
    tenant_id integer not null references tenants,
    supplier_id integer not null references suppliers,
    account_id integer references supplier_accounts,
    preference integer not null default 100 check (preference between 1 and 1000),
    disabled_at timestamptz,
    primary key (tenant_id, supplier_id)
);

-- Numbers that we give at the tenant door: counted up in the transaction that uses them, so none is lost.
create table gateway_numbers (
    tenant_id integer not null references tenants,
    kind text not null check (kind in ('APPOINTMENT', 'ORDER', 'AMENDMENT', 'CANCELLATION')),
    last_number bigint not null,
    primary key (tenant_id, kind)
) with (fillfactor = 50);

-- What was asked at the tenant door, so that asked again it is answered again and done once. `key` is the request id
-- with the body's hash, or an idempotency key, which goes with one body only.
create table accepted_requests (
    tenant_id integer not null references tenants,
    route text not null,
    strict boolean not null,
    key text not null,
    body_hash bytea not null,
    http_status smallint,
    answer bytea,
    created_at timestamptz not null,
    primary key (tenant_id, route, strict, key),
    check ((http_status is null) = (answer is null))
);
create index accepted_requests_by_age on accepted_requests (created_at);

-- A reservation at another network has no timeslot of ours; it brings its own times.
alter table reservations
alter column slot_id drop not null,
alter column uprn drop not null,
drop constraint reservations_uprn_fkey,
drop constraint reservations_service_fkey,
drop constraint reservations_state_check,
add constraint reservations_state_check check (state in (
    'REQUESTED', 'RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED', 'EXPIRED', 'RELEASED', 'REPLACED',
    'WITHDRAWN', 'FAILED'
)),
drop constraint reservations_check1,
drop constraint reservations_tenant_id_reference_key,
add unique (tenant_id, supplier_id, reference),
add constraint reservations_unordered check (state not in ('RESERVED', 'REQUESTED') or order_key is null),
add constraint reservations_proposed check (state <> 'PROPOSED' or order_key is not null),
add column supplier_id integer not null default 1 references suppliers,
add column service_name text,
add column service_id text,
add column starts_at timestamptz,
add column ends_at timestamptz,
add column classification text,
add column standard boolean,
add column sent_id bigint,
add constraint reservations_have_times check (slot_id is not null or (starts_at is not null and ends_at is not null));

-- Modify and cease are about a service that lives; a cease that nobody asked for says why.
alter table orders
alter column uprn drop not null,
alter column primary_contact drop not null,
add column service_name text,
add column service_id text,
add column beneath text constraint orders_beneath check (
    beneath in ('SENT_TO_SUPPLIER', 'ACKNOWLEDGED', 'IN_PROGRESS', 'PENDING', 'HELD')
),
add column changes integer not null default 0,
add column cease_reason text,
add column requested_cease_date timestamptz,
add constraint orders_beneath_a_change check (
    (status in ('PENDING_AMENDMENT', 'PENDING_CANCELLATION')) = (beneath is not null)
),
add constraint orders_beneath_returns check (beneath not in ('PENDING', 'HELD') or returns_to is not null);

-- A tenant's wish to change or end an order that is under way; `number` counts those of one order.
create sequence change_keys;
create table order_changes (
    tenant_id integer not null,
    change_key bigint not null default nextval('change_keys'),
    kind text not null check (kind in ('AMENDMENT', 'CANCELLATION')),
    id bigint not null check (id between 1 and 9007199254740991),
    door text not null check (door in ('WHOLESALE', 'TENANT')),
    order_key bigint not null,
    number integer not null check (number >= 1),
    status text not null check (status in (
        'RECEIVED_BY_GATEWAY', 'PENDING', 'FAILED_TO_SEND', 'REJECTED', 'COMPLETED'
    )),
    asked jsonb not null default '{}',
    reason_code text,
    text text,
    reservation_id bigint,
    supplier_reference text,
    sent_id bigint,
    answer text,
    play jsonb,
    body_hash bytea not null,
    request_id text not null,
    conversation_id text not null,
    created_at timestamptz not null,
    decided_at timestamptz,
    primary key (tenant_id, change_key),
    unique (tenant_id, kind, id),
    unique (tenant_id, order_key, number),
    foreign key (tenant_id, order_key) references orders,
    foreign key (tenant_id, reservation_id) references reservations (tenant_id, id),
    check ((kind = 'CANCELLATION') = (reason_code is not null)),
    check ((status in ('FAILED_TO_SEND', 'REJECTED', 'COMPLETED')) = (decided_at is not null))
);
create index order_changes_open on order_changes (tenant_id, order_key)
where status in ('RECEIVED_BY_GATEWAY', 'PENDING');
grant usage on sequence change_keys to fibregate_app, fibregate_work;

-- Every call that has an effect at a supplier, written down before it is made. `sent_id` is our number there.
create table supplier_calls (
    tenant_id integer not null references tenants,
    call_id bigint not null generated always as identity,
    supplier_id integer not null references suppliers,
    account_id integer not null references supplier_accounts,
    kind text not null check (kind in ('BOOK', 'ORDER', 'AMEND', 'CANCEL')),
    sent_id bigint not null,
    order_key bigint,
    change_key bigint,
    reservation_id bigint,
    state text not null check (state in ('INTENT', 'SENT', 'CONFIRMED', 'REJECTED', 'UNKNOWN', 'RECONCILED')),
    outcome text,
    request jsonb not null,
    http_status smallint,
    answer jsonb,
    attempts integer not null default 0,
    created_at timestamptz not null,
    sent_at timestamptz,
    settled_at timestamptz,
    primary key (tenant_id, call_id),
    unique (tenant_id, account_id, kind, sent_id),
    foreign key (tenant_id, order_key) references orders
);
create index supplier_calls_open on supplier_calls (tenant_id, created_at)
where state in ('INTENT', 'SENT', 'UNKNOWN');

-- Under which account and number a supplier has the order; it names the order by them.
-- `brought` is the service that came of it, by which a supplier names what it ceases unasked.
alter table supplier_orders
alter column uprn drop not null,
add column account_id integer references supplier_accounts,
add column sent_id bigint,
add column brought text;
create unique index supplier_orders_by_number on supplier_orders (account_id, sent_id) where account_id is not null;
create index supplier_orders_by_service on supplier_orders (supplier_id, brought) where brought is not null;

-- Services of all networks. Those of others bring what their networks said of them, and have no terminal of ours.
alter table services
alter column uprn drop not null,
alter column order_key drop not null,
alter column enni_id drop not null,
alter column outer_vlan drop not null,
alter column inner_vlan drop not null,
alter column ont_reference drop not null,
alter column port_number drop not null,
drop constraint services_service_fkey,
add column supplier_id integer not null default 1 references suppliers,
add column order_id bigint,
add column address jsonb,
add column characteristics jsonb not null default '[]',
add column ceased_at timestamptz;
create unique index services_one_a_port on services (ont_reference, port_number) where state = 'ACTIVE';

-- A line that goes from one tenant to another: what was asked, what it ends, and when. Spans tenants.
create table switches (
    gaining_key bigint primary key,
    gaining_tenant integer not null references tenants,
    kind text not null check (kind in ('TRANSFER', 'TAKEOVER')),
    losing_tenant integer not null references tenants,
    losing_service text not null,
    losing_key bigint unique,
    ont_reference text not null,
    port_number smallint not null,
    cuts_over_at timestamptz,
    state text not null check (state in ('PLANNED', 'TOLD', 'DONE', 'CALLED_OFF', 'OBJECTED'))
);
create unique index switches_one_a_port on switches (ont_reference, port_number) where state in ('PLANNED', 'TOLD');

alter table alarms
drop constraint alarms_kind_check,
add constraint alarms_kind_check check (kind in (
    'ENDPOINT_FAILING', 'ENDPOINT_SUSPENDED', 'HEAD_REFUSED', 'DELIVERY_PARKED', 'OLDEST_UNDELIVERED',
    'ORDER_SILENT', 'GHOST_APPOINTMENT', 'SIGN_INS_FAILING', 'CREDENTIAL_EXPIRING', 'LANE_ASTRAY', 'CALL_UNKNOWN',
    'SUPPLIER_FAILING'
));

grant select on supplier_accounts, supplier_health, routes, gateway_numbers, accepted_requests, order_changes,
supplier_calls, switches to fibregate_app, fibregate_work;
grant insert, update on supplier_accounts, supplier_health, routes, gateway_numbers, accepted_requests, order_changes,
supplier_calls, switches to fibregate_app, fibregate_work;
grant update on suppliers to fibregate_work;
grant delete on accepted_requests to fibregate_work;

do $$
declare
    walled text;
begin
    foreach walled in array array['routes', 'gateway_numbers', 'accepted_requests', 'order_changes', 'supplier_calls'] loop
        execute format('alter table %I enable row level security', walled);
        execute format('alter table %I force row level security', walled);
        execute format(
            'create policy one_tenant on %I using (tenant_id = nullif(current_setting(''fg.tenant'', true), '''')::integer)',
            walled
        );
    end loop;
end $$;
