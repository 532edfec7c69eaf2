-- What a tenant made under an id of its own, so that the same request makes it once. Outlives what was made.
create table endpoint_creations (
    tenant_id integer not null references tenants,
    creation_id uuid not null,
    asked_hash bytea not null,
    endpoint_id uuid not null,
    secret_id uuid not null,
    created_at timestamptz not null default clock(),
    primary key (tenant_id, creation_id),
    foreign key (tenant_id, endpoint_id) references endpoints
);
grant select, insert on endpoint_creations to fibregate_app;
alter table endpoint_creations enable row level security;
alter table endpoint_creations force row level security;
create policy one_tenant on endpoint_creations using (
    tenant_id = nullif(current_setting('fg.tenant', true), '')::integer
);
