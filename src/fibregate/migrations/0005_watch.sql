-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
-- What a person should look at: one open alarm for each tenant, kind and subject; no tenant: the operator's own.
-- `changes` counts what is to be told of it, each channel remembers how far it has been told.
create table alarms (
    alarm_id bigint generated always as identity primary key,
    about_tenant integer references tenants,
    kind text not null check (kind in (
        'ENDPOINT_FAILING', 'ENDPOINT_SUSPENDED', 'HEAD_REFUSED', 'DELIVERY_PARKED', 'OLDEST_UNDELIVERED',
        'ORDER_SILENT', 'GHOST_APPOINTMENT', 'SIGN_INS_FAILING', 'CREDENTIAL_EXPIRING', 'LANE_ASTRAY'
    )),
    subject text not null,
    level smallint not null check (level >= 1),
    text text not null,
    tells_tenant boolean not null,
    raised_at timestamptz not null,
    cleared_at timestamptz,
    changes integer not null default 1,
    told_by_webhook integer not null default 0,
    told_by_mail integer not null default 0,
    told_to_tenant integer not null default 0,
    untold_because text
);
create unique index alarms_one_open on alarms (kind, subject, about_tenant) nulls not distinct
where cleared_at is null;
create index alarms_by_tenant on alarms (about_tenant, alarm_id);

alter table tenants add column alarm_mail text;

grant select, insert, update on alarms to fibregate_app, fibregate_work;
alter table alarms enable row level security;
alter table alarms force row level security;
create policy its_tenant_s_own on alarms
using (about_tenant = nullif(current_setting('fg.tenant', true), '')::integer);
create policy the_operator_s_own on alarms to fibregate_work using (about_tenant is null);

-- How long an order may stay in a status without news; no supplier: the default for all. A null span: as long as it likes.
create table expectations (
    supplier_id integer references suppliers,
    status text not null check (status in (
        'SENT_TO_SUPPLIER', 'ACKNOWLEDGED', 'IN_PROGRESS', 'PENDING', 'HELD', 'PENDING_AMENDMENT',
        'PENDING_CANCELLATION'
    )),
    span integer check (span between 0 and 10000),
    unit text not null check (unit in ('WORKING_HOURS', 'WORKING_DAYS', 'WORKING_DAYS_AFTER_TARGET')),
    days_without_target integer check (days_without_target between 0 and 1000),
    who text not null check (who in ('SUPPLIER', 'TENANT', 'OPERATOR')),
    text text not null,
    check (days_without_target is null or unit = 'WORKING_DAYS_AFTER_TARGET'),
    unique nulls not distinct (supplier_id, status)
);
insert into expectations (status, span, unit, days_without_target, who, text) values
(
    'SENT_TO_SUPPLIER', 1, 'WORKING_DAYS', null, 'SUPPLIER',
    'No acknowledgement {span} after {since}. We are asking the network; nothing is needed from you.'
),
(
    'ACKNOWLEDGED', 6, 'WORKING_DAYS', null, 'SUPPLIER',
    'No commitment {span} after {since}. We are asking the network; nothing is needed from you.'
),
(
    'IN_PROGRESS', 2, 'WORKING_DAYS_AFTER_TARGET', 15, 'SUPPLIER',
    'No completion {span} after {since}. We are asking the network; nothing is needed from you.'
),
(
    'HELD', 2, 'WORKING_DAYS_AFTER_TARGET', 15, 'SUPPLIER',
    'No news of the delay {span} after {since}. We are asking the network; nothing is needed from you.'
),
(
    'PENDING', 6, 'WORKING_DAYS', null, 'TENANT',
    'No answer from you {span} after {since}. The order goes on when you answer.'
),
(
    'PENDING_AMENDMENT', 2, 'WORKING_DAYS', null, 'SUPPLIER',
    'No decision on your amendment {span} after {since}. We are asking the network; nothing is needed from you.'
),
(
    'PENDING_CANCELLATION', 2, 'WORKING_DAYS', null, 'SUPPLIER',
    'No decision on your cancellation {span} after {since}. We are asking the network; nothing is needed from you.'
);

-- What an open order waits for: since when, after which update, and by when news should come. `agreed_hours` are the
-- working hours that were agreed for this very order, by status.
create table order_waits (
    tenant_id integer not null,
    order_key bigint not null,
    watched boolean not null default true,
    agreed_hours jsonb not null default '{}',
    since timestamptz,
    after text,
    due_at timestamptz,
    warned_at timestamptz,
    primary key (tenant_id, order_key),
    foreign key (tenant_id, order_key) references orders
) with (fillfactor = 50);

grant select on expectations to fibregate_app, fibregate_work;
grant insert, update on expectations to fibregate_app;
grant select, insert, update on order_waits to fibregate_app, fibregate_work;
alter table order_waits enable row level security;
alter table order_waits force row level security;
create policy one_tenant on order_waits
using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer);
