"""What outlives a machine of T17: used numbers, taken premises, the clock; and how requests are spelled."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from proof.t17_client import TENANT, WHOLESALE, Answer, Client, Receiver
from proof.t17_ground import FIRST_PLAIN, FIRST_VISITED, PREMISES, SUPPLIER, TENANTS
from proof.t17_things import Slot, Update, at

NEVER: Final = "2592000"
"""Seconds until the sandbox's own story says something: longer than any machine's clock goes."""

KINDS: Final = ("appointments", "service-orders", "service-order-amendments", "service-order-cancellations")
HIGH: Final = 1_000_000
CHARACTERISTICS: Final = [{"name": "LINE_PROFILE", "value": "55/55"}]
CONTACT: Final = {"name": "Asha Patel", "phoneNumber": "01632 960001"}
SPECIFICATION: Final = {"id": "fttp"}


@dataclass
class Series:
    """The tenant door counts on, and passes over what was used at the wholesale door."""

    last: int = 0
    used: set[int] = field(default_factory=set[int])

    @property
    def next(self) -> int:
        number = self.last + 1
        while number in self.used:
            number += 1
        return number

    def use(self, number: int, *, counted: bool) -> None:
        self.used.add(number)
        if counted:
            self.last = number


@dataclass
class World:
    """One sandbox, and all that its machines have in common. `done` counts what they did."""

    client: Client
    receiver: Receiver
    done: Counter[str] = field(default_factory=Counter[str])
    walked: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    """Updates by the state of the order, beneath and above, and the reason."""

    series: dict[tuple[str, str], Series] = field(default_factory=dict[tuple[str, str], Series])
    cursors: dict[str, str] = field(default_factory=dict[str, str])
    premises: int = 0
    chosen: int = HIGH

    def __post_init__(self) -> None:
        self.series = {(code, kind): Series() for code in TENANTS for kind in KINDS}

    def choose(self) -> int:
        """A number of a caller's own that nobody has used for anything."""
        self.chosen += 1
        return self.chosen

    def uprn(self, *, visited: bool) -> str:
        """One that nobody has used for a long while."""
        self.premises += 1
        return str((FIRST_VISITED if visited else FIRST_PLAIN) + self.premises % PREMISES)

    def clock(self, **to: str) -> datetime:
        """Walk the sandbox's clock, or wait until all is done that is due now; it goes on until it has caught up."""
        body = to or {"advance": "PT0S"}
        while True:
            got = self.client.ask(TENANTS[0], "POST", "/sandbox/v1/clock", body)
            if got.status != 200:
                raise AssertionError(f"the clock: {got.status} {got.raw!r}")
            if got.body["caughtUp"]:
                return datetime.fromisoformat(got.body["now"])
            body = {"now": got.body["target"]}

    def feed(self, who: str) -> list[dict[str, Any]]:
        """What has come since it was read last."""
        found: list[dict[str, Any]] = []
        while True:
            after = f"&after={self.cursors[who]}" if who in self.cursors else ""
            page = self.client.ask(who, "GET", f"/manage/v1/kcis?limit=500{after}").body
            found += page["events"]
            self.cursors[who] = page["nextCursor"]
            if not page["more"]:
                return found

    def slots(self, who: str, uprn: str, *, by_tenant_door: bool) -> Answer:
        address = f"%7B%22id%22%3A%22{uprn}%22%2C%22type%22%3A%22UPRN%22%7D"
        about = f"address={address}&appointmentPurpose=PROVIDE&serviceSpecification=%7B%22id%22%3A%22fttp%22%7D"
        about += f"&supplier={SUPPLIER}" if by_tenant_door else ""
        return self.client.ask(who, "GET", f"{door(by_tenant_door)}available-appointments?{about}")


def door(by_tenant_door: bool) -> str:  # noqa: FBT001 - which of the two
    return TENANT if by_tenant_door else WHOLESALE


def listed(body: Any) -> list[Slot]:
    return [slot_of(one) for one in body["availableTimeslots"]]


def slot_of(shown: Any) -> Slot:
    return Slot(*(datetime.fromisoformat(shown[f"timeslot{end}DateTime"]) for end in ("Start", "End")))


def shown(slot: Slot) -> dict[str, str]:
    ends = zip(("Start", "End"), (slot.starts, slot.ends), strict=True)
    return {f"timeslot{name}DateTime": text(moment) for name, moment in ends}


def text(moment: datetime) -> str:
    """With an offset, so that nobody reads it as UK local time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def address(uprn: str) -> dict[str, str]:
    return {"id": uprn, "type": "UPRN"}


def booking(uprn: str, slot: Slot) -> dict[str, Any]:
    about = {"address": address(uprn), "serviceSpecification": SPECIFICATION, "purpose": "PROVIDE"}
    return {**about, "timeslot": shown(slot)}


def new_order(uprn: str, **more: Any) -> dict[str, Any]:
    item = {"serviceSpecification": SPECIFICATION, "serviceCharacteristics": CHARACTERISTICS}
    return {"orderType": "NEW", "address": address(uprn), "serviceOrderItem": item, "primaryContact": CONTACT, **more}


def by_service(kind: str, service: str, day: date) -> dict[str, Any]:
    made: dict[str, Any] = {"orderType": kind, "serviceId": service, "requestedCompletionDate": day.isoformat()}
    return made | ({"serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}]} if kind == "MODIFY" else {})


def update(identity: str, who: str, order: int, kind: str, said: Update) -> dict[str, Any]:
    """As a network spells it, with everything that its reason has to bring."""
    entity: dict[str, Any] = {"id": order, "tenant": who}
    if said.status:
        entity["status"] = said.status
    if said.promise:
        entity |= {"committedDate": text(said.promise), "targetDate": text(said.promise)}
    if said.moves_to:
        entity["targetDate"] = text(at(said.moves_to, 23, 59, 59))
    if said.visit:
        entity["appointmentTimeslot"] = shown(said.visit)
    if said.change:
        name = "Cancellation" if said.reason == "CANCELLATION_REJECTED" else "Amendment"
        entity[f"serviceOrder{name}Id"] = said.change
    body = {
        "id": identity,
        "sequenceNumber": said.number,
        "issuedOn": "2025-07-01T09:00:00.000Z",
        "reasonCode": said.reason,
        "text": f"Said {said.number}.",
        {"MODIFY": "modifyServiceOrder", "CEASE": "ceaseServiceOrder"}.get(kind, "provideServiceOrder"): entity,
    }
    needs_problem = said.reason in {"WARNING", "DELAY", "REAPPOINT", "CANCELLED"}
    return body | ({"problemCode": "NETWORK_ISSUE"} if needs_problem else {})


def first_working_hour(moment: datetime, span: timedelta) -> datetime:
    """That far on, at half past: far from all the hours at which anything ends."""
    return (moment + span).replace(minute=30, second=0, microsecond=0)
