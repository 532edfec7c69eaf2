"""The gateway's statements as pgbench runs them, watched while the gateway's own actions send them once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.callers import IDS_A_CALLER
from bench.ground import FIRST_UPRN, SERVICE, Ground
from bench.peer import Script, Watched, statement
from bench.service import HOLD_LIMIT
from fibregate.appointments import actions as appointments
from fibregate.appointments.model import Asker, Wish
from fibregate.availability import actions as availability
from fibregate.clock import BusinessTime
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.model import Request
from fibregate.vocabulary import OrderType, Purpose, TenantId

ASKER = Asker(client="client_bench_1", origin="127.0.0.1", request_id="bench", conversation_id="bench-1")
CHARACTERISTICS = (
    {"name": "LINE_PROFILE", "value": "55/55"},
    {"name": "END_USER_TYPE", "value": "RESIDENTIAL"},
)
CONTACT = {"name": "Jane Doe", "phoneNumber": "01234 567890", "email": "jane@doe.com"}
VISIT = timedelta(hours=5)
_FIRST = TenantId(1)
_ADDRESS = {"id": str(FIRST_UPRN), "type": "UPRN"}
_HASH = bytes(range(32))
_ID = f"\\set n :n + 1\n\\set id :first_id + :client_id * {IDS_A_CALLER} + :n"

Act = Callable[[Watched], Awaitable[object]]


async def _script(ground: Ground, act: Act, sets: list[str], varied: dict[object, str]) -> Script:
    """What the act sends, with tenant, and these values where they occur, changed for each transaction."""
    db = Watched(ground.runtime)
    try:
        await act(db)
        asked = [await statement(db, one, {_FIRST: ":tenant", **varied}) for one in db.asked]
    finally:
        await db.close()
    return Script(sets, asked, len(ground.tenants))


async def read(ground: Ground, premises: int) -> Script:
    uprn = f"\\set uprn random({FIRST_UPRN}, {FIRST_UPRN + premises - 1})"
    return await _script(ground, lambda db: availability.check(db, _FIRST, FIRST_UPRN), [uprn], {FIRST_UPRN: ":uprn"})


async def book(ground: Ground, number: int) -> Script:
    """Makes the booking of that number."""
    starts = ",".join(f'"{one.isoformat()}"' for one in ground.starts)
    start = "(:starts::timestamptz[])[:day]"
    sets = [
        _ID,
        f"\\set uprn random({FIRST_UPRN}, {FIRST_UPRN + ground.premises - 1})",
        f"\\set day random(1, {len(ground.starts)})",
    ]
    wish = _wish(ground, number)
    varied: dict[object, str] = {
        number: ":id",
        FIRST_UPRN: ":uprn",
        wish.starts_at: start,
        wish.ends_at: f"{start} + interval '{VISIT.seconds} seconds'",
    }
    made = await _script(ground, lambda db: _book(db, wish), sets, varied)
    return replace(made, more={"starts": f"{{{starts}}}"})


async def order(ground: Ground, number: int, orders_a_caller: int) -> Script:
    """Places the order of that number, for an appointment of the same number."""
    await _prepared(ground, number)
    sets = [
        _ID,
        _place(ground, orders_a_caller),
        f"\\set uprn {FIRST_UPRN} + :place",
    ]
    return await _script(ground, lambda db: _order(db, number), sets, {number: ":id", FIRST_UPRN: ":uprn"})


def _place(ground: Ground, orders_a_caller: int) -> str:
    tenants = len(ground.tenants)
    own = f"(:client_id % {tenants}) * 37 + (:client_id / {tenants}) * {orders_a_caller}"
    return f"\\set place ({own} + :n - 1) % {ground.premises}"


async def _prepared(ground: Ground, number: int) -> None:
    db = Watched(ground.runtime)
    try:
        await _book(db, _wish(ground, number))
    finally:
        await db.close()


def _wish(ground: Ground, number: int) -> Wish:
    return Wish(
        id=number,
        uprn=FIRST_UPRN,
        address=_ADDRESS,
        service=SERVICE,
        purpose=Purpose.PROVIDE,
        starts_at=ground.starts[0],
        ends_at=ground.starts[0] + VISIT,
        read_as_local=False,
        body_hash=_HASH,
    )


def _now() -> BusinessTime:
    return BusinessTime(datetime.now(UTC))


async def _book(db: Watched, wish: Wish) -> None:
    await appointments.book(db, _FIRST, wish, ASKER, now=_now(), hold_limit=HOLD_LIMIT)


async def _order(db: Watched, number: int) -> None:
    request = Request(
        id=number,
        order_type=OrderType.NEW,
        tenant_code="BENCH001",
        uprn=FIRST_UPRN,
        address=_ADDRESS,
        service=SERVICE,
        characteristics=CHARACTERISTICS,
        primary_contact=CONTACT,
        secondary_contact=None,
        appointment_id=number,
        appointment_reference=None,
        requested_completion_date=None,
        engineer_tasks=None,
        hazards=None,
        on_site_restrictions=None,
        notes=None,
        body_hash=_HASH,
    )
    await orders.place(db, _FIRST, request, ASKER, Placement(now=_now(), one_open_order=True))
