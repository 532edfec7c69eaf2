"""More than ten thousand invented premises, the same in every sandbox: houses, flats, businesses, farms, estates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from fibregate.sandbox.world.places import DISTRICTS, Area, chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One row of `premises`. `technology` names its profile; None where nothing can be ordered."""

    uprn: int
    area: str
    address: Mapping[str, Any]
    technology: str | None = "GPON"
    readiness: str = "READY"
    readiness_text: str | None = None
    ready_date: date | None = None
    installation_type: str | None = "STANDARD"
    unlimited_lines: bool = False
    one_open_order: bool = False
    constraints: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    line_characteristics: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


FROM_HERE = (
    range(999900000000, 999900001000),
    range(999900004100, 999900010000),
    range(999900010000, 999900014000),
)
_WITH_MORE = frozenset(chain(*FROM_HERE))
_A_STREET = 24
_FIRST_WORDS = (
    "Alder",
    "Birch",
    "Cedar",
    "Drove",
    "Ferry",
    "Granary",
    "Hazel",
    "Ivy",
    "Juniper",
    "Kiln",
    "Larch",
    "Mill",
    "Nether",
    "Orchard",
    "Poplar",
    "Quarry",
    "Reed",
    "Sluice",
    "Thistle",
    "Upper",
    "Vicarage",
    "Weir",
    "Yarrow",
    "Abbey",
    "Barley",
    "Cress",
)
_LAST_WORDS = (
    "Road",
    "Street",
    "Lane",
    "Close",
    "Avenue",
    "Way",
    "Drive",
    "Gardens",
    "Walk",
    "Rise",
    "Green",
    "Crescent",
    "Court",
    "Place",
    "View",
    "End",
    "Hill",
    "Row",
)
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def homes() -> Iterator[Home]:
    """In order of their UPRNs."""
    for place, uprn in enumerate(chain(*FROM_HERE)):
        street, door = divmod(place, _A_STREET)
        area = DISTRICTS[street % len(DISTRICTS)]
        yield _home(uprn, area, street, door)


def _home(uprn: int, area: Area, street: int, door: int) -> Home:
    kind = _KINDS[street % len(_KINDS)]
    state = _state(uprn)
    shared = kind == "flats" and chance(f"{street} wayleave", 4) == 0
    return Home(
        uprn=uprn,
        area=area.code,
        address=address(uprn, area, street_name(street), **_door(kind, street, door), postcode=postcode(area, street)),
        technology=area.technology,
        readiness=state,
        ready_date=None,
        constraints=[{"code": "WAYLEAVE_SHARED", "text": "Landlord's consent is needed"}] if shared else [],
    )


_KINDS = ("houses", "houses", "flats", "houses", "business", "houses", "farms", "houses", "plots", "houses")


def _state(uprn: int) -> str:
    return "OUT_OF_FOOTPRINT" if chance(f"state {uprn}", 40) == 0 else "READY"


def street_name(street: int) -> str:
    """Each street of the invented towns has its own."""
    first = _FIRST_WORDS[street % len(_FIRST_WORDS)]
    return f"{first} {_LAST_WORDS[street // len(_FIRST_WORDS) % len(_LAST_WORDS)]}"


def postcode(area: Area, street: int) -> str:
    """Of no real postcode area, in the usual form."""
    n = chance(f"postcode {street}", 10 * len(_LETTERS) ** 2)
    digit, letters = divmod(n, len(_LETTERS) ** 2)
    return f"{area.code[:3]} {digit}{_LETTERS[letters // len(_LETTERS)]}{_LETTERS[letters % len(_LETTERS)]}"


def _door(kind: str, street: int, door: int) -> dict[str, Any]:
    first = _FIRST_WORDS[(street * 7 + 3) % len(_FIRST_WORDS)]
    match kind:
        case "flats":
            return {"name": f"{first} Court", "number": "1", "unit": ("Flat", str(door + 1))}
        case "business":
            return {"name": f"Unit {door + 1}", "locality": f"{first} Business Park"}
        case "farms":
            return {
                "name": f"{_FIRST_WORDS[(street + door) % len(_FIRST_WORDS)]} Farm"
                if door % 3 == 0
                else f"{first} Barn {door}"
            }
        case "plots":
            return {"name": f"Plot {door + 1}", "locality": f"{first} Meadows"}
        case _:
            return {"number": str(2 * door + 1 + street % 2)}


def address(
    uprn: int,
    area: Area,
    street: str,
    *,
    postcode: str,
    name: str | None = None,
    number: str | None = None,
    unit: tuple[str, str] | None = None,
    locality: str | None = None,
) -> dict[str, Any]:
    """As availability shows it. Where nothing is said of identifiers, it is the one that was asked by."""
    found = {
        "identifier": _identifier(uprn),
        "name": name,
        "streetNumber": number,
        "streetName": street,
        "subAddress": {"name": unit[0], "unitNumber": unit[1]} if unit else None,
        "locality": locality,
        "city": area.town,
        "postcode": postcode,
        "country": "UK",
    }
    return {key: value for key, value in found.items() if value is not None}


def _identifier(uprn: int) -> dict[str, Any] | None:
    if uprn not in _WITH_MORE or chance(f"identifier {uprn}", 5):
        return None
    more = [{"id": f"A{chance(f'nad {uprn}', 10**11):011}", "type": "NAD"}]
    return {"id": str(uprn), "type": "UPRN", "additionalIdentifiers": more}
