-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, constraint-missing-not-valid
-- squawk-ignore-file adding-required-field, adding-field-with-default
-- (no version with these columns has been released, so nobody waits behind the locks of this file)

-- What an open order has to itself: a port that is there already, a service of its tenant's.
alter table supplier_orders
add column ont_reference text,
add column port_number smallint,
add column service_id text,
add constraint supplier_orders_whole_port check ((ont_reference is null) = (port_number is null));
create unique index supplier_orders_one_a_port on supplier_orders (ont_reference, port_number)
where ended_at is null and ont_reference is not null;
create unique index supplier_orders_one_a_service on supplier_orders (supplier_id, for_tenant, service_id)
where ended_at is null and service_id is not null;
create index orders_by_service on orders (tenant_id, service_id) where service_id is not null;

-- A service that yields has been told that its port goes to another tenant. It lives on until then, and when the port
-- has gone its tenant's side follows in a transaction of its own.
alter table services add column yields boolean not null default false;
drop index services_one_a_port;
create unique index services_one_a_port on services (ont_reference, port_number) where state = 'ACTIVE' and not yields;
