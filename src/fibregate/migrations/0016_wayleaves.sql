-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint
-- (alarms are few, so that nobody waits behind the lock of this file)

-- That the owner of some ground must agree before a network builds there, from the first word of it to the answer.
create table wayleaves (
    tenant_id integer not null references tenants,
    wayleave_id uuid not null,
    order_key bigint not null,
    state text not null check (state in ('AWAITING_OWNER', 'AWAITING_TENANT', 'GRANTED', 'REFUSED', 'WITHDRAWN')),
    text text,
    asked_at timestamptz not null,
    answer_by timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, wayleave_id),
    foreign key (tenant_id, order_key) references orders,
    check ((state in ('AWAITING_OWNER', 'AWAITING_TENANT')) = (ended_at is null)),
    check ((state = 'AWAITING_TENANT') <= (answer_by is not null))
);
create unique index wayleaves_one_open on wayleaves (tenant_id, order_key) where ended_at is null;
create index wayleaves_by_age on wayleaves (tenant_id, asked_at, wayleave_id);

grant select, insert, update on wayleaves to fibregate_app, fibregate_work;
alter table wayleaves enable row level security;
alter table wayleaves force row level security;
create policy one_tenant on wayleaves using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer);

alter table alarms
drop constraint alarms_kind_check,
add constraint alarms_kind_check check (kind in (
    'ENDPOINT_FAILING', 'ENDPOINT_SUSPENDED', 'HEAD_REFUSED', 'DELIVERY_PARKED', 'OLDEST_UNDELIVERED', 'ORDER_SILENT',
    'GHOST_APPOINTMENT', 'SIGN_INS_FAILING', 'CREDENTIAL_EXPIRING', 'LANE_ASTRAY', 'CALL_UNKNOWN', 'SUPPLIER_FAILING',
    'WAYLEAVE_WAITS'
));
