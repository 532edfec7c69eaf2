"""What the simulated network thinks of an amendment: take it, or refuse it, and in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Row, Tx
from fibregate.orders.changes import contents
from fibregate.orders.changes import store as asked
from fibregate.orders.changes.deadlines import limits, too_late
from fibregate.orders.changes.model import Change
from fibregate.orders.model import Order
from fibregate.sandbox import speech
from fibregate.sandbox.course import charge_covered
from fibregate.sandbox.replying import Bring, Reply
from fibregate.sandbox.scene import VISITED, Scene
from fibregate.sandbox.times import office_hours, spoken_date
from fibregate.vocabulary import ChangeKind

AFTER: Final = timedelta(minutes=2)
_SIMPLY_NO: Final = "The network refuses, as X-Scenario asked."


@dataclass(frozen=True, slots=True)
class Asked:
    """A change in its scene, and what our network would reply to an amendment now."""

    order: Order
    change: Change
    scene: Scene
    reply: Reply

    @property
    def wanted(self) -> str | None:
        """How it is to end, where its `X-Scenario` said so: ACCEPTED, REJECTED or PENDING."""
        scenario = (self.change.play or {}).get("scenario")
        return str(scenario).rpartition("_")[2] if scenario else None

    @property
    def trouble(self) -> str | None:
        """Its `X-Problem-Code`."""
        return (self.change.play or {}).get("problemCode")

    def answered_at(self, now: BusinessTime) -> BusinessTime:
        """By the headers of the change, of its order, or as the story has it; from when it was asked."""
        delay = (self.change.play or {}).get("kciDelay")
        delay = self.scene.kci_delay if delay is None else delay
        if isinstance(delay, int):
            return BusinessTime(now + timedelta(seconds=delay))
        moments = replace(self.scene, memory=replace(self.scene.memory, previous=now)).moments()
        if self.change.kind is ChangeKind.CANCELLATION:
            declined = self.reply.declined
            return moments.instant(declined.at) if declined else BusinessTime(now + AFTER)
        at = moments.instant(self.reply.at)
        return office_hours(self.reply.at, at, self.scene.nation) if self.reply.by == "person" else at


async def judged(tx: Tx, found: Asked, now: BusinessTime) -> tuple[str | None, Scene]:
    """Why it is refused, if so, and the scene as the change would make it."""
    would = await _would(tx, found)
    if found.wanted == "REJECTED":
        return _SIMPLY_NO, found.scene
    if found.wanted == "ACCEPTED" or found.change.kind is ChangeKind.CANCELLATION:
        return None, would
    return _late(found) or _missing(found, would, now) or _too_early(found, would, now), would


async def _would(tx: Tx, found: Asked) -> Scene:
    after = contents.amended(found.order, found.change.asked)
    would = replace(found.scene, characteristics=after.characteristics)
    held = await _quoted(tx, found)
    if held is None or found.scene.kind not in VISITED:
        return would
    memory = replace(would.memory, with_visit=True)
    return replace(would, starts=held["starts_at"], ends=held["ends_at"], memory=memory)


async def _quoted(tx: Tx, found: Asked) -> Row | None:
    number = found.change.reservation_id
    if number is None:
        return None
    return await asked.find_reservation(tx, found.scene.tenant, found.order.key, number)


def _late(found: Asked) -> str | None:
    until = limits(found.order).changes_until
    return too_late(found.order, until) if until is not None and _at(found.change) >= until else None


def _at(change: Change) -> datetime:
    """When it was asked: what the network needs to answer is not the tenant's fault."""
    return change.created_at


def _missing(found: Asked, would: Scene, now: BusinessTime) -> str | None:
    refusal = next((words for what, words in found.reply.brings.items() if not _BRINGS[what](found, would)), None)
    if refusal is None:
        return None
    return speech.said(refusal, speech.words(found.scene, now, None), found.scene.moments(now))


def _too_early(found: Asked, would: Scene, now: BusinessTime) -> str | None:
    if found.reply.not_before is None or found.change.reservation_id is None:
        return None
    moments = found.scene.moments(now)
    first = moments.instant(found.reply.not_before)
    if would.starts >= first:
        return None
    return speech.said(found.reply.too_early, {"first": spoken_date(first)}, moments)


_WHOM: Final = ("notes", "primaryContact", "secondaryContact")
_PORT: Final = frozenset({"POINT_OF_INTERCONNECT", "SERVICE_VLAN_ID"})
_BRINGS: Final[Mapping[Bring, Callable[[Asked, Scene], bool]]] = {
    "appointment": lambda found, _: found.change.reservation_id is not None,
    "charge": lambda _, would: charge_covered(would),
    "hazards": lambda found, _: bool(found.change.asked.get("hazards")),
    "notes": lambda found, _: bool(found.change.asked.get("notes")),
    "notes_or_contact": lambda found, _: any(found.change.asked.get(one) for one in _WHOM),
    "port_or_vlan": lambda found, _: (
        not _PORT.isdisjoint(one["name"] for one in found.change.asked.get("serviceCharacteristics") or ())
    ),
}
