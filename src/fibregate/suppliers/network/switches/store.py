"""Rows of `switches`. They span tenants, so no tenant policy; nothing of one side is shown to the other."""

from datetime import datetime

from fibregate.db import Row, Statements
from fibregate.suppliers.network.switches.model import Switch, SwitchState
from fibregate.vocabulary import OrderKey, OrderType, TenantId

_COLUMNS = "gaining_key, gaining_tenant, kind, losing_tenant, losing_service, losing_key, cuts_over_at, state"


def _read(row: Row | None) -> Switch | None:
    if row is None:
        return None
    return Switch(
        gaining_key=row["gaining_key"],
        gaining_tenant=row["gaining_tenant"],
        kind=OrderType(row["kind"]),
        losing_tenant=row["losing_tenant"],
        losing_service=row["losing_service"],
        losing_key=row["losing_key"],
        cuts_over_at=row["cuts_over_at"],
        state=SwitchState(row["state"]),
    )


_FIND = f"select {_COLUMNS} from switches where gaining_key = $1"  # noqa: S608 - constants
_LOCK = f"select {_COLUMNS} from switches where gaining_key = $1 for update"  # noqa: S608 - constants
_FIND_BY_LOSING = f"select {_COLUMNS} from switches where losing_key = $1"  # noqa: S608 - constants
_LOCK_BY_LOSING = f"select {_COLUMNS} from switches where losing_key = $1 for update"  # noqa: S608 - constants


async def find(on: Statements, gaining: OrderKey) -> Switch | None:
    return _read(await on.row(_FIND, None, gaining))


async def lock(on: Statements, gaining: OrderKey) -> Switch | None:
    return _read(await on.row(_LOCK, None, gaining))


async def find_by_losing(on: Statements, losing: OrderKey) -> Switch | None:
    return _read(await on.row(_FIND_BY_LOSING, None, losing))


async def lock_by_losing(on: Statements, losing: OrderKey) -> Switch | None:
    return _read(await on.row(_LOCK_BY_LOSING, None, losing))


_PLAN = """
update switches set cuts_over_at = $2
where gaining_key = $1 and state in ('PLANNED', 'TOLD') and cuts_over_at is distinct from $2
returning losing_tenant
"""


async def plan(on: Statements, gaining: OrderKey, at: datetime) -> TenantId | None:
    """Whom it concerns; None where nothing has changed."""
    row = await on.row(_PLAN, None, gaining, at)
    return TenantId(row["losing_tenant"]) if row else None


_MOVE = "update switches set state = $2, losing_key = coalesce($3, losing_key) where gaining_key = $1 returning state"


async def move(on: Statements, gaining: OrderKey, state: SwitchState, *, losing: OrderKey | None = None) -> None:
    await on.row(_MOVE, None, gaining, state.value, losing)


_OBJECTIONS = "select objections from suppliers where kind = 'OWN_NETWORK'"


async def objections(on: Statements) -> str:
    """Whose objections our network takes: NONE, TAKEOVER or ALL."""
    row = await on.row(_OBJECTIONS, None)
    return str(row["objections"]) if row else "NONE"


_SET_OBJECTIONS = "update suppliers set objections = $2 where code = $1 returning code"


async def set_objections(on: Statements, supplier: str, taken: str) -> bool:
    return await on.row(_SET_OBJECTIONS, None, supplier, taken) is not None
