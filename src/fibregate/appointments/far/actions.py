"""Book a visit far away, once, and find out what became of a booking whose answer was lost.

Rules: `docs/reference/suppliers.md`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import asyncpg

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.appointments import actions as appointments
from fibregate.appointments.explain import timeslot
from fibregate.appointments.far import giving_back, keeping, store
from fibregate.appointments.far.model import Desk, Found, Intent, Kept, Wish
from fibregate.appointments.model import Asker
from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Tx
from fibregate.errors import GatewayError, Invalid, SlotTaken, SupplierFault, SupplierTimedOut
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.suppliers import keeping as questions
from fibregate.suppliers.answers import Absent, Booked, Refused, SlotGone
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.ledger import actions as ledger
from fibregate.suppliers.ledger import store as calls
from fibregate.suppliers.ledger.actions import Next, Ways
from fibregate.suppliers.ledger.model import Call, CallState
from fibregate.suppliers.questions import BookingAsked, Trace
from fibregate.tenants.numbers import actions as numbers
from fibregate.tenants.replays import actions as replays
from fibregate.tenants.replays.actions import InFlight, in_flight
from fibregate.tenants.replays.model import Asked, Stored
from fibregate.tenants.replays.once import TRIES
from fibregate.vocabulary import TenantId

T = TypeVar("T")

LANE: Final = "find-booking"
FIRST_LOOK: Final = timedelta(seconds=45)
"""When a lane of our own looks for an answer that nobody has recorded: the call itself is over by then."""
_LOST: Final = "the supplier did not answer in time; send the same request again to learn what became of it"


async def book(desk: Desk, tenant: TenantId, wish: Wish, *, asked: Asked, asker: Asker, clock: BusinessClock) -> Stored:
    """The answer of the booking, or the one that an equal request has had.

    Raises `SlotTaken`, `Invalid`, and what a network's failure is to its caller. `SupplierTimedOut`: nobody knows; the
    same request sent again looks it up.
    """
    now = await clock.now()
    try:
        begun = await _begin(desk, tenant, wish, asked=asked, asker=asker, now=now)
    except InFlight:
        return await _resume(desk, tenant, asked, clock)
    if isinstance(begun, Stored):
        return begun
    found = await _send(desk, begun)
    return await _recorded(desk, begun, found, clock)


async def _begin(
    desk: Desk, tenant: TenantId, wish: Wish, *, asked: Asked, asker: Asker, now: BusinessTime
) -> Call | Stored:
    """The call, written down with the claim of its request; or the answer that an equal request has had."""
    account = wish.route.account_id
    if account is None:
        raise AssertionError("our own network books in the caller's own transaction")
    intent = Intent(
        supplier=wish.route.supplier,
        account=account,
        asked=asked,
        request={**questions.dump(wish.question), "for": keeping.dump(wish, asked, asker)},
        lane=LANE,
        due_at=now + FIRST_LOOK,
    )
    for _ in range(TRIES):
        call = await store.intend(desk.db, tenant, intent, now)
        done = call or await _told(desk, tenant, asked, now)
        if done is not None:
            return done
    raise in_flight()


async def _told(desk: Desk, tenant: TenantId, asked: Asked, now: BusinessTime) -> Stored | None:
    """What an equal request was answered; None where it came to nothing meanwhile. Raises `InFlight`."""
    async with desk.db.tx(tenant) as tx:
        done = await replays.claim(tx, tenant, asked, now)
        if done is None:
            await replays.withdraw(tx, tenant, asked)
    return done


async def _resume(desk: Desk, tenant: TenantId, asked: Asked, clock: BusinessClock) -> Stored:
    """An equal request is in flight, or its answer was lost: then what became of it is looked up now."""
    number = await store.find_call(
        desk.db, tenant, request_id=asked.request_id, body_hash=asked.body_hash.hex(), route=asked.route
    )
    async with desk.db.tx(tenant) as tx:
        call = await calls.lock(tx, tenant, number) if number is not None else None
    if call is not None and call.state is CallState.UNKNOWN:
        found = await _look_up(desk, call)
        return await _recorded(desk, call, found, clock)
    done = await replays.wait(desk.db, tenant, asked, await clock.now())
    if done is None:
        raise in_flight()
    return done


async def _send(desk: Desk, call: Call) -> Found:
    asked = questions.load(dict(call.request), BookingAsked)
    network = await desk.networks.at(call.account_id)
    return await _within(desk, network.book(asked, Trace(_kept(call).conversation_id)))


async def _look_up(desk: Desk, call: Call) -> Found:
    network = await desk.networks.at(call.account_id)
    return await _within(desk, network.read_appointment(call.sent_id, Trace(_kept(call).conversation_id)))


async def _within(desk: Desk, asking: Awaitable[Found]) -> Found:
    try:
        async with asyncio.timeout(desk.seconds):
            return await asking
    except SupplierFailed as failed:
        return failed
    except TimeoutError:
        return SupplierFailed(Failure.TIMED_OUT, _LOST, nothing_done=False)


def _kept(call: Call) -> Kept:
    return keeping.load(call.request["for"])


async def _recorded(desk: Desk, call: Call, found: Found, clock: BusinessClock) -> Stored:
    now = await clock.now()

    async def work(tx: Tx) -> Stored | GatewayError:
        return await record(desk, tx, call, found, now)

    done = await _numbered(desk, call.tenant, work)
    if isinstance(done, GatewayError):
        raise done
    return done


async def _numbered(desk: Desk, tenant: TenantId, work: Callable[[Tx], Awaitable[T]]) -> T:
    """What `work` makes of a transaction of its own; begun again where the tenant itself has used the next number."""
    for _ in range(TRIES):
        try:
            async with desk.db.tx(tenant) as tx:
                return await work(tx)
        except asyncpg.UniqueViolationError:
            async with desk.db.tx(tenant) as tx:
                await numbers.pass_over(tx, tenant, "APPOINTMENT")
    raise in_flight()


async def record(desk: Desk, tx: Tx, call: Call, found: Found, now: BusinessTime) -> Stored | GatewayError:
    """What came, kept with the request that wanted it: its answer, or what its caller is told."""
    match found:
        case Booked():
            return await _booked(desk, tx, call, found, now)
        case SlotGone(messages, alternatives):
            refusal = SlotTaken(messages, [timeslot(one) for one in alternatives])
            return await _came_to_nothing(tx, call, CallState.REJECTED, refusal, now)
        case Refused(messages):
            return await _came_to_nothing(tx, call, CallState.REJECTED, Invalid(messages), now)
        case Absent() if ledger.may_send_again(call, now):
            refusal = SupplierFault("the supplier never had this booking; nothing is held, book again")
            return await _came_to_nothing(tx, call, CallState.RECONCILED, refusal, now)
        case SupplierFailed() if found.nothing_done and call.state is not CallState.UNKNOWN:
            return await _came_to_nothing(tx, call, CallState.REJECTED, found.as_error(), now)
        case _:
            await calls.settle(tx, call.tenant, call.call_id, CallState.UNKNOWN)
            return SupplierTimedOut(_LOST)


async def _booked(desk: Desk, tx: Tx, call: Call, booked: Booked, now: BusinessTime) -> Stored | GatewayError:
    """Nobody else of the tenant gets a number until the transaction ends."""
    kept = _kept(call)
    settled = CallState.RECONCILED if call.state is CallState.UNKNOWN else CallState.CONFIRMED
    uprn = int(kept.address["id"]) if kept.address.get("type") == "UPRN" else None
    row = await store.record(tx, call, settled, kept=kept, booked=booked, uprn=uprn, now=now)
    if row is None:
        return await _not_recorded(tx, call, booked, now)
    done = desk.render(appointments.read(row), kept)
    await replays.answer(tx, call.tenant, kept.asked, done)
    return done


async def _not_recorded(tx: Tx, call: Call, booked: Booked, now: BusinessTime) -> GatewayError:
    if not (await calls.lock(tx, call.tenant, call.call_id)).state.is_open:
        return in_flight()  # somebody else has just recorded it
    broken = SupplierFault(f"the supplier gave the reference {booked.reference} twice; nothing was recorded")
    await _unknown_for_good(tx, call, now)
    await replays.withdraw(tx, call.tenant, _kept(call).asked)
    return broken


async def _came_to_nothing(
    tx: Tx, call: Call, state: CallState, refusal: GatewayError, now: BusinessTime
) -> GatewayError:
    """Nothing is held, and the same request may be tried anew."""
    await calls.settle(tx, call.tenant, call.call_id, state, outcome=str(refusal)[:1000], settled_at=now)
    await replays.withdraw(tx, call.tenant, _kept(call).asked)
    return refusal


async def find_out(desk: Desk, claim: Claim, clock: BusinessClock) -> None:
    """Handler of the lane of a booking: nothing is left to do where it was answered; else it is looked up."""
    tenant, now = claim.tenant, await clock.now()
    if tenant is None:
        raise AssertionError("a booking has its tenant")
    ways = Ways(looks_up=bool(claim.subject["reads"]), replays=bool(claim.subject["replays"]))
    async with desk.db.tx(tenant) as tx:
        call = await calls.lock(tx, tenant, int(str(claim.subject["call"])))
        if not call.state.is_open or ledger.is_over(call, now):
            await lanes.complete(tx, claim)
            if call.state.is_open:
                await _give_up(tx, call, now)
            return
        await calls.settle(tx, tenant, call.call_id, CallState.UNKNOWN)
    found = await _found_out(desk, call, ways)

    async def work(tx: Tx) -> None:
        stands = await calls.lock(tx, tenant, call.call_id)
        if stands.state.is_open and found is not None:
            await record(desk, tx, stands, found, now)
        await lanes.postpone(tx, claim, ledger.again_at(claim.attempts, now, stands), failed=True)

    await _numbered(desk, tenant, work)


async def _found_out(desk: Desk, call: Call, ways: Ways) -> Found | None:
    match ledger.next_step(call, ways):
        case Next.LOOK_UP:
            return await _look_up(desk, call)
        case Next.SEND:
            return await _send(desk, call)
        case Next.WAIT:
            return None


async def _give_up(tx: Tx, call: Call, now: BusinessTime) -> None:
    await _unknown_for_good(tx, call, now)
    await giving_back.ask_of_call(tx, call, now)
    await replays.withdraw(tx, call.tenant, _kept(call).asked)


async def _unknown_for_good(tx: Tx, call: Call, now: BusinessTime) -> None:
    await calls.settle(tx, call.tenant, call.call_id, CallState.RECONCILED, outcome="unknown", settled_at=now)
    text = f"Nobody knows whether a supplier holds a visit: ask it about its number {call.sent_id}."
    await alarms.sound(
        tx, call.tenant, kind=Kind.CALL_UNKNOWN, subject=f"{call.kind.value} {call.sent_id}", text=text, now=now
    )
