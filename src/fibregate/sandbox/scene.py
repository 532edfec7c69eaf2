"""What a story knows when it speaks: the order, its visit, what its times count from, and what was said so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from fibregate.calendars import end_of_day, uk_instant
from fibregate.clock import BusinessTime
from fibregate.db import Row
from fibregate.sandbox.library import MAIN
from fibregate.sandbox.times import Moments
from fibregate.sandbox.written import Story
from fibregate.vocabulary import Nation, OrderKey, OrderStatus, OrderType, SupplierId, TenantId

SWITCH_ON = time(6, 30)
VISITED = frozenset({OrderType.NEW, OrderType.SWAP, OrderType.MODIFY})
"""Order types that complete on the visit which they quote; others release it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run keeps between steps. `previous` is when the last step was due.

    `visit` is one that the network booked by itself, and counts as long as the order's own is still `instead_of`.
    `trouble` is the `X-Problem-Code` of the amendment that was taken last, `answers` how many changes were answered.
    """

    branch: str = MAIN
    previous: datetime | None = None
    said: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    with_visit: bool = True
    visit: tuple[datetime, datetime] | None = None
    instead_of: int | None = None
    other_vlan: str | None = None
    trouble: str | None = None
    answers: int = 0

    @staticmethod
    def read(raw: Mapping[str, Any]) -> "Memory":
        visit = raw.get("visit")
        return Memory(
            branch=raw.get("branch", MAIN),
            previous=_instant(raw.get("previous")),
            said={reason: datetime.fromisoformat(at) for reason, at in raw.get("said", {}).items()},
            with_visit=raw.get("with_visit", True),
            visit=(datetime.fromisoformat(visit[0]), datetime.fromisoformat(visit[1])) if visit else None,
            instead_of=raw.get("instead_of"),
            other_vlan=raw.get("other_vlan"),
            trouble=raw.get("trouble"),
            answers=raw.get("answers", 0),
        )

    def written(self) -> dict[str, Any]:
        """As it is kept in the row."""
        return {
            "branch": self.branch,
            "previous": self.previous.isoformat() if self.previous else None,
            "said": {reason: at.isoformat() for reason, at in self.said.items()},
            "with_visit": self.with_visit,
            "visit": [at.isoformat() for at in self.visit] if self.visit else None,
            "instead_of": self.instead_of,
            "other_vlan": self.other_vlan,
            "trouble": self.trouble,
            "answers": self.answers,
        }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Scene:
    """One order as its story sees it. Without an engineer's visit, `starts` is when it is switched on.

    `quoted` is when the appointment that it quotes begins, needed or not. `sites` are those of an Ethernet order as
    they were sent, `items` how many services it has; `uprn` is 0 where no address of it has one. The `characteristics`
    of the whole order come first.
    """

    tenant: TenantId
    supplier: SupplierId
    order: OrderKey
    order_id: int
    kind: OrderType
    tenant_code: str
    uprn: int
    status: OrderStatus
    nation: Nation
    town: str
    reference: str
    enni_id: str
    vlan: str
    characteristics: Sequence[Mapping[str, Any]]
    accepted: BusinessTime
    target: datetime | None
    reservation: int | None
    starts: datetime
    ends: datetime
    quoted: datetime | None
    story: Story
    problem: str | None
    kci_delay: int | None
    memory: Memory
    twin: bool = False
    sites: Sequence[Mapping[str, Any]] = ()
    items: int = 0
    restrictions: str | None = None

    @property
    def previous(self) -> datetime:
        """When the last step was due; before the first, when the order was accepted."""
        return self.memory.previous or self.accepted

    def moments(self, now: datetime | None = None) -> Moments:
        """What times count from; `now` is the step's own time, where that is known."""
        anchors = {"t": self.accepted, "p": self.previous, "V": self.starts, "W": self.ends, **self.memory.said}
        if self.target is not None:
            anchors["TARGET"] = self.target
        if now is not None:
            anchors["now"] = now
        return Moments(self.nation, anchors)

    def characteristic(self, name: str) -> str | None:
        """What the order asks for, as text."""
        return next((str(one["value"]) for one in self.characteristics if one["name"] == name), None)

    def site(self, role: str) -> Mapping[str, Any]:
        """The first of that role; where there is none, the first of all."""
        return next((one for one in self.sites if one["role"] == role), self.sites[0] if self.sites else {})


def scene(tenant: TenantId, facts: Row, run: Mapping[str, Any], story: Story) -> Scene:
    """From the rows of the order and of the run."""
    memory = Memory.read(run["memory"])
    starts, ends = _visit(facts, memory)
    vlan = f"{facts['outer_vlan']}.{facts['inner_vlan']}" if facts["service_id"] else ""
    return Scene(
        tenant=tenant,
        supplier=SupplierId(facts["supplier_id"]),
        order=OrderKey(facts["order_key"]),
        order_id=facts["id"],
        kind=OrderType(facts["order_type"]),
        tenant_code=facts["tenant_code"],
        uprn=facts["uprn"] or 0,
        status=OrderStatus(facts["status"]),
        nation=Nation(facts["nation"]),
        town=facts["town"],
        reference=facts["reference"] or "",
        enni_id=facts["enni_id"] or "",
        vlan=vlan,
        characteristics=[*facts["characteristics"], *_asked(facts)],
        accepted=facts["created_at"],
        target=facts["target_at"],
        reservation=facts["reservation_id"],
        starts=starts,
        ends=ends,
        quoted=facts["starts_at"],
        sites=facts["sites"] or (),
        items=len(facts["items"] or ()),
        restrictions=facts["on_site_restrictions"],
        story=story,
        problem=run["problem_code"],
        kci_delay=run["kci_delay_seconds"],
        memory=memory,
    )


def _asked(facts: Row) -> Iterator[Mapping[str, Any]]:
    """What an Ethernet order says of its services and its sites."""
    for one in facts["items"] or ():
        yield from one["service"].get("serviceCharacteristic") or ()
    for one in facts["sites"] or ():
        yield from one.get("siteCharacteristics") or ()


def _visit(facts: Row, memory: Memory) -> tuple[datetime, datetime]:
    """The visit that stands; one that the network has just moved counts before its message was read."""
    if memory.visit is not None and memory.instead_of == facts["reservation_id"]:
        return memory.visit
    if facts["starts_at"] is not None and facts["order_type"] in VISITED:
        return facts["starts_at"], facts["ends_at"]
    day: date = facts["requested_completion_date"] or facts["created_at"].date()
    return uk_instant(day, SWITCH_ON), end_of_day(day)
