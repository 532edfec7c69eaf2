-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation, disallowed-unique-constraint
-- squawk-ignore-file adding-foreign-key-constraint
-- (the table is new, and the column has a constant default, so nobody waits behind the locks of this file)

-- What an order brings: a line of broadband, or Ethernet between sites.
alter table orders
add column service_type text not null default 'BROADBAND' check (service_type in ('BROADBAND', 'ETHERNET'));

-- The orders that our own network takes for Ethernet name the price that they rest on. Only a price has a number of its
-- supplier's, so the key to `quote_items` says that no order exists without one; and that number is ordered once for
-- good. `sites` and `items` are as they were sent, with the names of the items' products.
create table ethernet_orders (
    tenant_id integer not null,
    order_key bigint not null,
    supplier_id integer not null,
    supplier_quote_id text not null,
    sites jsonb not null,
    items jsonb not null,
    primary key (tenant_id, order_key),
    unique (tenant_id, supplier_id, supplier_quote_id),
    foreign key (tenant_id, order_key) references orders,
    foreign key (tenant_id, supplier_id, supplier_quote_id)
    references quote_items (tenant_id, supplier_id, supplier_quote_id)
);

grant select on ethernet_orders to fibregate_app, fibregate_work;
grant insert on ethernet_orders to fibregate_app;
alter table ethernet_orders enable row level security;
alter table ethernet_orders force row level security;
create policy one_tenant on ethernet_orders
using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer);

update suppliers set capabilities = capabilities || '{ETHERNET_ORDERS}' where kind = 'OWN_NETWORK';
update suppliers set capabilities = capabilities || '{ETHERNET_ORDERS,AMENDMENTS,CANCELLATIONS}'
where kind = 'OWN_ETHERNET';
