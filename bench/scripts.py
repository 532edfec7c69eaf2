"""The gateway's statements as pgbench runs them: what changes from one transaction to the next, and what does not."""

from datetime import UTC, datetime
from typing import Any

from bench.callers import IDS_A_CALLER
from bench.ground import FIRST_UPRN, SERVICE, Ground
from bench.peer import Recorder, Script, Statement, statement
from bench.service import HOLD_LIMIT
from fibregate.appointments import store as appointments
from fibregate.appointments.model import Asker, Wish
from fibregate.availability import store as availability
from fibregate.calendars import uk_date
from fibregate.orders import store as orders
from fibregate.orders.model import Request
from fibregate.vocabulary import OrderType, Purpose, TenantId

ASKER = Asker(client="client_bench_1", origin="127.0.0.1", request_id="bench", conversation_id="bench-1")
CHARACTERISTICS = (
    {"name": "LINE_PROFILE", "value": "55/55"},
    {"name": "END_USER_TYPE", "value": "RESIDENTIAL"},
)
CONTACT = {"name": "Jane Doe", "phoneNumber": "01234 567890", "email": "jane@doe.com"}
VISIT = "interval '5 hours'"
_ADDRESS = {"id": str(FIRST_UPRN), "type": "UPRN"}
_HASH = bytes(range(32))
_FIRST = TenantId(1)
_ID = f"\\set n :n + 1\n\\set id :first_id + :client_id * {IDS_A_CALLER} + :n"


async def read(connection: Any, ground: Ground, premises: int) -> Script:
    asked = Recorder()
    await availability.find(asked, _FIRST, FIRST_UPRN)
    uprn = f"\\set uprn random({FIRST_UPRN}, {FIRST_UPRN + premises - 1})"
    return Script([uprn], [await statement(connection, "r", asked, {1: ":tenant", 2: ":uprn"})], len(ground.tenants))


async def book(connection: Any, ground: Ground) -> Script:
    asked, now = Recorder(), datetime.now(UTC)
    wish = Wish(
        id=1,
        uprn=FIRST_UPRN,
        address=_ADDRESS,
        service=SERVICE,
        purpose=Purpose.PROVIDE,
        starts_at=ground.starts[0],
        ends_at=ground.starts[0],
        read_as_local=False,
        body_hash=_HASH,
    )
    await appointments.book(
        asked, _FIRST, wish, ASKER, today=uk_date(now), now=now, limit=HOLD_LIMIT, notice=None
    )
    start = "(:starts::timestamptz[])[:day]"
    varied = {1: ":tenant", 2: ":id", 3: ":uprn", 6: start, 7: f"{start} + {VISIT}"}
    made = await statement(connection, "b", asked, varied)
    starts = "{" + ",".join(f'"{one.isoformat()}"' for one in ground.starts) + "}"
    made = Statement(made.sql, {**made.values, "starts": starts})
    sets = [
        _ID,
        f"\\set uprn random({FIRST_UPRN}, {FIRST_UPRN + ground.premises - 1})",
        f"\\set day random(1, {len(ground.starts)})",
    ]
    return Script(sets, [made], len(ground.tenants))


async def order(connection: Any, ground: Ground, orders_a_caller: int) -> Script:
    facts, place = Recorder(), Recorder()
    await orders_facts(facts)
    await orders.place(
        place,
        _FIRST,
        _request(),
        ASKER,
        reservation=1,
        one_at_a_time=True,
        play=None,
        now=datetime.now(UTC),
    )
    tenants = len(ground.tenants)
    sets = [
        _ID,
        f"\\set place ((:client_id % {tenants}) * 37 + (:client_id / {tenants}) * {orders_a_caller} + :n - 1)"
        f" % {ground.premises}",
        f"\\set uprn {FIRST_UPRN} + :place",
    ]
    return Script(
        sets,
        [
            await statement(connection, "f", facts, {1: ":tenant", 2: ":uprn", 3: ":id", 4: ":id"}),
            await statement(connection, "p", place, {1: ":tenant", 2: ":id", 5: ":uprn", 13: ":id"}),
        ],
        tenants,
    )


async def orders_facts(on: Recorder) -> None:
    try:
        await orders.facts(on, _FIRST, _request())
    except AssertionError:
        return  # it has been told that there is no such tenant


def _request() -> Request:
    return Request(
        id=1,
        order_type=OrderType.NEW,
        tenant_code="BENCH001",
        uprn=FIRST_UPRN,
        address=_ADDRESS,
        service=SERVICE,
        characteristics=CHARACTERISTICS,
        primary_contact=CONTACT,
        secondary_contact=None,
        appointment_id=1,
        appointment_reference=None,
        requested_completion_date=None,
        engineer_tasks=None,
        hazards=None,
        on_site_restrictions=None,
        notes=None,
        body_hash=_HASH,
    )
