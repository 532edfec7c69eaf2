-- squawk-ignore-file require-concurrent-index-creation
-- (no version with this table has been released, so nobody waits behind its lock)

-- Each sending begins with what was asked for the order, or for the change, before.
create index supplier_calls_of_order on supplier_calls (tenant_id, order_key, change_key, call_id)
where order_key is not null;
