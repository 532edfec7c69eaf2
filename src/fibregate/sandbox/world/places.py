"""Where the invented network is and what it sells: areas, catalogue, profiles, slot books, handovers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from hashlib import sha256
from typing import Any, Literal

SERVICE = "fttp"
SERVICE_NAME = "FTTP"
FIRST_UPRN, LAST_UPRN = 999900000000, 999900009999
DOCUMENTS_UPRN = 10025559646

Technology = Literal["GPON", "XGS", "DOCUMENTS"]


def is_sandbox_uprn(uprn: int) -> bool:
    """In the range that belongs to sandboxes: production imports none of it, a sandbox no real premises into it."""
    return FIRST_UPRN <= uprn <= LAST_UPRN


def chance(what: str, below: int) -> int:
    """A number from 0 that looks like chance and is always the same."""
    return int.from_bytes(sha256(what.encode()).digest()[:8]) % below


@dataclass(frozen=True, slots=True)
class Pattern:
    """Visits that a book offers week after week."""

    classification: str
    starts: time
    ends: time
    weekdays: Sequence[int]
    capacity: int
    standard: bool = True


@dataclass(frozen=True, slots=True)
class Area:
    """An area with its slot books. `places`: half-day visits; None: between 2 and 8, as chance has it."""

    code: str
    town: str
    nation: str
    technology: Technology = "GPON"
    lead_days: int = 5
    places: int | None = None
    full_days: bool = False
    half_days: Sequence[int] = (1, 2, 3, 4, 5)
    only: str | None = None
    partly_sold: bool = False
    extras: bool = True
    uprns: Sequence[int] = field(default_factory=tuple[int, ...])


STORIES, STORM, STAGE_TWO, RELIEF, CLOCKS = "FB-STORIES", "FB-STORM", "FB-STAGE2", "FB-RELIEF", "FB-CLOCKS"
FARM = "FB-FARM"
ONE_PLACE, FULLY_BOOKED, DOCUMENTS = "FB-ONE", "FB-FULL", "TEWKESBURY"

_TOWNS = (
    ("FB", 6, "Fenbridge", "ENG"),
    ("EK", 3, "Ardcraig", "SCT"),
    ("LW", 2, "Llanfechan", "WLS"),
    ("BU", 2, "Carrowdoon", "NIR"),
)
_XGS = frozenset({"FB4", "FB6", "EK3", "BU2"})

DISTRICTS = tuple(
    Area(f"{letters}{n}", town, nation, "XGS" if f"{letters}{n}" in _XGS else "GPON", partly_sold=True)
    for letters, districts, town, nation in _TOWNS
    for n in range(1, districts + 1)
)
AREAS = (
    *DISTRICTS,
    Area(STORIES, "Fenbridge", "ENG", places=8),
    Area(STORM, "Fenbridge", "ENG", places=30),
    Area(STAGE_TWO, "Fenbridge", "ENG", lead_days=7, places=8, full_days=True),
    Area(FARM, "Fenbridge", "ENG", lead_days=8, places=8),
    Area(RELIEF, "Fenbridge", "ENG", lead_days=20, places=8),
    Area(CLOCKS, "Fenbridge", "ENG", half_days=(), extras=False),
    Area(ONE_PLACE, "Fenbridge", "ENG", places=1, half_days=(3,), only="AM", extras=False),
    Area(FULLY_BOOKED, "Fenbridge", "ENG", places=4),
    Area(DOCUMENTS, "Tewkesbury", "ENG", "DOCUMENTS", places=8),
)

AM, PM = (time(8), time(13)), (time(13), time(18))
LEAD_DAYS = {"MODIFY": 3, "REPAIR": 1}
PURPOSES = ("PROVIDE", "MODIFY", "REPAIR")
_LATE_AND_EARLY = (2, 4)


def lead_days(area: Area, purpose: str) -> int:
    """Working days between a booking and its visit."""
    return LEAD_DAYS.get(purpose, area.lead_days)


def patterns(area: Area, purpose: str) -> list[Pattern]:
    """What the book of this area and purpose opens."""
    offered: list[Pattern] = []
    for band, hours in (("AM", AM), ("PM", PM)):
        if area.half_days and area.only in {None, band}:
            places = area.places or 2 + chance(f"{area.code} {purpose} {band}", 7)
            offered.append(Pattern(f"WEEKDAY_{band}", *hours, area.half_days, places))
    if area.full_days:
        offered.append(Pattern("WEEKDAY", time(8), time(18), (1, 2, 3, 4, 5), 2))
    if area.extras:
        offered += [
            Pattern("SATURDAY_AM", *AM, (6,), 2, standard=False),
            Pattern("WEEKDAY_EARLY", time(7), time(8), _LATE_AND_EARLY, 1, standard=False),
            Pattern("WEEKDAY_EVENING", time(18), time(20), _LATE_AND_EARLY, 1, standard=False),
        ]
    if area.extras and purpose == "REPAIR":
        offered.append(Pattern("SUNDAY_AM", *AM, (7,), 1, standard=False))
    return offered


_GPON = ("55/55", "80/20", "100/100", "300/300", "550/550", "1000/1000")
_PROFILES: Mapping[Technology, Sequence[str]] = {
    "GPON": _GPON,
    "XGS": (*_GPON, "2300/2300", "8000/8000"),
    "DOCUMENTS": _GPON[:3],
}
PORTS: Mapping[Technology, int] = {"GPON": 4, "XGS": 1, "DOCUMENTS": 16}


def characteristics(technology: Technology) -> list[dict[str, Any]]:
    """What availability lists there."""
    agents = ["DHCPRelayAgent"] if technology == "DOCUMENTS" else ["DHCPRelayAgent", "PPPIntermediateAgent", "None"]
    return [
        {"name": "LINE_PROFILE", "values": list(_PROFILES[technology])},
        {"name": "AUTHENTICATION_AGENT", "values": agents},
        {"name": "MINIMUM_SPEED", "values": ["100", "200", "500"]},
    ]


@dataclass(frozen=True, slots=True)
class Handover:
    """Where a tenant takes its traffic over."""

    enni_id: str
    site_name: str
    site_location: str
    outer_vlan: int
    not_in: frozenset[str] = frozenset()


HANDOVERS: Mapping[str, Handover] = {
    "YOUR_TENANT": Handover("ENNI-001", "Site A", "Location B", 101),
    "ISP1": Handover("ENNI-011", "Fenbridge Exchange", "Row 4 Rack 12 ODF 2", 111),
    "ISP2": Handover("ENNI-021", "Fenbridge Exchange", "Row 7 Rack 3 ODF 1", 121, frozenset({"LW1", "LW2"})),
}
