"""What can be had where: everywhere, but for a thousand addresses that the network does not know.

Of each thousand the addresses 000 to 499 need an engineer's visit for a new line, and 500 to 999 do not.
"""

from typing import Final

from fibregate.errors import Invalid
from fibregate.sandbox.remote.memory import AREA
from fibregate.sandbox.remote.model import Json

FIRST: Final = 888_800_000_000
"""Where the addresses of behaviour 0 begin; a thousand for each."""

UNKNOWN: Final = range(FIRST + 999 * AREA, FIRST + 1000 * AREA)
SERVICE: Final = "fttp"
SPECIFICATION: Final = {"id": SERVICE, "name": "FTTP"}
_VISITED: Final = 500

OFFERED: Final = {
    "LINE_PROFILE": ("55/55", "80/20", "100/100", "500/500", "1000/1000"),
    "AUTHENTICATION_AGENT": ("DHCPRelayAgent", "PPPIntermediateAgent", "None"),
    "MINIMUM_SPEED": ("100", "200", "500"),
}


def is_known(uprn: int) -> bool:
    return uprn not in UNKNOWN


def needs_visit(uprn: int) -> bool:
    return uprn % AREA < _VISITED


def site(uprn: int) -> Json:
    """How a line would come there."""
    found: Json = {"newLine": True, "enniId": "ENNI-ALT-1", "siteName": "Alder Exchange", "siteLocation": "Fenbridge"}
    return {**found, "installationType": "STANDARD"} if needs_visit(uprn) else found


def offered() -> list[Json]:
    """The specifications of a served address."""
    characteristics = [{"name": name, "values": list(values)} for name, values in OFFERED.items()]
    return [{**SPECIFICATION, "serviceCharacteristics": characteristics}]


def check(uprn: int, service: str) -> None:
    """Raises `Invalid` where this service cannot be had."""
    if not is_known(uprn):
        raise Invalid("address: ADDRESS_NOT_KNOWN: this network does not know the address")
    if service != SERVICE:
        raise Invalid(f"serviceSpecification.id: {service!r} is not offered at this address; accepted: {SERVICE}")
