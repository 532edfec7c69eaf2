"""The premises of stories and special answers, those of the printed documents, and the lines that are there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fibregate.calendars import DAY, add_working_days, end_of_day
from fibregate.sandbox.library import library
from fibregate.sandbox.times import spoken_date
from fibregate.sandbox.world import places
from fibregate.sandbox.world.homes import Home, address, street_name
from fibregate.sandbox.world.places import AREAS, Area
from fibregate.vocabulary import Nation

AREA = {one.code: one for one in AREAS}
RELIEF, PLANNED, CEASES = 999900001010, 999900003003, 999900003010
TO_START, TO_TRANSFER, TO_TAKE_OVER = 999900001002, 999900001024, 999900001025
STOPPED_SINCE, RUNNING_SINCE = 60 * DAY, 400 * DAY
READY_IN_DAYS, CEASES_IN_DAYS, RELIEF_IN_WORKING_DAYS = 60, 30, 20
SURVEY = {"code": "SURVEY_REQUIRED", "text": "A survey comes first"}
WAYLEAVE = {"code": "WAYLEAVE_SHARED", "text": "Landlord's consent is needed"}


def relief_day(today: date) -> date:
    """When a port is promised at F10's premises, seen from today."""
    return add_working_days(today, RELIEF_IN_WORKING_DAYS, Nation.ENGLAND)


def relief_constraints(day: date) -> list[dict[str, str]]:
    """F10's availability."""
    return [{"code": "CAPACITY_RELIEF_PLANNED", "text": f"A port is promised by {spoken_date(end_of_day(day))}"}]


def special_homes(today: date) -> Iterator[Home]:
    """Dates count from `today`, the day on which the sandbox begins."""
    yield _documents()
    for story in library().of_lines:
        for uprn in story.uprns:
            if places.is_sandbox_uprn(uprn):
                yield _story_home(uprn, today)
    yield from _block_of_flats()
    yield from _answers(today)


def _documents() -> Home:
    printed = {
        "name": "Unit H",
        "streetNumber": "1",
        "streetName": "The Courtyard",
        "locality": "Tewkesbury Business Park",
        "city": "Tewkesbury",
        "postcode": "GL20 8GD",
        "country": "UK",
    }
    return Home(
        uprn=places.DOCUMENTS_UPRN,
        area=places.DOCUMENTS,
        address=printed,
        technology="DOCUMENTS",
        unlimited_lines=True,
    )


_STORY_AREAS = {
    999900001010: places.RELIEF,
    999900001013: places.STAGE_TWO,
    999900001015: places.FARM,
    999900001023: places.STORM,
    999900001030: places.CLOCKS,
}
_STORM = range(999900001201, 999900001251)


def _story_home(uprn: int, today: date) -> Home:
    area = AREA[places.STORM if uprn in _STORM else _STORY_AREAS.get(uprn, places.STORIES)]
    number = uprn % 1000
    plain = Home(uprn=uprn, area=area.code, address=_at(uprn, area, number=str(number)))
    return replace(plain, **_particulars(uprn, area, today))


def _at(uprn: int, area: Area, **door: Any) -> dict[str, Any]:
    return address(uprn, area, street_name(3), postcode="FB1 1AA", **door)


def _particulars(uprn: int, area: Area, today: date) -> dict[str, Any]:
    flat = {"name": "Weir Court", "number": "2"}
    house = {"name": "Ferry House", "number": "16"}
    ready = relief_day(today)
    return {
        TO_START: {"technology": "XGS"},
        TO_TRANSFER: {"technology": "XGS"},
        TO_TAKE_OVER: {"technology": "XGS"},
        999900001010: {"ready_date": ready, "constraints": relief_constraints(ready)},
        999900001011: {"address": _at(uprn, area, **flat, unit=("Flat", "12")), "constraints": [WAYLEAVE]},
        999900001012: {"address": _at(uprn, area, **flat, unit=("Penthouse", "1")), "constraints": [WAYLEAVE]},
        999900001013: {
            "address": _at(uprn, area, name="The Bungalow"),
            "installation_type": "TWO_STAGE",
            "constraints": [SURVEY],
        },
        999900001015: {
            "address": _at(uprn, area, name="Far Drove Farm"),
            "installation_type": "NON_STANDARD",
            "constraints": [SURVEY, {"code": "ECC_LIKELY", "text": "A construction charge is likely"}],
        },
        999900001016: {"address": _at(uprn, area, **house)},
        999900001017: {"address": _at(uprn, area, **house, unit=("Flat", "1")), "one_open_order": True},
        999900001020: {
            "address": _at(uprn, area, name="Plot 20", locality="Cress Meadows"),
            "ready_date": today + 14 * DAY,
            "line_characteristics": [{"name": "INSTALL_NOTES", "value": "Site office 07:30\N{EN DASH}16:00"}],
        },
    }.get(uprn, {})


BLOCK = 999900004000
F11_FLAT = 12


def _block_of_flats() -> Iterator[Home]:
    """The flats around F11's: it is flat 12, so the others are 1 to 11 and 13 to 24."""
    area = AREA[places.STORIES]
    flats = [n for n in range(1, 25) if n != F11_FLAT]
    whole: dict[str, Any] = {"technology": None, "readiness": "PARENT_ADDRESS", "installation_type": None}
    text = f"This UPRN is the whole building: ask for a flat, such as {BLOCK + 1} (flat 1)."
    yield Home(
        uprn=BLOCK,
        area=area.code,
        address=_at(BLOCK, area, name="Weir Court", number="2"),
        readiness_text=text,
        **whole,
    )
    for place, flat in enumerate(flats, 1):
        where = _at(BLOCK + place, area, name="Weir Court", number="2", unit=("Flat", str(flat)))
        yield Home(uprn=BLOCK + place, area=area.code, address=where, constraints=[WAYLEAVE])


def _answers(today: date) -> Iterator[Home]:
    first = 999900003000
    stories = AREA[places.STORIES]

    def home(number: int, area: str = places.STORIES, **particulars: Any) -> Home:
        uprn = first + number
        where = address(uprn, AREA[area], street_name(5), postcode=f"{AREA[area].code[:2]}1 2AB", number=str(number))
        return replace(Home(uprn=uprn, area=area, address=where), **particulars)

    nothing: dict[str, Any] = {"technology": None, "installation_type": None}
    flats = [first + 41, first + 42, first + 43]
    listed = ", ".join(f"{uprn} (flat {flat})" for flat, uprn in enumerate(flats, 1))
    yield home(2, readiness="OUT_OF_FOOTPRINT", **nothing)
    yield home(3, readiness="PLANNED", ready_date=today + READY_IN_DAYS * DAY, **nothing)
    yield home(
        4,
        readiness="PARENT_ADDRESS",
        readiness_text=f"This UPRN is a whole building: ask for the flat's own: {listed}.",
        address=address(first + 4, stories, street_name(5), postcode="FB1 2AB", name="Sluice House", number="4"),
        **nothing,
    )
    for flat, uprn in enumerate(flats, 1):
        where = address(
            uprn, stories, street_name(5), postcode="FB1 2AB", name="Sluice House", number="4", unit=("Flat", str(flat))
        )
        yield home(uprn - first, address=where)
    yield home(5, places.ONE_PLACE)
    yield home(6, places.FULLY_BOOKED)
    for number in (7, 8, 9, 11):
        yield home(number)
    yield home(10, technology="XGS")
    yield home(12, "LW1")


@dataclass(frozen=True, slots=True)
class Line:
    """A terminal on a wall: its first port in use by a tenant, or, without a holder, stopped."""

    uprn: int
    ont_reference: str
    serial_number: str
    line_id: str
    ports: int
    holder: str | None
    service_id: str
    inner_vlan: int
    line_characteristics: list[dict[str, str]]
    characteristics: list[dict[str, str]]


def lines(today: date) -> list[Line]:
    """A09: three ports are free. A10: in use until its line is ceased. F02: stopped. F24 and F25: ISP2's."""
    ceases = (today + CEASES_IN_DAYS * DAY).isoformat()
    return [
        _line(999900003009, 4, 1001, []),
        _line(CEASES, 1, 1002, [{"name": "PENDING_CEASE", "value": ceases}]),
        _line(TO_START, 1, 0, [], holder=None),
        _line(TO_TRANSFER, 1, 1003, []),
        _line(TO_TAKE_OVER, 1, 1004, []),
    ]


def _line(
    uprn: int, ports: int, vlan: int, characteristics: list[dict[str, str]], *, holder: str | None = "ISP2"
) -> Line:
    return Line(
        uprn=uprn,
        ont_reference=f"ONT{places.chance(f'ont {uprn}', 10**10):010}",
        serial_number=f"FGTE{places.chance(f'serial {uprn}', 16**8):08X}",
        line_id=f"LN{places.chance(f'line {uprn}', 10**10):010}",
        ports=ports,
        holder=holder,
        service_id=f"NW1-S-{places.chance(f'service {uprn}', 10**8):08}",
        inner_vlan=vlan,
        line_characteristics=characteristics,
        characteristics=[{"name": "LINE_PROFILE", "value": "80/20"}],
    )
