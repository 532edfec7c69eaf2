-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
-- (no version with these tables has been released, so nobody waits behind the locks of this file)
-- Fair shares: whose turn it is decides before how long something has been due. Null is for timers, which have no queue.
-- A lane that is held waits for its endpoint and is in no index that a claim reads.

alter table lanes
add column share text,
add column held boolean not null default false;
update lanes set share = split_part(key, ':', 2) where kind = 'kci';
update lanes set share = 'tenant ' || for_tenant where kind in ('dispatch', 'inbox');
update lanes set held = true, due_at = clock() where kind = 'kci' and due_at > clock() + interval '365 days';

-- squawk-ignore require-concurrent-index-deletion
drop index lanes_due;
-- squawk-ignore require-concurrent-index-creation
create index lanes_due on lanes (due_at, key)
where share is null and leased_until is null and last_done < last_enqueued and parked_reason is null and not held;
-- squawk-ignore require-concurrent-index-creation
create index lanes_fair on lanes (share, due_at, key)
where share is not null and leased_until is null and last_done < last_enqueued and parked_reason is null and not held;
-- squawk-ignore require-concurrent-index-creation
create index lanes_waiting on lanes (share, key) where share is not null and last_done < last_enqueued;
grant insert (share) on lanes to fibregate_app;
grant update (held, parked_reason) on lanes to fibregate_app;

-- What the tenant wants of an endpoint, and why it is suspended.
alter table endpoints
add column suspended_because text,
add column suspended_at timestamptz,
add column rate_per_second integer constraint endpoints_rate check (rate_per_second between 1 and 1000),
add column concurrency integer constraint endpoints_concurrency check (concurrency between 1 and 100),
add column connect_seconds real constraint endpoints_connect check (
    connect_seconds > 0 and connect_seconds <= 30
),
add column total_seconds real constraint endpoints_total check (total_seconds > 0 and total_seconds <= 60),
add column headers bytea,
add column header_names text[] not null default '{}',
add column auth_kind text not null default 'NONE' constraint endpoints_auth check (
    auth_kind in ('NONE', 'BASIC', 'OAUTH2', 'MTLS')
),
add column auth bytea,
add column verified_at timestamptz;
-- Its owner, too, sees nothing of a walled table while the wall is forced.
alter table endpoints no force row level security;
update endpoints set suspended_because = 'it was switched off', suspended_at = clock()
where not enabled and deleted_at is null;

-- Several secrets may live at a time, each a key for v1 and, where it has one, a key pair for v1a. Times are real time.
create table endpoint_secrets (
    tenant_id integer not null,
    endpoint_id uuid not null,
    secret_id uuid not null default gen_random_uuid(),
    secret bytea not null,
    private_key bytea,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    primary key (tenant_id, endpoint_id, secret_id),
    foreign key (tenant_id, endpoint_id) references endpoints
);
insert into endpoint_secrets (tenant_id, endpoint_id, secret)
select tenant_id, endpoint_id, secret from endpoints where deleted_at is null;
-- squawk-ignore ban-drop-column
alter table endpoints drop column secret;

-- What anybody may read to check a v1a signature; found by the endpoint alone. Spans tenants.
create table endpoint_public_keys (
    endpoint_id uuid not null,
    secret_id uuid not null,
    for_tenant integer not null references tenants,
    public_key jsonb not null,
    expires_at timestamptz,
    primary key (endpoint_id, secret_id)
);

-- How an endpoint fares. DOWN: only the prober's head, and a scout's now and then, are tried; the other lanes are held.
create table endpoint_health (
    tenant_id integer not null,
    endpoint_id uuid not null,
    state text not null default 'UP' check (state in ('UP', 'DOWN')),
    failures integer not null default 0,
    failing_since timestamptz,
    failing_lanes integer not null default 0,
    last_failure text,
    down_at timestamptz,
    prober text,
    scout text,
    probe_at timestamptz,
    recovered_at timestamptz,
    primary key (tenant_id, endpoint_id),
    foreign key (tenant_id, endpoint_id) references endpoints,
    check ((state = 'DOWN') = (down_at is not null)),
    check ((failures = 0) = (failing_since is null))
) with (fillfactor = 50);
insert into endpoint_health (tenant_id, endpoint_id) select tenant_id, endpoint_id from endpoints;
alter table endpoints force row level security;

-- Places of an endpoint with a limit: RATE is free again a second after its call is over, CONCURRENCY at once. Real time.
create table endpoint_places (
    tenant_id integer not null,
    endpoint_id uuid not null,
    kind text not null check (kind in ('RATE', 'CONCURRENCY')),
    place integer not null check (place >= 0),
    free_at timestamptz not null default '-infinity',
    holder uuid,
    primary key (tenant_id, endpoint_id, kind, place),
    foreign key (tenant_id, endpoint_id) references endpoints
) with (fillfactor = 50);

alter table deliveries
add column failing_since timestamptz,
add column refused_since timestamptz,
add column skipped_at timestamptz;
alter table delivery_attempts
add column dns_ms real,
add column connect_ms real,
add column tls_ms real,
add column first_byte_ms real,
add column peer text,
add column signed_with uuid[],
add column request_id uuid,
add column replay_id uuid,
add column next_attempt_at timestamptz;

-- Somebody decided that one KCI shall not be sent to one endpoint any more.
create table kci_skips (
    tenant_id integer not null,
    endpoint_id uuid not null,
    order_key bigint not null,
    sequence_number integer not null,
    skipped_by text not null,
    because text not null,
    asked_at timestamptz not null default clock(),
    done_at timestamptz,
    primary key (tenant_id, endpoint_id, order_key, sequence_number),
    foreign key (tenant_id, endpoint_id) references endpoints,
    foreign key (tenant_id, order_key, sequence_number) references kcis
);

-- A replay is a list of KCIs for endpoints. What an endpoint's lane had passed already goes by lanes of the replay's own;
-- the rest goes by the lane as it would have, marked.
create table replays (
    tenant_id integer not null references tenants,
    replay_id uuid not null,
    asked_hash bytea not null,
    asked jsonb not null,
    asked_by text not null,
    kci_count integer not null,
    created_at timestamptz not null default clock(),
    primary key (tenant_id, replay_id)
);
create table replay_items (
    tenant_id integer not null,
    replay_id uuid not null,
    endpoint_id uuid not null,
    order_key bigint not null,
    sequence_number integer not null,
    position integer check (position >= 1),
    done_at timestamptz,
    primary key (tenant_id, replay_id, endpoint_id, order_key, sequence_number),
    foreign key (tenant_id, replay_id) references replays,
    foreign key (tenant_id, endpoint_id) references endpoints,
    foreign key (tenant_id, order_key, sequence_number) references kcis
);
create index replay_items_open on replay_items (tenant_id, endpoint_id, order_key, sequence_number)
where done_at is null;
create unique index replay_items_by_position on replay_items (tenant_id, replay_id, endpoint_id, order_key, position);

-- The feed also tells what was skipped.
alter table feed add column skipped_at_endpoint uuid;
alter table feed drop constraint feed_type_check;
alter table feed add constraint feed_type_check check (type in ('KCI', 'APPOINTMENT', 'SKIPPED'));
alter table feed drop constraint feed_check;
alter table feed add constraint feed_check check (
    (type in ('KCI', 'SKIPPED')) = (sequence_number is not null)
);
alter table feed add constraint feed_skipped check (
    (type = 'SKIPPED') = (skipped_at_endpoint is not null)
);

grant select, insert, update on endpoint_secrets, endpoint_public_keys, endpoint_health, endpoint_places, kci_skips,
replays, replay_items to fibregate_app, fibregate_work;
grant delete on endpoint_secrets, endpoint_public_keys to fibregate_app;

do $$
declare
    walled text;
begin
    foreach walled in array array[
        'endpoint_secrets', 'endpoint_health', 'endpoint_places', 'kci_skips', 'replays', 'replay_items'
    ] loop
        execute format('alter table %I enable row level security', walled);
        execute format('alter table %I force row level security', walled);
        execute format(
            'create policy one_tenant on %I using (tenant_id = nullif(current_setting(''fg.tenant'', true), '''')::integer)',
            walled
        );
    end loop;
end $$;
