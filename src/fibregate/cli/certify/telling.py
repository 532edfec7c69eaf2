"""The KCIs of the trial: story F27 as the gateway itself would tell it, and some that no story has.

The course, its words, what each update makes of an order, the facts and the bytes are made by the product's own code;
only the order is invented. It all happened in the last weeks, as it would to a receiver that was away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from fibregate.calendars import add_working_days, stamp, uk_date, uk_instant
from fibregate.clock import BusinessTime
from fibregate.kcis.delivery.model import Rendering
from fibregate.orders import updates
from fibregate.orders.model import Order
from fibregate.sandbox import speech
from fibregate.sandbox.course import upcoming
from fibregate.sandbox.library import MAIN, library
from fibregate.sandbox.scene import Memory, Scene
from fibregate.suppliers.network.lines.model import Provisioned
from fibregate.suppliers.port import Draft, Note, Update
from fibregate.vocabulary import PROBLEM_CODES, Nation, OrderKey, OrderStatus, OrderType, Reason, SupplierId, TenantId

STORY: Final = "F27"
NOTES, LETTERS_IN_A_NOTE = 50, 1000
_TENANT, _TENANT_CODE, _SUPPLIER = TenantId(1), "CERTIFY", "SANDBOX"
_REFERENCE: Final = "NW1-90000027"
_CHARACTERISTICS: Final = ({"name": "LINE_PROFILE", "value": "80/20"},)
_SERVICE: Final = Provisioned("NW1-S-90000027", "ONT9000000027", 1, "111.1042")


@dataclass(frozen=True, slots=True)
class Kci:
    """One KCI: its bytes, and what a receiver should believe once it has it. `strange` are codes of no list."""

    order: int
    number: int
    id: UUID
    reason: str
    status: str
    body: bytes
    strange: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        strange = f" with the code {self.strange[0]}" if self.strange else ""
        return f"KCI {self.number} ({self.reason}{strange}) of order {self.order}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes KCIs in one rendering; `now` is when their bytes are made."""

    rendering: Rendering
    now: BusinessTime

    def story(self, order: int) -> list[Kci]:
        """All of F27, in the order of its numbers."""
        return [self._kci(facts) for facts in self._facts(order)]

    def large(self, order: int) -> Kci:
        """An ACKNOWLEDGED with as many engineers' notes, of as many letters, as a supplier may send."""
        first = self._facts(order)[0]
        note = {"note": "\N{SNAIL}" * LETTERS_IN_A_NOTE, "type": "Engineer Note", "created": first["happenedAt"]}
        return self._kci({**first, "notes": [note] * NOTES})

    def with_unknown_fields(self, order: int) -> Kci:
        """An ACKNOWLEDGED of a later release, with fields that nobody knows today."""
        kci = self._kci(self._facts(order)[0])
        body: dict[str, Any] = orjson.loads(kci.body)
        strange = {"moonPhase": {"phase": "WAXING", "since": stamp(self.now), "of": [1, None, True]}}
        inner: dict[str, Any] = {name: {**one, **strange} for name, one in body.items() if isinstance(one, dict)}
        body.update({**inner, **strange})
        return replace(kci, body=orjson.dumps(body))

    def with_unknown_reason(self, order: int) -> Kci:
        """A COMMITTED of a later release, which calls it something else."""
        return self._kci({**self._facts(order)[1], "reason": "MOONLIT"})

    def cease(self, order: int) -> Kci:
        """The first word of a cease that the tenant never asked for."""
        ends = uk_instant(add_working_days(uk_date(self.now), 10, Nation.ENGLAND), time(0))
        status = OrderStatus.RECEIVED_BY_GATEWAY.value
        entity = {
            "id": order,
            "orderType": "UNSOLICITED_CEASE",
            "supplier": _SUPPLIER,
            "supplierOrderReference": "NW1-90000024",
            "status": status,
            "serviceId": "NW1-S-90000024",
            "reason": "CHANGE_OF_CP",
            "requestedCeaseDate": stamp(ends),
            "created": stamp(self.now),
            "updated": stamp(self.now),
        }
        named = {"id": str(uuid4()), "sequenceNumber": 1, "reason": Reason.CREATED.value, "status": status}
        about = {"orderId": order, "orderType": "UNSOLICITED_CEASE", "supplier": _SUPPLIER, "tenant": _TENANT_CODE}
        return self._kci({**named, **about, "happenedAt": stamp(self.now), "entity": entity})

    def _kci(self, facts: Mapping[str, Any]) -> Kci:
        return Kci(
            order=facts["orderId"],
            number=facts["sequenceNumber"],
            id=UUID(facts["id"]),
            reason=facts["reason"],
            status=facts["status"],
            body=self.rendering.render(facts, self.now),
            strange=_strange(facts),
        )

    def _facts(self, order: int) -> list[dict[str, Any]]:
        scene = _scene(order, self.now)
        standing, told = _order(scene, order), list[dict[str, Any]]()
        for number, at, draft in _said(scene):
            update = _update(draft, number, at)
            standing, facts = updates.foretell(standing, update, at)
            told.append({"id": str(uuid4()), "sequenceNumber": number, **facts})
        return told


def _strange(facts: Mapping[str, Any]) -> tuple[str, ...]:
    problem: str | None = facts.get("problemCode")
    codes: list[str] = [one for one in facts.get("supplierCodes") or () if not one.isdigit()]
    return tuple(codes if problem is None or problem in PROBLEM_CODES else [problem, *codes])


def _said(scene: Scene) -> list[tuple[int, BusinessTime, Draft]]:
    """What the network says, at its own times, in sequence: the messenger's muddle was cleared up by the gateway."""
    said: list[tuple[int, BusinessTime, Draft]] = []
    step = upcoming(scene, MAIN, 0)
    while step is not None:
        service = _SERVICE if step.step.does == "set_up_service" else None
        number = step.step.number or len(said) + 1
        said.append((number, step.said_at, speech.draft(scene, step.step, step.said_at, service=service)))
        scene = speech.after(scene, step.step, step.due)
        step = upcoming(scene, step.branch, step.place + 1)
    return sorted(said, key=lambda one: one[0])


def _update(draft: Draft, number: int, at: BusinessTime) -> Update:
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    if number == 1:
        said["notes"] = (Note("Keys at number 12.", "Engineer Note", at),)
    return Update(**said, id=uuid4(), sequence_number=number, issued_at=at, received_at=at + timedelta(seconds=1))


def _scene(order: int, now: BusinessTime) -> Scene:
    """Ordered two working weeks ago, visited last week."""
    today = uk_date(now)
    visit = add_working_days(today, -3, Nation.ENGLAND)
    story = library().stories[STORY]
    return Scene(
        tenant=_TENANT,
        supplier=SupplierId(1),
        order=OrderKey(order),
        order_id=order,
        kind=OrderType.NEW,
        tenant_code=_TENANT_CODE,
        uprn=story.uprns[0],
        status=OrderStatus.SENT_TO_SUPPLIER,
        nation=Nation.ENGLAND,
        town="Fenbridge",
        reference=_REFERENCE,
        enni_id="ENNI-001",
        vlan=_SERVICE.vlan,
        characteristics=_CHARACTERISTICS,
        accepted=uk_instant(add_working_days(today, -10, Nation.ENGLAND), time(9)),
        target=None,
        reservation=order,
        starts=uk_instant(visit, time(8)),
        ends=uk_instant(visit, time(13)),
        quoted=uk_instant(visit, time(8)),
        story=story,
        problem=None,
        kci_delay=None,
        memory=Memory(),
    )


def _order(scene: Scene, number: int) -> Order:
    return Order(
        tenant=scene.tenant,
        tenant_code=scene.tenant_code,
        key=scene.order,
        id=number,
        door="WHOLESALE",
        order_type="NEW",
        status=scene.status,
        returns_to=None,
        supplier=_SUPPLIER,
        uprn=scene.uprn,
        nation=scene.nation.value,
        address={"id": str(scene.uprn), "type": "UPRN"},
        service="fttp",
        service_name="FTTP",
        characteristics=scene.characteristics,
        primary_contact={"name": "Asha Patel", "phoneNumber": "01632 960001"},
        reservation_id=number,
        appointment=_visit(scene),
        kci_count=0,
        own_network=True,
        request_id="certify",
        conversation_id=f"certify-{number}",
        created_at=scene.accepted,
        updated_at=scene.accepted,
        **dict.fromkeys(_UNSET),
    )


def _visit(scene: Scene) -> dict[str, Any]:
    return {
        "reference": "NWV-90000027",
        "state": "CONFIRMED",
        "starts_at": scene.starts.isoformat(),
        "ends_at": scene.ends.isoformat(),
        "classification": "WEEKDAY_AM",
        "standard": True,
    }


_UNSET: Final = (
    "secondary_contact",
    "engineer_tasks",
    "hazards",
    "on_site_restrictions",
    "notes",
    "requested_completion_date",
    "supplier_reference",
    "committed_at",
    "target_at",
)
"""What this order does not have."""
