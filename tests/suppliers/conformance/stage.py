"""A suite against something that speaks the dialect on loopback."""

from datetime import date
from typing import Any

from tests.suppliers.http.peer import account
from tests.web.test_connector import LOOPBACK

from fibregate.suppliers.breaker import Breaker
from fibregate.suppliers.conformance import suite
from fibregate.suppliers.conformance.model import Outcome, Terms
from fibregate.suppliers.conformance.suite import Result
from fibregate.suppliers.conformance.wire import Recorder, Wire
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.model import Auth
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import QuoteAsked, Role, ServiceAsked, SiteAsked

HOME, UNKNOWN, SCARCE = Identifier("10025559646"), Identifier("999900003001"), Identifier("999900003005")
TODAY = date(2025, 7, 1)
ETHERNET = QuoteAsked(
    sites=(
        SiteAsked(name="Office", postcode="FB1 3AA", role=Role.A_END, address=Identifier("999900002001")),
        SiteAsked(name="Hall", postcode="FB1 9ZZ", role=Role.B_END, address=Identifier("999900002900")),
    ),
    services=(ServiceAsked("ethernet-epl", (Characteristic("POINT_OF_INTERCONNECT", "1G1G"),)),),
    months=36,
    billing="MONTHLY",
)


async def tried(
    url: str, auth: Auth | None, *, tenant: str = "YOUR_TENANT", on_the_wire: bool = True, **more: Any
) -> Result:
    terms: dict[str, Any] = {
        "address": HOME,
        "unknown": UNKNOWN,
        "scarce": SCARCE,
        "ethernet": ETHERNET,
        "today": TODAY,
        "first_id": 1000,
    } | {name: more.pop(name) for name in list(more) if name in Terms.__dataclass_fields__}
    async with Recorder(LOOPBACK, connect_seconds=1, total_seconds=10) as recorder:
        there = account(url, auth, name="PEER", tenant=tenant, total_seconds=10)
        accesses = Accesses(recorder)
        network = HttpNetwork(there, accesses, Health(breaker=Breaker(failures=10_000)))
        wire = Wire(there, accesses, recorder) if on_the_wire else None
        return await suite.run(network, Terms(**terms), wire=wire, **more)


def wrong(result: Result) -> dict[str, str]:
    """What did not pass, and was not skipped."""
    bad = {Outcome.FAIL, Outcome.WARN}
    return {one.clause.name: one.what for one in result.verdicts if one.outcome in bad}


def skipped(result: Result) -> dict[str, str]:
    return {one.clause.name: one.what for one in result.verdicts if one.outcome is Outcome.SKIP}
