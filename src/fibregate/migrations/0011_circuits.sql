-- squawk-ignore-file ban-drop-column, ban-drop-constraint
-- (no version with these columns has been released, so nobody waits behind the locks of this file)

-- What all processes together know of a supplier's answers. Times are real time.
alter table supplier_health
drop column state,
drop column failures,
drop column opened_at,
drop column probe_at,
drop column calls,
drop column faults,
add column last_fault_text text;

-- How one half of one process finds a supplier: whether it calls it, and since when it has had no good answer. A row that
-- was not told again for a minute is that of a process that has gone.
create table supplier_circuits (
    supplier_id integer not null references suppliers,
    process uuid not null,
    half text not null check (half in ('WEB', 'WORKER')),
    host text not null,
    pid integer not null,
    opened_at timestamptz,
    rests_until timestamptz,
    failing_since timestamptz,
    answered bigint not null,
    failed bigint not null,
    p50_ms real,
    p95_ms real,
    told_at timestamptz not null,
    primary key (supplier_id, process),
    check ((opened_at is null) = (rests_until is null)),
    check (opened_at is null or failing_since is not null)
) with (fillfactor = 50);

-- A service of another network may be at an address that ours has never heard of; one of our own hangs on its terminal.
alter table services drop constraint services_uprn_fkey;

grant select, insert, update, delete on supplier_circuits to fibregate_app, fibregate_work;
