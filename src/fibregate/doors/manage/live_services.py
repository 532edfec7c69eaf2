"""`/manage/v1/services`: what a tenant has on its networks."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from fibregate.db import Row
from fibregate.doors.manage import store
from fibregate.doors.manage.cursors import read_service_cursor, service_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.suppliers.network.lines.model import EARLY_LIFE
from fibregate.suppliers.quoting import Role
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Day, Stamp, Text50, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100


class ServiceState(StrEnum):
    """Whether a service lives."""

    ACTIVE = "ACTIVE"
    CEASED = "CEASED"


class ServicesQuery(Wire):
    """What the services must be like, and where to read on."""

    state: Annotated[list[ServiceState], Field(max_length=len(ServiceState))] = Field(
        default_factory=list[ServiceState], description="both, where it is left out"
    )
    uprn: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")] | None = None
    service_id: Text50 | None = None
    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class CircuitEnd(Wire):
    """A site, as it was ordered, and where its traffic is handed over there."""

    name: str
    role: Role
    postcode: str
    address: dict[str, Any]
    service_vlan_id: str


class CircuitShown(Wire):
    """What Ethernet between sites has beside what every service has."""

    circuit_reference: str
    sites: Annotated[list[CircuitEnd], Field(max_length=20)]
    contract_months: int = Field(description="of the term that runs")
    contract_from: Day = Field(description="the day that it began on")
    monthly_total: Annotated[str, Field(description="in pounds without VAT, exact", examples=["297.50"])]


class ServiceShown(Wire):
    """One service, from the day it went live; where it runs, as far as its network says."""

    service_id: str
    state: ServiceState
    supplier: str
    address: dict[str, Any]
    service: str = Field(description="its service specification")
    service_characteristics: list[dict[str, str]]
    ont_reference: str | None = None
    ont_port: int | None = None
    enni_id: str | None = None
    service_vlan_id: str | None = None
    since: Stamp
    ceased: Stamp | None = None
    order_id: int | None = Field(default=None, description="the order that brought it, where that is known")
    early_life: bool = Field(description="in its first 28 days: a fault goes back to who installed it")
    circuit: CircuitShown | None = Field(default=None, description="of Ethernet of our own network")


class ServicesPage(Wire):
    """Services by their ids; with `nextCursor` while there are more."""

    services: Annotated[list[ServiceShown], Field(max_length=MOST)]
    next_cursor: str | None = None


async def list_all(call: Call[ServicesQuery, None, Manage]) -> Answer:
    tenant, asked = tenant_of(call), call.query
    rows = await store.list_services(
        call.services.db,
        tenant,
        early_life=EARLY_LIFE,
        states=[one.value for one in asked.state] or None,
        uprn=None if asked.uprn is None else int(asked.uprn),
        service_id=asked.service_id,
        after=read_service_cursor(asked.after, tenant),
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    cursor = service_cursor(tenant, page[-1]["service_id"]) if len(rows) > len(page) else None
    return Answer(200, ServicesPage(services=[_service(row) for row in page], next_cursor=cursor))


def _service(row: Row) -> ServiceShown:
    return ServiceShown(
        service_id=row["service_id"],
        state=ServiceState(row["state"]),
        supplier=row["supplier"],
        address=row["address"],
        service=row["service"],
        service_characteristics=row["characteristics"],
        ont_reference=row["ont_reference"],
        ont_port=row["port_number"],
        enni_id=row["enni_id"],
        service_vlan_id=row["vlan"],
        since=row["since"],
        ceased=row["ceased_at"],
        order_id=row["order_id"],
        early_life=row["early_life"],
        circuit=CircuitShown.model_validate(row["circuit"], by_alias=True) if row["circuit"] else None,
    )


_SERVICE: Final = {
    "serviceId": "NW1-S-00000127",
    "state": "ACTIVE",
    "supplier": "NETWORK1",
    "address": {"id": "10025559646", "type": "UPRN"},
    "service": "fttp",
    "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
    "ontReference": "ONT4000000127",
    "ontPort": 1,
    "enniId": "ENNI-001",
    "serviceVlanId": "101.1042",
    "since": "2025-07-16T09:12:00.000Z",
    "orderId": 127,
    "earlyLife": True,
}
_CIRCUIT: Final = {
    "serviceId": "NW1-E-00000049-1",
    "state": "ACTIVE",
    "supplier": "NETWORK1",
    "address": {"id": "999900002001", "type": "UPRN"},
    "service": "ethernet-epl",
    "serviceCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
    "since": "2025-07-22T12:00:00.000Z",
    "orderId": 49,
    "earlyLife": True,
    "circuit": {
        "circuitReference": "ETH00000049/1",
        "sites": [
            {
                "name": "Head office",
                "role": "A-END",
                "postcode": "FB1 3AA",
                "address": {"id": "999900002001", "type": "UPRN"},
                "serviceVlanId": "101.1001",
            },
            {
                "name": "Data hall",
                "role": "B-END",
                "postcode": "FB1 9ZZ",
                "address": {"id": "999900002900", "type": "UPRN"},
                "serviceVlanId": "101.1002",
            },
        ],
        "contractMonths": 36,
        "contractFrom": "2025-07-22",
        "monthlyTotal": "297.50",
    },
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/services",
        name="listServices",
        summary="List your services",
        scope=SCOPE,
        action=list_all,
        query=ServicesQuery,
        answers={200: ServicesPage},
        tags=("Services",),
        query_examples={"state": ["ACTIVE"]},
        answer_examples={200: {"services": [_CIRCUIT, _SERVICE]}},
    )
]
