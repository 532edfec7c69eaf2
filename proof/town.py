"""What a gateway under proof is furnished with, by its operator's own commands."""

import asyncio
import atexit
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from proof.caller import Credential
from proof.ground import Gateway

AREA: Final = "PROOF"
SUPPLIER: Final = "NETWORK1"
FIRST_UPRN: Final = 200_000_000_001
"""No engineer visits these: an order names the day itself."""

FIRST_VISITED_UPRN: Final = 300_000_000_001
"""An engineer visits these: an order quotes an appointment."""

SITES: Final = (400_000_000_001, 400_000_000_002)
"""Two sites of the network's Ethernet, which are no premises."""

SITES_POSTCODE: Final = "FB1 2AC"
_SITES: Final = "kind,identifier,name,postcode,easting,northing,work\n" + "".join(
    f"UPRN,{one},Site,{SITES_POSTCODE},54000{one % 10},310000,NONE\n" for one in SITES
)
_PRICES: Final = """\
validity_days = 30
included_construction = 2800.00
lead_days = { none = 15, survey = 30, civils = 65 }
terms = { 36 = 85 }
distances = [{ from_metres = 0, monthly = 0.00 }]

[[products]]
id = "ethernet-epl"
name = "Ethernet private line"
roles = "ENDS"
bandwidths = { 1G1G = { monthly = 350.00, connection = 1200.00 } }
"""
_COLUMNS: Final = "uprn,area,profile,installation_type,street_number,street_name,city,postcode\n"
_templates: dict[str, Path] = {}


@dataclass(frozen=True, kw_only=True)
class Town:
    """`places` is the capacity of each morning and each afternoon of a working day, 0 for no slots at all."""

    tenants: tuple[str, ...] = ("ISP1", "ISP2")
    premises: int = 1000
    visited: int = 0
    places: int = 0
    lead_days: int = 1
    open_days: int = 90

    @property
    def csv(self) -> str:
        kinds = ((FIRST_UPRN, self.premises, ""), (FIRST_VISITED_UPRN, self.visited, "STANDARD"))
        return _COLUMNS + "".join(
            f"{first + one},{AREA},GPON,{kind},{one % 180 + 1},Alder Street,Fenbridge,FB1 2AB\n"
            for first, count, kind in kinds
            for one in range(count)
        )


async def settle(gateway: Gateway, town: Town) -> None:
    """Furnish the gateway's own data folder from nothing, or from a copy of one that was furnished before.

    Nothing of it may run yet; `serve` it afterwards.
    """
    kept = await template(gateway.source, town)
    copied = await asyncio.create_subprocess_exec("cp", "-a", str(kept), str(gateway.data))
    if await copied.wait():
        raise OSError(f"{kept} could not be copied to {gateway.data}")


async def template(source: Path, town: Town) -> Path:
    """What is copied. Ask for it first where two gateways of a town are to settle at the same time."""
    key = f"{town!r} {_schema(source)}"
    if key not in _templates:
        _templates[key] = await _furnished(source, town)
    return _templates[key]


def credentials(gateway: Gateway) -> dict[str, Credential]:
    """By code: the tenants, and the supplier as which updates are sent."""
    kept: dict[str, list[str]] = orjson.loads((gateway.data / "proof.json").read_bytes())
    return {code: Credential(code, *pair) for code, pair in kept.items()}


def card(gateway: Gateway) -> dict[str, Credential]:
    """The same of a sandbox; its operator is `operator`."""
    found = gateway.card
    ways: list[dict[str, Any]] = [*found["tenants"], *found["suppliers"]]
    made = [Credential(one.get("tenant") or one["supplier"], one["clientId"], one["clientSecret"]) for one in ways]
    return {one.code: one for one in [*made, Credential("operator", token=found["operator"]["token"])]}


def _schema(source: Path) -> str:
    files = sorted((source / "fibregate" / "migrations").glob("0*.sql"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()


async def _furnished(source: Path, town: Town) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="proof-town-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    async with Gateway(folder, source) as gateway:
        await gateway.serve()
        await _furnish(gateway, town)
    return folder / "data"


async def _furnish(gateway: Gateway, town: Town) -> None:
    file = gateway.folder / "premises.csv"
    file.write_text(town.csv, "utf-8")
    sites, prices = gateway.folder / "sites.csv", gateway.folder / "prices.toml"
    sites.write_text(_SITES, "utf-8")
    prices.write_text(_PRICES, "utf-8")
    offers = ("--offer", "LINE_PROFILE=55/55,80/20", "--offer", "MINIMUM_SPEED=100")
    ways = [("--supplier", SUPPLIER), *(("--tenant", code) for code in town.tenants)]
    *_, said = await gateway.cli_rounds(
        [
            ["premises", "area", AREA, "--nation", "ENG"],
            ["premises", "profile", "GPON", *offers],
            *(["tenant", "add", one] for one in town.tenants),
        ],
        [
            ["premises", "import", str(file)],
            ["ethernet", "prices", str(prices)],
            ["ethernet", "sites", str(sites)],
            *(_handover(code, number) for number, code in enumerate(town.tenants)),
            *([_slots(town)] if town.places else []),
        ],
        [["credential", "add", *way] for way in ways],
    )
    kept = {code: credential(text) for (_, code), text in zip(ways, said, strict=True)}
    (gateway.data / "proof.json").write_bytes(orjson.dumps(kept))


def _handover(code: str, number: int) -> list[str]:
    enni = ("--enni", f"ENNI-{number + 1:03d}", "--outer-vlan", str(101 + number))
    return ["premises", "handover", code, AREA, *enni]


def _slots(town: Town) -> list[str]:
    hours = (f"1-5/08:00-13:00/{town.places}", f"1-5/13:00-18:00/{town.places}")
    patterns = [word for one in hours for word in ("--pattern", one)]
    days = ("--lead-days", str(town.lead_days), "--open-days", str(town.open_days))
    return ["slots", "book-create", AREA, *patterns, *days]


def credential(said: str) -> list[str]:
    found = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    return [found["client id"], found["secret"]]
