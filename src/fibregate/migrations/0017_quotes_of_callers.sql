-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation
-- (quotes are as old as the release before this one, and few, so nobody waits long behind the locks of this file)

-- At the wholesale door a caller numbers its own questions, each number once and for ever. With the number goes the hash
-- of the body that it was first sent with: an equal one has the same answer again, another one is refused.
alter table quotes
add column caller_id bigint check (caller_id between 1 and 9007199254740991),
add column body_hash bytea,
add constraint quotes_numbered_by_callers check ((caller_id is null) = (body_hash is null));
create unique index quotes_by_caller on quotes (tenant_id, caller_id);
