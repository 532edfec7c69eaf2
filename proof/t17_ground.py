"""The ground that T17's machines stand on: a sandbox with an area of its own, made once and copied for each run."""

import asyncio
import atexit
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from proof.ground import Gateway

AREA: Final = "MODEL"
NOW: Final = "2025-07-01T09:30:00Z"
TENANTS: Final = ("ISP1", "ISP2")
SUPPLIER: Final = "NETWORK1"
FIRST_PLAIN: Final = 999900004100
"""No engineer visits these."""

FIRST_VISITED: Final = 999900006900
"""An engineer visits these."""

PREMISES: Final = 2800
LEAD_DAYS: Final = 2
HOURS: Final = ("08:00-13:00", "13:00-18:00")
"""Of every working day; each is one place."""

_COLUMNS: Final = "uprn,area,profile,readiness,installation_type,street_number,street_name,city,postcode\n"
_templates: dict[str, Path] = {}


async def settle(gateway: Gateway) -> None:
    """Furnish the gateway's own data folder from a copy; start its sandbox afterwards."""
    kept = await template(gateway.source)
    copied = await asyncio.create_subprocess_exec("cp", "-a", str(kept), str(gateway.data))
    if await copied.wait():
        raise OSError(f"{kept} could not be copied to {gateway.data}")


def ways(gateway: Gateway) -> dict[str, tuple[str, str]]:
    """Client id and secret of everybody, by code."""
    found = gateway.card
    cards: list[dict[str, Any]] = [*found["tenants"], *found["suppliers"]]
    return {one.get("tenant") or one["supplier"]: (one["clientId"], one["clientSecret"]) for one in cards}


async def template(source: Path) -> Path:
    """One for each schema; planted bugs that leave it alone share that of the tree itself."""
    files = sorted((source / "fibregate" / "migrations").glob("0*.sql"))
    key = hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()
    if key not in _templates:
        _templates[key] = await _furnished(source)
    return _templates[key]


async def _furnished(source: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="proof-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    async with Gateway(folder, source) as gateway:
        await gateway.sandbox("--now", NOW)
        file = folder / "premises.csv"
        file.write_text(_premises(), "utf-8")
        patterns = [word for hours in HOURS for word in ("--pattern", f"1-5/{hours}/1")]
        await gateway.cli_rounds(
            [
                ["premises", "area", AREA, "--nation", "ENG"],
                ["premises", "profile", AREA, "--offer", "LINE_PROFILE=55/55,80/20"],
            ],
            [
                ["premises", "import", str(file)],
                *(_handover(code, number) for number, code in enumerate(TENANTS, 1)),
                ["slots", "book-create", AREA, *patterns, "--lead-days", str(LEAD_DAYS), "--open-days", "40"],
            ],
        )
    return folder / "data"


def _premises() -> str:
    return _COLUMNS + "".join(
        f"{first + one},{AREA},{AREA},READY,{kind},{one % 180 + 1},Alder Street,Fenbridge,FB1 2AB\n"
        for first, kind in ((FIRST_PLAIN, ""), (FIRST_VISITED, "STANDARD"))
        for one in range(PREMISES)
    )


def _handover(code: str, number: int) -> list[str]:
    enni = ("--enni", f"ENNI-9{number:02d}", "--outer-vlan", str(900 + number))
    return ["premises", "handover", code, AREA, *enni]
