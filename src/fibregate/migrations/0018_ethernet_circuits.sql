-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation, disallowed-unique-constraint
-- squawk-ignore-file adding-foreign-key-constraint
-- (the tables are new, and the columns have constant defaults, so nobody waits behind the locks of this file)

-- The Ethernet of our own network that is being set up, lives, or has lived. Its order is known but where it was there
-- before. `monthly` is what it costs a month now, and `term_from` the day that its term of `months` began on.
create table ethernet_circuits (
    tenant_id integer not null references tenants,
    service_id text not null,
    supplier_id integer not null references suppliers,
    circuit_reference text not null,
    order_key bigint,
    place smallint not null check (place >= 0),
    product text not null,
    bandwidth text not null check (bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'),
    months smallint not null check (months between 1 and 120),
    monthly numeric(12, 2) not null check (monthly >= 0),
    state text not null check (state in ('ALLOCATED', 'ACTIVE', 'CEASED')),
    since timestamptz,
    term_from date,
    ceased_at timestamptz,
    primary key (tenant_id, service_id),
    unique (tenant_id, circuit_reference),
    unique (tenant_id, order_key, place),
    foreign key (tenant_id, order_key) references orders,
    check ((state = 'ACTIVE') <= (num_nulls(since, term_from) = 0)),
    check ((ceased_at is not null) <= (state = 'CEASED'))
);

-- Its ends. A tenant's traffic is handed over at an address, and there no two of its circuits have one VLAN.
create table ethernet_circuit_sites (
    tenant_id integer not null,
    service_id text not null,
    place smallint not null check (place >= 0),
    handover text not null,
    outer_vlan smallint not null check (outer_vlan between 2 and 4094),
    inner_vlan smallint not null check (inner_vlan between 2 and 4094),
    released_at timestamptz,
    name text not null,
    role text not null,
    postcode text not null,
    address jsonb not null,
    primary key (tenant_id, service_id, place),
    foreign key (tenant_id, service_id) references ethernet_circuits
);
create unique index ethernet_circuit_sites_one_vlan
on ethernet_circuit_sites (tenant_id, handover, outer_vlan, inner_vlan) where released_at is null;

-- Orders that change or end a circuit: what is to become of it, and what that costs, as it was when they were placed.
-- `months` is a renewed term, `monthly` what the circuit costs a month from then on.
create table circuit_orders (
    tenant_id integer not null,
    order_key bigint not null,
    service_id text not null,
    bandwidth text check (bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'),
    months smallint check (months between 1 and 120),
    monthly numeric(12, 2) check (monthly >= 0),
    contract jsonb,
    months_left smallint check (months_left >= 0),
    early_ending numeric(12, 2) check (early_ending >= 0),
    primary key (tenant_id, order_key),
    foreign key (tenant_id, order_key) references orders,
    foreign key (tenant_id, service_id) references ethernet_circuits,
    check (num_nulls(months_left, early_ending) in (0, 2)),
    check (early_ending is null or num_nonnulls(bandwidth, months, monthly, contract) = 0)
);
grant select, insert on circuit_orders to fibregate_app, fibregate_work;

-- How many days before its end a cease must be ordered.
alter table ethernet_price_lists
add column cease_notice_days smallint not null default 30 check (cease_notice_days between 0 and 365);

-- What a charge is for. What an early ending costs stands as `construction`, with nothing included.
alter table charges
add column kind text not null default 'CONSTRUCTION' check (kind in ('CONSTRUCTION', 'EARLY_ENDING'));

grant select, insert, update on ethernet_circuits, ethernet_circuit_sites to fibregate_app, fibregate_work;

do $$
declare
    walled text;
begin
    foreach walled in array array['ethernet_circuits', 'ethernet_circuit_sites', 'circuit_orders'] loop
        execute format('alter table %I enable row level security', walled);
        execute format('alter table %I force row level security', walled);
        execute format(
            'create policy one_tenant on %I using (tenant_id = nullif(current_setting(''fg.tenant'', true), '''')::integer)',
            walled
        );
    end loop;
end $$;
