"""What the simulated network says to an amendment or a cancellation: yes, no, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid
from fibregate.inbox import actions as inbox
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes.deadlines import limits
from fibregate.orders.changes.model import Change
from fibregate.sandbox import actions, judging, speech, store
from fibregate.sandbox.judging import Asked
from fibregate.sandbox.library import library
from fibregate.sandbox.scene import VISITED, Memory, Scene
from fibregate.sandbox.times import Moments
from fibregate.suppliers.port import Addressee, Draft
from fibregate.vocabulary import ChangeKind, OrderKey, OrderStatus, Reason, TenantId

LANE: Final = "story-answer"
_THEN: Final = timedelta(seconds=1)
_SCENARIOS: Final[Mapping[ChangeKind, tuple[str, ...]]] = {
    kind: tuple(f"{kind.value}_{end}" for end in ("ACCEPTED", "REJECTED", "PENDING")) for kind in ChangeKind
}


def check_play(
    kind: ChangeKind, scenario: str | None, problem_code: str | None, kci_delay: str | None
) -> Mapping[str, object] | None:
    """What the headers of a change ask for; None where none was sent. Raises `Invalid` naming what is accepted."""
    faults: list[str] = []
    if scenario is not None and scenario not in _SCENARIOS[kind]:
        faults.append(f"X-Scenario: accepted values are {', '.join(_SCENARIOS[kind])}")
    actions.check_problem(problem_code, faults)
    seconds = actions.read_delay(kci_delay, faults)
    if faults:
        raise Invalid(faults)
    play = {"scenario": scenario, "problemCode": problem_code, "kciDelay": seconds}
    return play if any(one is not None for one in play.values()) else None


async def expect(tx: Tx, tenant: TenantId, change: Change, now: BusinessTime) -> None:
    """Our network has the change: set the time of its answer, unless it is to say nothing.

    The caller holds the order's row; the run's is only read, as a story holds it when it speaks to the order.
    """
    run = await store.find_run(tx, tenant, change.order_key)
    found = await _asked(tx, tenant, change, run) if run else None
    if found is not None and found.wanted != "PENDING":
        await lanes.schedule(tx, _lane(tenant, change), due_at=found.answered_at(now))


def _lane(tenant: TenantId, change: Change) -> Lane:
    subject = {"order": change.order_key, "kind": change.kind, "change": change.id}
    return Lane(LANE, f"{change.order_key}:{change.number}", tenant, subject)


async def give(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of that lane: say it, and let the story go on from there."""
    tenant, key = claim.tenant, OrderKey(int(str(claim.subject["order"])))
    if tenant is None:
        raise AssertionError("a change has its tenant")
    async with db.tx(tenant) as tx:
        await lanes.complete(tx, claim)
        run = await store.lock_run(tx, tenant, key)
        change = await changes.get(tx, tenant, ChangeKind(claim.subject["kind"]), int(str(claim.subject["change"])))
        if run is None or not change.is_open:
            return
        if await store.unread_updates(tx, tenant, key):  # what the network has said must be heard first
            await lanes.schedule(tx, _lane(tenant, change), due_at=now + _THEN)
            return
        found = await _asked(tx, tenant, change, run)
        if not found.order.status.ended:
            await _give(tx, found, run["step"], now)


async def _asked(tx: Tx, tenant: TenantId, change: Change, run: Row) -> Asked:
    order = await orders.get(tx, tenant, change.order_id)
    scene = await actions.present_scene(tx, tenant, order.key, run)
    waits = order.standing is OrderStatus.PENDING
    question = await store.last_question(tx, tenant, order.key) if waits else None
    return Asked(order, change, scene, library().reply(scene.story, question, scene.memory.said))


async def _give(tx: Tx, found: Asked, step: int, now: BusinessTime) -> None:
    refusal, scene = await judging.judged(tx, found, now)
    change, reply, memory = found.change, found.reply, found.scene.memory
    if refusal is not None:
        draft = _refused(found, refusal)
    elif change.kind is ChangeKind.CANCELLATION:
        draft = _ended(found)
    else:
        scene, _ = await actions.do(tx, scene, reply.does)
        draft = _taken(found, scene, now)
        memory = replace(scene.memory, trouble=found.trouble)
        if reply.goes_to is not None:
            memory, step = replace(memory, branch=reply.goes_to, previous=now), 0
    await inbox.announce(tx, Addressee(scene.tenant, scene.supplier, change.order_key), draft, now)
    memory = _after(memory, draft.reason, now)
    await store.advance_run(tx, scene.tenant, change.order_key, step=step, memory=memory.written())
    await lanes.schedule(tx, actions.lane_of(scene.tenant, change.order_key), due_at=BusinessTime(now + _THEN))


def _after(memory: Memory, said: Reason, now: BusinessTime) -> Memory:
    return replace(memory, answers=memory.answers + 1, said={**memory.said, said.value: now})


def _taken(found: Asked, scene: Scene, now: BusinessTime) -> Draft:
    visits = found.change.reservation_id is not None and scene.kind in VISITED
    text = found.reply.text_with_visit if visits else found.reply.text
    names, moments = speech.words(scene, now, None), scene.moments(now)
    taken = _answer(found, Reason.AMENDED, speech.said(text, names, moments))
    return replace(taken, committed_at=_promised(found, moments))


def _promised(found: Asked, moments: Moments) -> datetime | None:
    """A later day, where the network has waited for its tenant."""
    if found.reply.committed is None or found.order.committed_at is None:
        return None
    then = moments.instant(found.reply.committed)
    return then if then > found.order.committed_at else None


def _ended(found: Asked) -> Draft:
    declined = found.reply.declined
    if declined is not None:
        return replace(_answer(found, Reason.CANCELLED, declined.text), problem_code=declined.problem)
    free_until = limits(found.order).free_until
    late = free_until is not None and found.change.created_at >= free_until
    text = "Cancelled as asked; the aborted visit is charged." if late else "Cancelled as asked."
    return replace(_answer(found, Reason.CANCELLED, text), problem_code=found.change.reason_code)


def _refused(found: Asked, refusal: str) -> Draft:
    amendment = found.change.kind is ChangeKind.AMENDMENT
    reason = Reason.AMENDMENT_REJECTED if amendment else Reason.CANCELLATION_REJECTED
    return replace(_answer(found, reason, refusal), problem_code=found.trouble)


def _answer(found: Asked, reason: Reason, text: str) -> Draft:
    change = found.change
    return Draft(reason=reason, text=text, request_id=change.id, request_reference=change.supplier_reference)
