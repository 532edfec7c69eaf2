"""What an order about a circuit that lives looks like on this door's wire: to change it, or to end it."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from fibregate.doors.tenant.ethernet_shapes import EthernetOrderIn
from fibregate.doors.tenant.order_shapes import CeaseDay
from fibregate.doors.tenant.quote_shapes import Characteristics, ContractDetails
from fibregate.doors.tenant.wire import Characteristic, Contact, ServiceId, SupplierCode
from fibregate.vocabulary import OrderType
from fibregate.web.fields import Day, Text1000
from fibregate.web.variants import OneOf
from fibregate.web.wire import Wire


class AnyEthernetIn(Wire):
    """What every order for Ethernet says."""

    order_type: Literal[OrderType.NEW, OrderType.MODIFY, OrderType.CEASE] = OrderType.NEW
    supplier: SupplierCode


class ModifyCircuitIn(Wire):
    """An order that gives a live service another bandwidth on its bearer, a renewed term, or both."""

    order_type: Literal[OrderType.MODIFY]
    supplier: SupplierCode
    service_id: ServiceId
    service_characteristics: Characteristics = Field(
        default_factory=list[Characteristic], description="POINT_OF_INTERCONNECT: the new rate, on the same bearer"
    )
    contract_details: ContractDetails | None = Field(
        default=None, description="a renewed term, which begins when the change is made"
    )
    requested_completion_date: Day | None = Field(
        default=None, description="a wish; the committed date says what is promised"
    )
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


class CeaseCircuitIn(Wire):
    """An order that ends a live service on a day beyond its notice."""

    order_type: Literal[OrderType.CEASE]
    supplier: SupplierCode
    service_id: ServiceId
    requested_completion_date: CeaseDay
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    notes: Text1000 | None = None


CircuitIn = ModifyCircuitIn | CeaseCircuitIn
EthernetIn = EthernetOrderIn | CircuitIn
OF_CIRCUITS: Final[Mapping[str, type[CircuitIn]]] = {
    OrderType.MODIFY: ModifyCircuitIn,
    OrderType.CEASE: CeaseCircuitIn,
}
BODY: Final[OneOf[EthernetIn]] = OneOf(
    "orderType", {OrderType.NEW: EthernetOrderIn, **OF_CIRCUITS}, AnyEthernetIn, absent=OrderType.NEW
)

MODIFY: Final[dict[str, Any]] = {
    "orderType": "MODIFY",
    "supplier": "NETWORK1",
    "serviceId": "NW1-E-00000049-1",
    "serviceCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
}
CEASE: Final[dict[str, Any]] = {
    "orderType": "CEASE",
    "supplier": "NETWORK1",
    "serviceId": "NW1-E-00000049-1",
    "requestedCompletionDate": "2025-09-30",
}
_ANY: Final[Mapping[str, Any]] = {"supplier": "x", "serviceId": "-"}
STAND_INS: Final[Mapping[type[CircuitIn], Mapping[str, Any]]] = {
    ModifyCircuitIn: _ANY,
    CeaseCircuitIn: {**_ANY, "requestedCompletionDate": "2000-01-01"},
}
"""For required fields that could not be read, while the others are judged."""
