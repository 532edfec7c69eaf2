"""Act stories out: choose one for an order, say its next step when that is due, and stop when the order has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid
from fibregate.inbox import actions as inbox
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.orders.states import CHANGING
from fibregate.orders.watch import actions as watch
from fibregate.sandbox import messenger, speech, store
from fibregate.sandbox.course import Next, upcoming
from fibregate.sandbox.library import DEFAULT, DEFAULT_ETHERNET, DEFAULT_OF_CIRCUITS, MAIN, library
from fibregate.sandbox.messenger import Message
from fibregate.sandbox.scene import VISITED, Memory, Scene, scene
from fibregate.sandbox.shapes import Deed
from fibregate.sandbox.written import Story
from fibregate.suppliers.network import actions as network
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits.model import SetUp
from fibregate.suppliers.network.lines import actions as lines
from fibregate.suppliers.network.lines.model import Provisioned
from fibregate.suppliers.port import Addressee
from fibregate.vocabulary import PROBLEM_CODES, OrderKey, OrderType, ServiceType, TenantId

LANE = "story"
LONGEST_DELAY = 30 * 24 * 3600
_UNTIL_READ = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Play:
    """What an order asked its network to act out (`X-Scenario`, `X-Problem-Code`, `X-Kci-Delay`)."""

    scenario: str | None = None
    problem_code: str | None = None
    kci_delay: int | None = None

    def written(self) -> dict[str, object]:
        """As it is kept with the order until it is handed over."""
        return {"scenario": self.scenario, "problemCode": self.problem_code, "kciDelay": self.kci_delay}


def check_play(scenario: str | None, problem_code: str | None, kci_delay: str | None) -> Play | None:
    """What an order's three headers ask for; None where none was sent. Raises `Invalid` naming what is accepted."""
    faults: list[str] = []
    scenarios = library().by_scenario
    if scenario is not None and scenario not in scenarios:
        faults.append(f"X-Scenario: accepted values are {', '.join(sorted(scenarios))}")
    check_problem(problem_code, faults)
    seconds = read_delay(kci_delay, faults)
    if faults:
        raise Invalid(faults)
    if scenario is None and problem_code is None and seconds is None:
        return None
    return Play(scenario, problem_code, seconds)


def check_problem(written: str | None, faults: list[str]) -> None:
    """Adds a fault where `X-Problem-Code` was sent and is none that we know."""
    if written is not None and written not in PROBLEM_CODES:
        faults.append(f"X-Problem-Code: accepted values are {', '.join(sorted(PROBLEM_CODES))}")


def read_delay(written: str | None, faults: list[str]) -> int | None:
    """`X-Kci-Delay`, where it was sent; adds a fault where it is no such number."""
    if written is None:
        return None
    seconds = int(written) if written.isascii() and written.isdigit() and len(written) < len("9" * 8) else -1
    if not 0 <= seconds <= LONGEST_DELAY:
        faults.append(f"X-Kci-Delay: accepted are whole seconds from 0 to {LONGEST_DELAY}")
    return seconds


def story_of(uprn: int, scenario: str | None, kind: OrderType = OrderType.NEW) -> Story:
    """The scenario beats the premises, where that has a story for such orders, and the premises beats the default."""
    shelf = library()
    if scenario:
        return shelf.by_scenario.get(scenario) or shelf.stories[DEFAULT]
    found = shelf.by_uprn.get(uprn)
    return found if found and kind in found.order_types else shelf.stories[DEFAULT]


def story_of_circuit(kind: OrderType) -> Story | None:
    """Of an order that changes or ends a circuit: the same anywhere."""
    return library().stories[DEFAULT_OF_CIRCUITS[kind]] if kind in DEFAULT_OF_CIRCUITS else None


def story_of_sites(sites: Sequence[Mapping[str, Any]]) -> Story:
    """Of an Ethernet order: its first B-END decides, where that has a story of new ones, and then its first A-END."""
    shelf = library()
    firsts = (next((one for one in sites if one["role"] == role), None) for role in ("B-END", "A-END"))
    keys = (key for site in firsts if site is not None for key in _keys(site))
    found = (shelf.by_site[key] for key in keys if key in shelf.by_site)
    return next((one for one in found if OrderType.NEW in one.order_types), shelf.stories[DEFAULT_ETHERNET])


def _keys(site: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    address: Mapping[str, Any] = site["address"]
    further: Sequence[Mapping[str, Any]] = address.get("additionalIdentifiers") or ()
    return [(site["role"], one["type"], _plain(one["type"], str(one["id"]))) for one in (address, *further)]


def _plain(kind: str, text: str) -> str:
    return text.lstrip("0") if kind == "UPRN" else text.upper()


async def begin(
    tx: Tx, tenant: TenantId, order: OrderKey, play: Mapping[str, object] | None, now: BusinessTime
) -> None:
    """Our network has the order: choose its story, once, and set the time of its first step."""
    facts = await store.order_facts(tx, tenant, order)
    asked = play or {}
    scenario, problem, delay = asked.get("scenario"), asked.get("problemCode"), asked.get("kciDelay")
    kind = OrderType(facts["order_type"])
    if facts["service_type"] == ServiceType.ETHERNET:
        story = story_of_circuit(kind) or story_of_sites(facts["sites"])
    else:
        story = story_of(facts["uprn"], str(scenario) if scenario else None, kind)
    fresh = await store.insert_run(
        tx,
        tenant,
        order,
        story=story.id,
        problem_code=str(problem) if problem else None,
        kci_delay=delay if isinstance(delay, int) else None,
        now=now,
    )
    if not fresh:
        return
    if story.reference:
        await store.take_reference(tx, tenant, order, story.reference)
    await _agree(tx, tenant, order, story, delayed=delay is not None)
    memory = Memory(with_visit=facts["reservation_id"] is not None and kind in VISITED)
    run = {"problem_code": problem, "kci_delay_seconds": delay, "memory": memory.written()}
    opening = scene(tenant, facts, run, story)
    opening = replace(opening, twin=await store.has_elder_order(tx, tenant, order, uprn=opening.uprn))
    await _set(tx, opening, upcoming(opening, MAIN, 0))


async def _agree(tx: Tx, tenant: TenantId, order: OrderKey, story: Story, *, delayed: bool) -> None:
    """What the watch may expect: of a story that falls silent, or whose times are the tenant's own, nothing."""
    if story.agreed:
        await watch.agree(tx, tenant, order, story.agreed)
    elif delayed or not story.watched:
        await watch.leave_alone(tx, tenant, order)


async def play_next(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Say the step that is due, and set the time of the one after. A visit that has moved meanwhile moves its steps."""
    if claim.tenant is None:
        raise AssertionError("a story has its tenant")
    message = await _next(db, claim, claim.tenant, now)
    if message is not None:
        await _brought(db, claim, message, now)


async def _next(db: Db, claim: Claim, tenant: TenantId, now: BusinessTime) -> Message | None:
    """Play the next step, unless a messenger is to bring it: then what it brings."""
    order = OrderKey(int(str(claim.subject["order"])))
    async with db.tx(tenant) as tx:
        run = await store.lock_run(tx, tenant, order)
        present = await present_scene(tx, tenant, order, run) if run is not None else None
        step = upcoming(present, present.memory.branch, run["step"]) if run is not None and present else None
        if present is None or (present.status.ended and not (step and step.step.after_the_end)):
            await lanes.complete(tx, claim)
            return None
        if await _must_wait(tx, present, step, now):
            await lanes.complete(tx, claim)
            await lanes.schedule(tx, lane_of(present.tenant, present.order), due_at=now + _UNTIL_READ)
            return None
        if step is not None and step.due <= now and step.step.number is not None:
            return await _message(tx, present, step)
        await lanes.complete(tx, claim)
        if step is not None and step.step.silence and present.status in CHANGING:
            return None  # the tenant has answered; what is left of the wait goes on where the network refuses that
        if step is not None and step.due <= now:
            present = await _say(tx, present, step, now)
            step = upcoming(present, step.branch, step.place + 1)
        await _set(tx, present, step)
    return None


async def _must_wait(tx: Tx, present: Scene, step: Next | None, now: BusinessTime) -> bool:
    """What was said last has not been read, or not by the tenant that loses a line by it.

    A messenger whose time has come does not wait for that, but at the end.
    """
    if step is not None and step.step.number is not None and step.due <= now and not step.step.after_the_end:
        return False
    if await store.unread_updates(tx, present.tenant, present.order) > 0:
        return True
    return await store.is_telling_loser(tx, present.order)


async def _message(tx: Tx, present: Scene, step: Next) -> Message:
    present, service = await do(tx, present, step.step.does)
    return Message(present, step, speech.draft(present, step.step, step.said_at, service=service))


async def _brought(db: Db, claim: Claim, message: Message, now: BusinessTime) -> None:
    """Bring it first and note that after: a messenger who is cut off in between brings the same once more."""
    await messenger.bring(db, message, now)
    scene, step = message.scene, message.step
    async with db.tx(scene.tenant) as tx:
        run = await store.lock_run(tx, scene.tenant, scene.order)
        await lanes.complete(tx, claim)  # after the run, as who answers a change does
        if run is not None:
            present = speech.after(await present_scene(tx, scene.tenant, scene.order, run), step.step, step.due)
            await _set(tx, present, upcoming(present, step.branch, step.place + 1))


async def keeps_own_silence(tx: Tx, tenant: TenantId, order: OrderKey) -> bool:
    """Whether the order's story itself says how the wait for its tenant ends."""
    run = await store.find_run(tx, tenant, order)
    present = await present_scene(tx, tenant, order, run) if run is not None else None
    step = upcoming(present, present.memory.branch, run["step"]) if run is not None and present else None
    return step is not None and step.step.silence


async def present_scene(tx: Tx, tenant: TenantId, order: OrderKey, run: Row) -> Scene:
    """The order as its story sees it now."""
    return scene(tenant, await store.order_facts(tx, tenant, order), dict(run), library().stories[run["story"]])


async def _set(tx: Tx, present: Scene, step: Next | None) -> None:
    memory = replace(present.memory, branch=step.branch if step else present.memory.branch)
    place = step.place if step else _BEYOND
    await store.advance_run(tx, present.tenant, present.order, step=place, memory=memory.written())
    if step is not None:
        await lanes.schedule(tx, lane_of(present.tenant, present.order), due_at=step.due)


_BEYOND = 10_000


def lane_of(tenant: TenantId, order: OrderKey) -> Lane:
    """What plays an order's next step."""
    return Lane(LANE, str(order), tenant, {"order": order})


async def _say(tx: Tx, present: Scene, step: Next, now: BusinessTime) -> Scene:
    present, service = await do(tx, present, step.step.does)
    about = Addressee(present.tenant, present.supplier, present.order)
    await inbox.announce(tx, about, speech.draft(present, step.step, step.due, service=service), now)
    aftermath = step.step.aftermath
    if aftermath is not None:
        for uprn in aftermath.uprns or (present.uprn,):
            await network.set_readiness(tx, uprn, aftermath.readiness, aftermath.text)
    return speech.after(present, step.step, step.due)


async def do(tx: Tx, present: Scene, deed: Deed | None) -> tuple[Scene, Provisioned | SetUp | None]:
    """What the network does beside speaking: the scene after it, and the service where one was set up."""
    match deed:
        case "set_up_service":
            return present, await lines.provision(tx, present.tenant, present.order)
        case "set_up_circuit":
            return present, await circuits.provision(tx, present.tenant, present.order)
        case "find_other_vlan":
            return await _other_vlan(tx, present, at_least=speech.low_vlan(present)), None
        case "take_other_vlan":
            _, _, promised = (present.memory.other_vlan or "").partition(".")
            present = await _other_vlan(tx, present, at_least=int(promised))
            _, _, inner = (present.memory.other_vlan or "").partition(".")
            await store.take_vlan(tx, present.tenant, present.order, inner_vlan=int(inner))
            return present, None
        case _:
            return present, None


async def _other_vlan(tx: Tx, present: Scene, *, at_least: int) -> Scene:
    inner = await store.free_vlan(tx, present.tenant, present.order, at_least=at_least)
    outer, _, _ = present.vlan.partition(".")
    return replace(present, memory=replace(present.memory, other_vlan=f"{outer}.{inner}"))
