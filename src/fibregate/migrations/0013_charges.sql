-- What a network wants paid before it builds, and what the tenant says to that. Amounts are in GBP without VAT.
create table charges (
    tenant_id integer not null references tenants,
    charge_id uuid not null,
    order_key bigint not null,
    construction numeric(12, 2) not null check (construction > 0),
    included numeric(12, 2) not null check (included >= 0),
    amount numeric(12, 2) not null generated always as (construction - included) stored check (amount > 0),
    text text,
    state text not null check (state in (
        'AWAITING_RESPONSE', 'ANSWERED', 'ACCEPTED', 'DECLINED', 'LAPSED', 'WITHDRAWN'
    )),
    answer text check (answer in ('ACCEPT', 'DECLINE')),
    change_key bigint,
    raised_at timestamptz not null,
    answer_by timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, charge_id),
    foreign key (tenant_id, order_key) references orders,
    check ((state = 'ANSWERED') <= (answer is not null and change_key is not null)),
    check ((state in ('AWAITING_RESPONSE', 'ANSWERED')) = (ended_at is null)),
    check ((state = 'AWAITING_RESPONSE') <= (answer_by is not null))
);
create unique index charges_one_open on charges (tenant_id, order_key) where ended_at is null;
create index charges_of_order on charges (tenant_id, order_key, raised_at);

grant select, insert, update on charges to fibregate_app, fibregate_work;
alter table charges enable row level security;
alter table charges force row level security;
create policy one_tenant on charges using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer);
