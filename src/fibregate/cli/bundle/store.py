"""The rows of one order, and where the id of an error is known. No secret has its column here."""

from typing import Final
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

OF_ORDER: Final = {
    "order.json": """
        select
            o.tenant_id, t.code as tenant, o.order_key, o.id, o.door, s.code as supplier, o.order_type, o.status,
            o.returns_to, o.uprn, o.address, o.service, o.characteristics, o.primary_contact, o.secondary_contact,
            o.engineer_tasks, o.hazards, o.on_site_restrictions, o.notes, o.requested_completion_date,
            o.reservation_id, o.supplier_reference, o.committed_at, o.target_at, o.kci_count, o.request_id,
            o.conversation_id, o.created_at, o.updated_at
        from orders as o
        join tenants as t on t.tenant_no = o.tenant_id
        join suppliers as s on s.supplier_id = o.supplier_id
        where o.tenant_id = $1 and o.order_key = $2
    """,
    "dates.json": """
        select move, which, moved_from, moved_to, caused_by, problem_code, at from order_dates
        where tenant_id = $1 and order_key = $2 order by move, which
    """,
    "visits.json": """
        select
            r.id, r.slot_id, r.uprn, r.service, r.purpose, r.state, r.reference, r.expires_at, r.address, r.notice,
            r.conversation_id, r.request_id, r.created_at, r.ended_at, s.starts_at, s.ends_at, s.classification,
            s.standard
        from reservations as r join slots as s on s.slot_id = r.slot_id
        where r.tenant_id = $1 and (
            r.order_key = $2
            or r.id = (select o.reservation_id from orders as o where o.tenant_id = $1 and o.order_key = $2)
        )
        order by r.created_at, r.id
    """,
    "work_order.json": """
        select reference, engineer_notes, created_at from work_orders where tenant_id = $1 and order_key = $2
    """,
    "wait.json": """
        select watched, agreed_hours, since, after, due_at, warned_at from order_waits
        where tenant_id = $1 and order_key = $2
    """,
    "story.json": """
        select story, problem_code, kci_delay_seconds, step, memory, started_at from story_runs
        where tenant_id = $1 and order_key = $2
    """,
    "kcis.json": """
        select id, sequence_number, reason, status, facts, issued_at, received_at, created_at from kcis
        where tenant_id = $1 and order_key = $2 order by sequence_number limit 10000
    """,
    "updates.json": """
        select
            u.id, s.code as supplier, u.sequence_number, u.reason, u.content, u.issued_at, u.received_at, u.state,
            u.refusal, u.applied_at, length(u.raw) as raw_bytes, encode(sha256(u.raw), 'hex') as raw_sha256
        from supplier_updates as u join suppliers as s on s.supplier_id = u.supplier_id
        where u.tenant_id = $1 and u.order_key = $2 order by u.received_at, u.sequence_number limit 10000
    """,
    "deliveries.json": """
        select
            endpoint_id, sequence_number, made_at, delivered_at, attempts, failing_since, refused_since, skipped_at,
            length(body) as body_bytes, encode(sha256(body), 'hex') as body_sha256
        from deliveries where tenant_id = $1 and order_key = $2 order by sequence_number, endpoint_id limit 10000
    """,
    "attempts.json": """
        select
            endpoint_id, sequence_number, attempt, started_at, took_ms, dns_ms, connect_ms, tls_ms, first_byte_ms,
            http_status, outcome, answer, peer, signed_with, request_id, replay_id, next_attempt_at
        from delivery_attempts where tenant_id = $1 and order_key = $2
        order by started_at desc, sequence_number desc, attempt desc limit 10000
    """,
    "skips.json": """
        select endpoint_id, sequence_number, skipped_by, because, asked_at, done_at from kci_skips
        where tenant_id = $1 and order_key = $2 order by asked_at limit 10000
    """,
    "replays.json": """
        select
            i.replay_id, i.endpoint_id, i.sequence_number, i.position, i.done_at, r.asked_by, r.kci_count, r.created_at
        from replay_items as i join replays as r on r.tenant_id = $1 and r.replay_id = i.replay_id
        where i.tenant_id = $1 and i.order_key = $2 order by r.created_at, i.endpoint_id, i.position limit 10000
    """,
    "endpoints.json": """
        select
            e.endpoint_id, e.url, e.rendering, e.enabled, e.suspended_because, e.suspended_at, e.rate_per_second,
            e.concurrency, e.connect_seconds, e.total_seconds, e.header_names, e.auth_kind, e.verified_at,
            e.created_at, e.deleted_at, h.state, h.failures, h.failing_since, h.failing_lanes, h.last_failure,
            h.down_at, h.prober, h.scout, h.probe_at, h.recovered_at,
            (
                select count(*) from endpoint_secrets as s
                where s.tenant_id = $1 and s.endpoint_id = e.endpoint_id
                    and (s.expires_at is null or s.expires_at > clock_timestamp())
            ) as live_secrets
        from endpoints as e
        left join endpoint_health as h on h.tenant_id = $1 and h.endpoint_id = e.endpoint_id
        where e.tenant_id = $1 and (
            e.deleted_at is null
            or exists (
                select from deliveries as d
                where d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.order_key = $2
            )
        )
        order by e.created_at, e.endpoint_id
    """,
    "lanes.json": """
        select
            key, kind, share, held, due_at, leased_until, owner, generation, attempts, last_enqueued, last_done,
            parked_reason
        from lanes where for_tenant = $1 and (subject ->> 'order')::bigint = $2 order by key
    """,
    "audit.json": """
        select audit_id, at, actor, act, subject, origin, request_id, details from audit
        where about_tenant = $1 and subject = any($2::text[]) order by audit_id limit 10000
    """,
    "alarms.json": """
        select
            alarm_id, kind, subject, level, text, tells_tenant, raised_at, cleared_at, changes, untold_because
        from alarms where about_tenant = $1 and subject = any($2::text[]) order by alarm_id limit 10000
    """,
}
"""By the file's name. `$2` is the order, or what others call it where they do not have its key."""

BY_SUBJECT: Final = frozenset({"audit.json", "alarms.json"})


async def rows(on: Statements, tenant: TenantId, file: str, order: OrderKey, subjects: list[str]) -> list[Row]:
    """One file's rows."""
    return await on.rows(OF_ORDER[file], tenant, subjects if file in BY_SUBJECT else order)


_SUBJECTS = """
select 'order ' || o.id as subject from orders as o where o.tenant_id = $1 and o.order_key = $2
union select 'work order ' || reference from work_orders where tenant_id = $1 and order_key = $2
union select 'appointment ' || id from reservations where tenant_id = $1 and order_key = $2
union select key from lanes where for_tenant = $1 and (subject ->> 'order')::bigint = $2
union select endpoint_id::text from deliveries where tenant_id = $1 and order_key = $2
union select replay_id::text from replay_items where tenant_id = $1 and order_key = $2
"""


async def subjects(on: Statements, tenant: TenantId, order: OrderKey) -> list[str]:
    """The names under which the audit and the alarms speak of the order, its visits, lanes and endpoints."""
    return [row["subject"] for row in await on.rows(_SUBJECTS, tenant, order)]


_ERROR = """
select o.id, 'the error that KCI ' || k.sequence_number || ' tells of' as named from kcis as k
join orders as o on o.tenant_id = $1 and o.order_key = k.order_key
where k.tenant_id = $1 and k.facts @> jsonb_build_object('error', jsonb_build_object('uuid', $2::text))
union all
select o.id, 'the X-Request-ID of attempt ' || a.attempt || ' to deliver KCI ' || a.sequence_number
from delivery_attempts as a join orders as o on o.tenant_id = $1 and o.order_key = a.order_key
where a.tenant_id = $1 and a.request_id = $2::text::uuid
"""


async def find_error(on: Statements, tenant: TenantId, identity: UUID) -> list[Row]:
    """Orders of this tenant in whose KCIs or deliveries the id stands. Reads all of both."""
    return await on.rows(_ERROR, tenant, str(identity))


_MIGRATIONS = "select number, name from schema_migrations order by number"


async def migrations(on: Statements) -> list[Row]:
    return await on.rows(_MIGRATIONS, None)


_VERSION = "select version() as version"


async def version(on: Statements) -> str:
    row = await on.row(_VERSION, None)
    return row["version"] if row else ""
