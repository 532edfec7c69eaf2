-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation, disallowed-unique-constraint
-- squawk-ignore-file adding-foreign-key-constraint, ban-drop-constraint
-- (a supplier is one of a handful of rows, and the other tables are new, so nobody waits behind the locks of this file)

-- Our own network may sell Ethernet under a code of its own; where it does not, it sells it under its usual one.
alter table suppliers
drop constraint suppliers_kind_check,
add constraint suppliers_kind_check check (kind in ('OWN_NETWORK', 'OWN_ETHERNET', 'HTTP'));
create unique index suppliers_one_own_ethernet on suppliers (kind) where kind = 'OWN_ETHERNET';
update suppliers set capabilities = capabilities || '{QUOTES}' where kind = 'OWN_NETWORK';

-- What our own network sells between sites under one of its codes, and how it numbers its quotes. Money is GBP ex VAT.
create table ethernet_price_lists (
    supplier_id integer primary key references suppliers,
    quote_prefix text not null check (quote_prefix ~ '^[A-Z0-9_-]{1,40}$'),
    last_quote_number bigint not null default 0 check (last_quote_number >= 0),
    validity_days smallint not null check (validity_days between 1 and 365),
    included_construction numeric(12, 2) not null check (included_construction between 0 and 1000000),
    lead_days smallint not null check (lead_days between 0 and 500),
    survey_lead_days smallint not null check (survey_lead_days between lead_days and 500),
    civils_lead_days smallint not null check (civils_lead_days between survey_lead_days and 500),
    updated_at timestamptz not null default clock()
);

-- `roles`: ENDS is exactly one A-END and one B-END; ANY takes sites of any role.
create table ethernet_products (
    supplier_id integer not null references ethernet_price_lists,
    product text not null check (product ~ '^[A-Za-z0-9_-]{1,50}$'),
    name text not null check (length(name) between 1 and 255),
    roles text not null check (roles in ('ENDS', 'ANY')),
    primary key (supplier_id, product)
);

-- A bandwidth is its rate, then its bearer: 100M1G. `monthly` is at a term of 100 per cent, before distance.
create table ethernet_bandwidths (
    supplier_id integer not null,
    product text not null,
    bandwidth text not null check (bandwidth ~ '^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$'),
    monthly numeric(12, 2) not null check (monthly between 0 and 100000),
    connection numeric(12, 2) not null check (connection between 0 and 100000),
    primary key (supplier_id, product, bandwidth),
    foreign key (supplier_id, product) references ethernet_products
);

create table ethernet_terms (
    supplier_id integer not null references ethernet_price_lists,
    months smallint not null check (months between 1 and 120),
    percent numeric(5, 2) not null check (percent > 0 and percent <= 100),
    primary key (supplier_id, months)
);

-- What a service costs more a month from so many metres of straight line on.
create table ethernet_distances (
    supplier_id integer not null references ethernet_price_lists,
    from_metres integer not null check (from_metres between 0 and 2000000),
    monthly numeric(12, 2) not null check (monthly between 0 and 100000),
    primary key (supplier_id, from_metres)
);

-- Sites that our own network knows, by UPRN (without leading zeros) or NAD, on the national grid in metres. `work`: NONE,
-- there is fibre in the building; SURVEY, it must be looked at; CIVILS, something is to be built; UNKNOWN, nobody knows.
create table ethernet_sites (
    kind text not null check (kind in ('UPRN', 'NAD')),
    identifier text not null check (identifier ~ '^[A-Z0-9]{1,50}$'),
    name text not null check (length(name) between 1 and 100),
    postcode text not null check (postcode ~ '^[A-Z0-9 ]{5,8}$'),
    easting integer not null check (easting between 0 and 700000),
    northing integer not null check (northing between 0 and 1300000),
    work text not null check (work in ('NONE', 'SURVEY', 'CIVILS', 'UNKNOWN')),
    construction numeric(12, 2) check (construction between 0 and 1000000),
    greatest_bearer text check (greatest_bearer ~ '^[1-9][0-9]{0,3}[MG]$'),
    validity_days smallint check (validity_days between 1 and 365),
    primary key (kind, identifier),
    check ((construction is not null) = (work = 'CIVILS'))
);

-- What a tenant asked the price of, frozen as it was answered.
create table quotes (
    tenant_id integer not null references tenants,
    quote_id uuid not null,
    external_identifier text not null check (length(external_identifier) <= 64),
    request_id text not null,
    conversation_id text not null,
    created_at timestamptz not null,
    primary key (tenant_id, quote_id)
);
create index quotes_by_age on quotes (tenant_id, created_at, quote_id);

-- One item as one supplier answered it: `alternate` 0 is what was asked, from 1 on what can be had in its place.
create table quote_items (
    tenant_id integer not null,
    quote_id uuid not null,
    item_id bigint not null check (item_id between 0 and 9007199254740991),
    alternate smallint not null check (alternate >= 0),
    place smallint not null,
    supplier_id integer not null references suppliers,
    supplier_quote_id text check (length(supplier_quote_id) between 1 and 64),
    sites jsonb not null,
    contract jsonb not null,
    services jsonb not null,
    status text not null check (status in ('QUOTED', 'REJECTED', 'FAILED')),
    level text check (level in ('BUDGETARY', 'FIRM_SUBJECT_TO_SURVEY', 'FIRM')),
    months smallint check (months between 1 and 120),
    one_off numeric(12, 2) check (one_off >= 0),
    monthly numeric(12, 2) check (monthly >= 0),
    one_off_charges jsonb not null default '[]',
    recurring_charges jsonb not null default '[]',
    construction jsonb not null default '[]',
    lead_days smallint check (lead_days >= 0),
    valid_until timestamptz,
    reasons jsonb not null default '[]',
    notes jsonb not null default '[]',
    primary key (tenant_id, quote_id, item_id, alternate),
    unique (tenant_id, supplier_id, supplier_quote_id),
    foreign key (tenant_id, quote_id) references quotes,
    check ((status = 'QUOTED') = (num_nulls(supplier_quote_id, level, months, one_off, monthly, valid_until) = 0)),
    check (status = 'QUOTED' or (num_nonnulls(supplier_quote_id, level, one_off, monthly, valid_until) = 0)),
    check (alternate = 0 or status = 'QUOTED')
);

grant select on ethernet_price_lists, ethernet_products, ethernet_bandwidths, ethernet_terms, ethernet_distances,
ethernet_sites, quotes, quote_items to fibregate_app, fibregate_work;
grant insert, update on ethernet_price_lists, ethernet_products, ethernet_bandwidths, ethernet_terms, ethernet_distances,
ethernet_sites to fibregate_app;
grant delete on ethernet_products, ethernet_bandwidths, ethernet_terms, ethernet_distances to fibregate_app;
grant insert on quotes, quote_items to fibregate_app;

do $$
declare
    walled text;
begin
    foreach walled in array array['quotes', 'quote_items'] loop
        execute format('alter table %I enable row level security', walled);
        execute format('alter table %I force row level security', walled);
        execute format(
            'create policy one_tenant on %I using (tenant_id = nullif(current_setting(''fg.tenant'', true), '''')::integer)',
            walled
        );
    end loop;
end $$;
