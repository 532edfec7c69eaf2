"""`/manage/v1/suppliers`: which suppliers a tenant may use, what they can do, and how they have been answering."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.suppliers.accounts import actions
from fibregate.suppliers.accounts.model import Route as Way
from fibregate.suppliers.breaker import State
from fibregate.suppliers.circuits import actions as circuits
from fibregate.suppliers.circuits.model import Condition
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class CircuitShown(Wire):
    """A process of the gateway that leaves the supplier alone."""

    process: str
    state: State
    since: Stamp


class HealthShown(Wire):
    """How the supplier answers all running processes of the gateway. Times are those of the real clock.

    All its tenants' calls went into it, so it counts none, and times the latest no nearer than to the minute.
    """

    state: State = Field(description="the worst that any process finds; OPEN: it is left alone for a while")
    since: Stamp | None = Field(default=None, description="since when it is not CLOSED everywhere")
    failing_since: Stamp | None = Field(default=None, description="the first of five failures in a row, or more")
    open_circuits: Annotated[list[CircuitShown], Field(max_length=1000)]
    failed_share: float = Field(ge=0, le=1, description="how many of all calls gave no answer, in steps of 0.05")
    last_answer: Stamp | None = Field(default=None, description="the minute of the last answer that can be used")
    last_fault: Stamp | None = Field(default=None, description="the minute of the last failure")
    last_fault_kind: str | None = None
    p50_ms: float | None = Field(default=None, description="of the latest answers, in the slowest process")
    p95_ms: float | None = None


class SupplierShown(Wire):
    """One supplier."""

    supplier: str
    name: str
    preference: int = Field(description="lower comes first")
    own_network: bool
    capabilities: Annotated[list[str], Field(max_length=50)]
    health: HealthShown | None = Field(default=None, description="absent where it was not called yet")


class SuppliersShown(Wire):
    """The preferred first."""

    suppliers: Annotated[list[SupplierShown], Field(max_length=1000)]


async def list_all(call: Call[None, None, Manage]) -> Answer:
    ways = await actions.routes(call.services.db, tenant_of(call))
    known = await circuits.conditions(call.services.db)
    return Answer(200, SuppliersShown(suppliers=[_shown(one, known.get(one.supplier.code)) for one in ways]))


def _shown(way: Way, found: Condition | None) -> SupplierShown:
    one = way.supplier
    return SupplierShown(
        supplier=one.code,
        name=one.name,
        preference=way.preference,
        own_network=one.own,
        capabilities=sorted(one.capabilities),
        health=health_shown(found) if found else None,
    )


def health_shown(found: Condition) -> HealthShown:
    return HealthShown(
        state=found.state,
        since=found.since,
        failing_since=found.failing_since,
        open_circuits=[
            CircuitShown(process=one.process.name, state=one.state, since=one.since)
            for one in found.opened
            if one.since is not None
        ],
        failed_share=round(_STEPS * found.failed / max(found.failed + found.answered, 1)) / _STEPS,
        last_answer=_minute(found.last_good_at),
        last_fault=_minute(found.last_fault_at),
        last_fault_kind=found.last_fault,
        p50_ms=found.p50_ms,
        p95_ms=found.p95_ms,
    )


def _minute(moment: datetime | None) -> datetime | None:
    return moment.replace(second=0, microsecond=0) if moment else None


_STEPS: Final = 20
_EXAMPLE: Final[dict[str, Any]] = {
    "suppliers": [
        {
            "supplier": "NETWORK1",
            "name": "Our own network",
            "preference": 100,
            "ownNetwork": True,
            "capabilities": ["APPOINTMENTS", "AVAILABILITY", "NEW"],
        },
        {
            "supplier": "ALTNET1",
            "name": "Fenland Fibre",
            "preference": 200,
            "ownNetwork": False,
            "capabilities": ["APPOINTMENTS", "AVAILABILITY", "NEW"],
            "health": {
                "state": "OPEN",
                "since": "2025-07-01T09:02:11.420Z",
                "failingSince": "2025-07-01T09:01:40.013Z",
                "openCircuits": [{"process": "web-3f9c21aa", "state": "OPEN", "since": "2025-07-01T09:02:11.420Z"}],
                "failedShare": 0.05,
                "lastAnswer": "2025-07-01T09:01:00.000Z",
                "lastFault": "2025-07-01T09:02:00.000Z",
                "lastFaultKind": "TIMED_OUT",
                "p50Ms": 184.0,
                "p95Ms": 911.5,
            },
        },
    ]
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/suppliers",
        name="listSuppliers",
        summary="List the suppliers that you may use",
        scope=SCOPE,
        action=list_all,
        answers={200: SuppliersShown},
        tags=("Suppliers",),
        answer_examples={200: _EXAMPLE},
    )
]
