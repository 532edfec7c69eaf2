"""The columns of a services file, a line of it, and what comes of holding it against the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

COLUMNS: Mapping[str, str] = {
    "service_id": "the service's id, as its tenant knows it; 1 to 50 printable characters; needed",
    "tenant": "whose it is: a tenant's code; needed",
    "uprn": "where it is: a premises that is known; needed",
    "ont_reference": "the ONT that it runs on; needed",
    "port": "the port there, from 1; needed",
    "inner_vlan": "2 to 4094; needed",
    "since": "the day on which it began, such as 2023-07-16; needed",
    "line_profile": "a value of LINE_PROFILE that its premises offers",
    "characteristics": "further ones, as NAME=VALUE;NAME=VALUE",
    "outer_vlan": "2 to 4094; empty: that of the tenant's handover in the area",
    "enni": "where it is handed over; empty: the tenant's handover in the area",
    "order_id": "the number of the order that brought it, where that is known",
    "line_id": "the line that feeds the ONT; needed for an ONT that is new here",
    "serial_number": "of the ONT; needed for one that is new here",
    "manufacturer": "of the ONT; needed for one that is new here",
    "ports": "how many ports the ONT has, 1 to 16; empty: as many as the premises' profile says",
    "floor": "where the ONT hangs; up to 100 characters, as have the next two",
    "room": "the same",
    "position": "the same",
}
NEEDED = ("service_id", "tenant", "uprn", "ont_reference", "port", "inner_vlan", "since")
OF_AN_ONT = ("line_id", "serial_number", "manufacturer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that could be read: its number in the file, its text, and what its cells say."""

    line: int
    text: str
    service_id: str
    tenant: str
    uprn: int
    ont_reference: str
    port: int
    inner_vlan: int
    since: datetime
    line_profile: str | None
    characteristics: Sequence[Mapping[str, str]]
    outer_vlan: int | None
    enni: str | None
    order_id: int | None
    line_id: str | None
    serial_number: str | None
    manufacturer: str | None
    ports: int | None
    floor: str | None
    room: str | None
    position: str | None

    @property
    def at(self) -> tuple[str, int]:
        """Its port."""
        return self.ont_reference, self.port

    @property
    def says(self) -> list[dict[str, str]]:
        """All characteristics, the profile first."""
        profile = [{"name": "LINE_PROFILE", "value": self.line_profile}] if self.line_profile else []
        return [*profile, *(dict(one) for one in self.characteristics)]


@dataclass(frozen=True, slots=True)
class Standing:
    """A service of ours, as the network has it."""

    tenant: str
    service_id: str
    state: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the network has, as far as a file speaks of it; services are all that there are, `lines` feed an ONT."""

    tenants: Mapping[str, int]
    premises: Mapping[int, Mapping[str, Any]]
    handovers: Mapping[tuple[str, str], Mapping[str, Any]]
    onts: Mapping[str, Mapping[str, Any]]
    ports: Mapping[tuple[str, int], Mapping[str, Any]]
    claimed: frozenset[tuple[str, int]]
    services: Mapping[tuple[str, str], Standing]
    vlans: Mapping[tuple[str, str, int, int], str]
    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A service that both have, and the columns in which they do not agree: there, and in the file."""

    line: int
    tenant: str
    service_id: str
    columns: Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Reconciled:
    """A whole file against the network. `only_there` live on the network and are in no line."""

    new: list[Entry] = field(default_factory=list[Entry])
    same: int = 0
    differs: list[Difference] = field(default_factory=list[Difference])
    only_there: list[Standing] = field(default_factory=list[Standing])
