"""Rows of story runs, what stories read of an order, and the business clock's one row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, Reason, TenantId

_INSERT_RUN = """
insert into story_runs (tenant_id, order_key, story, problem_code, kci_delay_seconds, started_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, order_key) do nothing returning order_key
"""


async def insert_run(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    *,
    story: str,
    problem_code: str | None,
    kci_delay: int | None,
    now: datetime,
) -> bool:
    return await on.row(_INSERT_RUN, tenant, order, story, problem_code, kci_delay, now) is not None


_LOCK_RUN = """
select story, problem_code, kci_delay_seconds, step, memory from story_runs
where tenant_id = $1 and order_key = $2 for update
"""


async def lock_run(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_LOCK_RUN, tenant, order)


_FIND_RUN = """
select story, problem_code, kci_delay_seconds, step, memory from story_runs where tenant_id = $1 and order_key = $2
"""


async def find_run(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_FIND_RUN, tenant, order)


_ADVANCE_RUN = """
update story_runs set step = $3, memory = $4 where tenant_id = $1 and order_key = $2 returning order_key
"""


async def advance_run(
    on: Statements, tenant: TenantId, order: OrderKey, *, step: int, memory: Mapping[str, Any]
) -> None:
    await on.row(_ADVANCE_RUN, tenant, order, step, dict(memory))


_ORDER_FACTS = """
select
    o.order_key, o.id, o.order_type, t.code as tenant_code, o.supplier_id, o.uprn, o.address, o.status,
    o.characteristics, o.on_site_restrictions, o.service_type, e.sites, e.items,
    o.requested_completion_date, o.committed_at, o.target_at, o.created_at, o.reservation_id, s.starts_at, s.ends_at,
    coalesce(a.nation, 'ENG') as nation, coalesce(a.name, '') as town, w.reference,
    h.enni_id, c.service_id, c.outer_vlan, c.inner_vlan
from orders as o
join tenants as t on t.tenant_no = $1
left join premises as p on p.uprn = o.uprn
left join areas as a on a.area = p.area
left join ethernet_orders as e on e.tenant_id = $1 and e.order_key = o.order_key
left join reservations as r on r.tenant_id = $1 and r.id = o.reservation_id
left join slots as s on s.slot_id = r.slot_id
left join work_orders as w on w.tenant_id = $1 and w.order_key = o.order_key
left join handovers as h on h.tenant_id = $1 and h.area = p.area
left join services as c on c.tenant_id = $1 and (
    c.order_key = o.order_key or (o.order_type in ('MODIFY', 'CEASE') and c.service_id = o.service_id)
)
where o.tenant_id = $1 and o.order_key = $2
"""


async def order_facts(on: Statements, tenant: TenantId, order: OrderKey) -> Row:
    row = await on.row(_ORDER_FACTS, tenant, order)
    if row is None:
        raise AssertionError(f"there is no order {order}")
    return row


# The reference that the documents print is one order's; whoever comes later has the network's usual one.
_TAKE_REFERENCE = """
with free as (
    update supplier_orders as so set supplier_reference = $3
    where so.order_key = $2 and so.supplier_reference is null and not exists (
        select 1 from supplier_orders as o where o.supplier_id = so.supplier_id and o.supplier_reference = $3
    )
    returning so.order_key
)
update work_orders as w set reference = $3 from free
where w.tenant_id = $1 and w.order_key = free.order_key returning w.reference
"""


async def take_reference(on: Statements, tenant: TenantId, order: OrderKey, reference: str) -> None:
    """Unless another order at the same supplier has it."""
    await on.row(_TAKE_REFERENCE, tenant, order, reference)


_UNREAD_UPDATES = """
select count(*) as unread from supplier_updates where tenant_id = $1 and order_key = $2 and state = 'RECEIVED'
"""


async def unread_updates(on: Statements, tenant: TenantId, order: OrderKey) -> int:
    row = await on.row(_UNREAD_UPDATES, tenant, order)
    return int(row["unread"]) if row else 0


_LAST_QUESTION = """
select reason from kcis where tenant_id = $1 and order_key = $2 and reason in ('REAPPOINT', 'INFORMATION_REQUIRED')
order by sequence_number desc limit 1
"""


async def last_question(on: Statements, tenant: TenantId, order: OrderKey) -> Reason | None:
    """What the tenant was asked last."""
    row = await on.row(_LAST_QUESTION, tenant, order)
    return Reason(row["reason"]) if row else None


_IS_TELLING_LOSER = """
select count(*) as waits from switches where gaining_key = $1 and state = 'PLANNED' and cuts_over_at is not null
"""


async def is_telling_loser(on: Statements, order: OrderKey) -> bool:
    """Whether the order takes a line whose tenant is about to hear of it."""
    row = await on.row(_IS_TELLING_LOSER, None, order)
    return row is not None and row["waits"] > 0


_ELDER_ORDER = """
select order_key from supplier_orders
where uprn = $2 and order_key < $3 and ended_at is null and for_tenant <> $1 limit 1
"""


async def has_elder_order(on: Statements, tenant: TenantId, order: OrderKey, *, uprn: int) -> bool:
    """Whether another tenant was here first."""
    return await on.row(_ELDER_ORDER, tenant, uprn, order) is not None


_FREE_VLAN = """
select n as inner_vlan
from services as mine, generate_series($3::integer, $3::integer + 999) as n
where mine.tenant_id = $1 and mine.order_key = $2 and n between 2 and 4094
    and not exists (
        select 1 from services as s
        where s.tenant_id = $1 and s.enni_id = mine.enni_id and s.outer_vlan = mine.outer_vlan and s.inner_vlan = n
            and s.state <> 'CEASED' and s.order_key <> $2
    )
order by n limit 1
"""


async def free_vlan(on: Statements, tenant: TenantId, order: OrderKey, *, at_least: int) -> int:
    """The first inner VLAN from there on that no other service of the tenant uses where this one is handed over."""
    row = await on.row(_FREE_VLAN, tenant, order, at_least)
    if row is None:
        raise AssertionError("a thousand VLANs in use at once are beyond a sandbox")
    return int(row["inner_vlan"])


_TAKE_VLAN = "update services set inner_vlan = $3 where tenant_id = $1 and order_key = $2 returning inner_vlan"


async def take_vlan(on: Statements, tenant: TenantId, order: OrderKey, *, inner_vlan: int) -> None:
    await on.row(_TAKE_VLAN, tenant, order, inner_vlan)


_VIEW_OF_ORDER = """
select o.id, o.order_key, o.status, o.created_at, r.story, r.problem_code, r.kci_delay_seconds, r.step, r.memory,
    l.due_at, l.last_done < l.last_enqueued as waits
from orders as o
join story_runs as r on r.tenant_id = $1 and r.order_key = o.order_key
left join lanes as l on l.key = 'story:' || o.order_key
where o.tenant_id = $1 and o.id = $2
"""


async def find_view(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_VIEW_OF_ORDER, tenant, order_id)


_CLOCK = "select clock() as now, frozen_at is not null as frozen, sandbox from business_clock"


async def read_clock(on: Statements) -> Row:
    row = await on.row(_CLOCK, None)
    if row is None:
        raise AssertionError("the business clock has its one row")
    return row


_SET_START = "update business_clock set sandbox = true, shift = $1 - now(), frozen_at = null returning shift"


async def set_start(on: Statements, now: datetime) -> None:
    await on.row(_SET_START, None, now)


_FREEZE = "update business_clock set frozen_at = coalesce(frozen_at, clock()) where sandbox returning frozen_at"


async def freeze(on: Statements) -> datetime:
    row = await on.row(_FREEZE, None)
    if row is None:
        raise AssertionError("only a sandbox's clock can stand still")
    return row["frozen_at"]


_CATCH_UP = """
update business_clock set frozen_at = greatest(frozen_at, clock_timestamp() + shift)
where sandbox and frozen_at is not null returning frozen_at
"""


async def catch_up(on: Statements) -> datetime:
    """Stand at the latest time that anybody can have read while `freeze` was being committed."""
    row = await on.row(_CATCH_UP, None)
    if row is None:
        raise AssertionError("only a clock that stands still can catch up")
    return row["frozen_at"]


_MOVE = "update business_clock set frozen_at = $1 where sandbox and frozen_at <= $1 returning frozen_at"


async def move(on: Statements, to: datetime) -> None:
    await on.row(_MOVE, None, to)


_THAW = """
update business_clock set shift = frozen_at - clock_timestamp(), frozen_at = null
where sandbox and frozen_at is not null returning shift
"""


async def thaw(on: Statements) -> None:
    """Let it tick again from where it stood."""
    await on.row(_THAW, None)


_TRY_LOCK = "select pg_try_advisory_lock($1) as mine"
_UNLOCK = "select pg_advisory_unlock($1) as done"
_WALKER = 7311005


async def try_to_be_the_walker(connection: Any) -> bool:
    """One advance at a time, in all processes; held by this connection until `stop_walking`."""
    return bool(await connection.fetchval(_TRY_LOCK, _WALKER))


async def stop_walking(connection: Any) -> None:
    await connection.fetchval(_UNLOCK, _WALKER)


_LIST_TENANTS = "select tenant_no from tenants order by tenant_no"


async def list_tenants(on: Statements) -> list[TenantId]:
    return [TenantId(row["tenant_no"]) for row in await on.rows(_LIST_TENANTS, None)]


_LIST_HOLDS = """
select id, created_at from reservations where tenant_id = $1 and uprn = $2 and state = 'RESERVED' order by id
"""


async def list_holds(on: Statements, tenant: TenantId, *, uprn: int) -> list[Row]:
    return await on.rows(_LIST_HOLDS, tenant, uprn)
