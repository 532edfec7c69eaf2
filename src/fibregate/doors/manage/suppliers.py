"""`/manage/v1/suppliers`: which suppliers a tenant may use, what they can do, and how they have been answering."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.suppliers.accounts import actions
from fibregate.suppliers.accounts.model import Route as Way
from fibregate.suppliers.breaker import State
from fibregate.suppliers.health import Health
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class HealthShown(Wire):
    """How this process of the gateway has found the supplier, since it was started.

    All its tenants' calls went into it, so it counts none and times none nearer than to the minute.
    """

    state: State = Field(description="OPEN: it has failed too often of late and is left alone for a while")
    failed_share: float = Field(ge=0, le=1, description="how many of all calls gave no answer, in steps of 0.05")
    last_answer: Stamp | None = Field(default=None, description="to the minute")
    last_fault: Stamp | None = Field(default=None, description="to the minute")
    last_fault_kind: str | None = None
    p50_ms: float | None = None
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
    routes = await actions.routes(call.services.db, tenant_of(call))
    known = call.services.health
    return Answer(200, SuppliersShown(suppliers=[_shown(one, known.get(one.supplier.code)) for one in routes]))


def _shown(way: Way, health: Health | None) -> SupplierShown:
    one = way.supplier
    return SupplierShown(
        supplier=one.code,
        name=one.name,
        preference=way.preference,
        own_network=one.own,
        capabilities=sorted(one.capabilities),
        health=health_shown(health) if health else None,
    )


def health_shown(health: Health) -> HealthShown:
    standing = health.standing()
    failed = sum(standing.failed.values())
    return HealthShown(
        state=standing.state,
        failed_share=round(_STEPS * failed / max(failed + standing.answered, 1)) / _STEPS,
        last_answer=_minute(standing.last_ok_at),
        last_fault=_minute(standing.last_fault_at),
        last_fault_kind=standing.last_fault.value if standing.last_fault else None,
        p50_ms=standing.p50_ms,
        p95_ms=standing.p95_ms,
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
        }
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
