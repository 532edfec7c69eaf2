-- squawk-ignore-file require-concurrent-index-creation
-- (no version with this index has been released, so nobody waits behind its lock)

-- Addresses are looked up by postcode, however it is spaced.
create index premises_by_postcode on premises (upper(replace(address ->> 'postcode', ' ', '')));
