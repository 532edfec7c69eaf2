"""What our network knows of a premises, and what it sets up there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fibregate.vocabulary import Nation

READY = "READY"
NO_INTERCONNECT = "NO_INTERCONNECT"
ADDRESS_NOT_KNOWN = "ADDRESS_NOT_KNOWN"

TEXTS: Mapping[str, str] = {
    ADDRESS_NOT_KNOWN: "This address is in no list of the network.",
    NO_INTERCONNECT: "You have no handover point in this area.",
    "OUT_OF_FOOTPRINT": "The network does not reach this address and has no plan to.",
    "PLANNED": "The network is being built here.",
    "PARENT_ADDRESS": "This UPRN is a whole building: ask for the flat's own.",
    "NO_CAPACITY": "The network here is full, and no relief is planned.",
    "WAYLEAVE_REFUSED": "The owner of the building has refused consent.",
}


@dataclass(frozen=True, slots=True)
class Handover:
    """Where one tenant takes its traffic in one area."""

    enni_id: str
    site_name: str | None
    site_location: str | None


@dataclass(frozen=True, slots=True)
class Terminal:
    """An ONT on a wall: the line that feeds it and its ports, as one tenant may see them."""

    ont_reference: str
    line_id: str
    serial_number: str
    manufacturer: str
    floor: str | None
    room: str | None
    position: str | None
    line_characteristics: Sequence[Mapping[str, str]]
    ports: Sequence[Mapping[str, Any]]

    @property
    def ports_for_new_lines(self) -> int:
        """Those that are free, and those set aside for an order that is open."""
        return sum(port["status"] in {"FREE", "RESERVED"} for port in self.ports)

    @property
    def pending_cease(self) -> date | None:
        """The day on which what runs here ends, where that is agreed."""
        for one in self.line_characteristics:
            if one["name"] == "PENDING_CEASE":
                return date.fromisoformat(one["value"][:10])
        return None


@dataclass(frozen=True, slots=True)
class Premises:
    """One address of the network with all that a tenant may order by."""

    uprn: int
    area: str
    nation: Nation
    address: Mapping[str, Any]
    readiness: str
    readiness_text: str | None
    ready_date: date | None
    planned_visit: str | None
    unlimited_lines: bool
    one_open_order: bool
    constraints: Sequence[Mapping[str, str]]
    line_characteristics: Sequence[Mapping[str, str]]
    service: str | None
    service_name: str | None
    characteristics: Sequence[Mapping[str, Any]]
    order_characteristics: Sequence[Mapping[str, Any]]
    ports_of_a_new_ont: int
    handover: Handover | None
    terminals: Sequence[Terminal]

    @property
    def unavailable(self) -> str | None:
        """Why nothing can be ordered here, if so."""
        if self.readiness != READY:
            return self.readiness
        return None if self.handover else NO_INTERCONNECT

    @property
    def reason(self) -> Mapping[str, str] | None:
        """`unavailable` in words."""
        code = self.unavailable
        if code is None:
            return None
        return {"code": code, "text": self.readiness_text or TEXTS[code]}

    @property
    def installation_type(self) -> str | None:
        """Present: an engineer must visit. A terminal on the wall that still has room needs none."""
        return self.planned_visit if self.unlimited_lines or not self.terminals else None

    def lines_left(self, open_orders: int) -> int:
        """How many more NEW orders fit beside those that are open."""
        if self.unlimited_lines:
            return 1
        ports = sum(one.ports_for_new_lines for one in self.terminals) if self.terminals else self.ports_of_a_new_ont
        return ports - open_orders

    def count_ports(self, status: str) -> int:
        """Of all terminals here."""
        return sum(port["status"] == status for one in self.terminals for port in one.ports)

    @property
    def pending_cease(self) -> date | None:
        """The first day on which a port comes free by itself."""
        days = [one.pending_cease for one in self.terminals]
        return min((day for day in days if day), default=None)
