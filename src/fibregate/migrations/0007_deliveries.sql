-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid, adding-serial-primary-key-field
-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-deletion
-- (no version with these tables has been released, so nobody waits behind the locks of this file)
-- All that is asked about deliveries and attempts is asked of an order: one index serves every question, a support
-- bundle's too.
alter table delivery_attempts
drop constraint delivery_attempts_tenant_id_endpoint_id_order_key_sequence_fkey,
drop constraint delivery_attempts_pkey;
drop index deliveries_by_order;
alter table deliveries
drop constraint deliveries_pkey,
add primary key (tenant_id, order_key, sequence_number, endpoint_id);
alter table delivery_attempts
add primary key (tenant_id, order_key, sequence_number, endpoint_id, attempt),
add foreign key (tenant_id, order_key, sequence_number, endpoint_id) references deliveries;
