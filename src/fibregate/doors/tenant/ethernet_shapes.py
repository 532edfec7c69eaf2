"""What an Ethernet order looks like on this door's wire, asked for and shown."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from fibregate.doors.tenant.order_shapes import UpdateOut
from fibregate.doors.tenant.quote_shapes import Characteristics, ContractDetails, Money, ServiceIn, SiteIn
from fibregate.doors.tenant.wire import AddressIdentifier, Contact, SupplierCode
from fibregate.vocabulary import OrderStatus, OrderType
from fibregate.web.fields import Day, Stamp, Text1000
from fibregate.web.wire import Wire

MOST_SITES: Final = 20
MOST_SERVICES: Final = 10

QuoteId = Annotated[str, StringConstraints(max_length=64), Field(examples=["NETWORK1-QUO-ETH-17"])]


class Wayleave(Wire):
    """Who owns the ground, and whom to ask."""

    wayleave_owner: bool
    wayleave_characteristics: Characteristics | None = None
    wayleave_contact: Contact | None = None


class SiteInformation(SiteIn):
    """One end of what is ordered: as in the quote, and whom and what to expect there."""

    wayleave: Wayleave | None = None
    primary_contact: Contact
    secondary_contact: Contact | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


class EthernetItem(Wire):
    """One service of the quote."""

    service: ServiceIn
    contract_details: ContractDetails
    requested_completion_date: Day | None = Field(
        default=None, description="a wish; the committed date says what is promised"
    )
    technical_contact: Contact | None = None


class EthernetOrderIn(Wire):
    """All services of one quote item, between its sites. We number it."""

    order_type: Literal[OrderType.NEW] = Field(default=OrderType.NEW, description="may be left out")
    supplier: SupplierCode
    supplier_quote_id: QuoteId = Field(description="of the quote's item, or of one of its alternates")
    site_information: Annotated[list[SiteInformation], Field(min_length=2, max_length=MOST_SITES)]
    ethernet_order_items: Annotated[list[EthernetItem], Field(min_length=1, max_length=MOST_SERVICES)]


class EarlyEndingOut(Wire):
    """What a cease costs that ends a circuit before its term: the rentals of the months that are left."""

    months_left: int
    amount: Money
    currency: Literal["GBP"]


class EthernetOrderOut(Wire):
    """The order as it stands: as it was sent, with what has been learnt since.

    What was learnt of a site or a service stands among its characteristics: SERVICE_VLAN_ID, SERVICE_ID,
    CIRCUIT_REFERENCE.
    """

    id: int
    order_type: OrderType | None = Field(default=None, description="MODIFY or CEASE; absent where it brings a circuit")
    supplier: SupplierCode
    supplier_quote_id: QuoteId | None = None
    site_information: Annotated[list[SiteInformation], Field(max_length=MOST_SITES)] | None = None
    ethernet_order_items: Annotated[list[EthernetItem], Field(max_length=MOST_SERVICES)] | None = None
    service_id: str | None = Field(default=None, description="the live service that is changed or ended")
    address: AddressIdentifier | None = Field(default=None, description="of that service's first A-END")
    service_characteristics: Characteristics | None = Field(default=None, description="of a modify: the new bandwidth")
    contract_details: ContractDetails | None = Field(default=None, description="of a modify: the renewed term")
    monthly_total: Money | None = Field(default=None, description="of a modify: what the service costs afterwards")
    early_ending_charge: EarlyEndingOut | None = Field(default=None, description="of a cease")
    requested_completion_date: Day | None = Field(default=None, description="of a modify or a cease")
    status: OrderStatus
    supplier_order_number: str | None = None
    created: Stamp
    updated: Stamp
    updates: list[UpdateOut]
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    primary_contact: Contact | None = Field(default=None, description="of the whole order, brought by an amendment")
    secondary_contact: Contact | None = Field(default=None, description="of the whole order, brought by an amendment")
    hazards: str | None = Field(default=None, description="of the whole order, brought by an amendment")
    on_site_restrictions: str | None = Field(default=None, description="of the whole order, brought by an amendment")
    notes: str | None = Field(default=None, description="of the whole order, brought by an amendment")


_CONTACT: Final = {"name": "Asha Patel", "email": "asha@example.org", "phoneNumber": "01632 960001"}
_BANDWIDTH: Final = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]


def _site(name: str, role: str, uprn: str, postcode: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": {"id": uprn, "type": "UPRN"},
        "postcode": postcode,
        "role": role,
        "siteCharacteristics": _BANDWIDTH,
        "primaryContact": _CONTACT,
    }


ORDER: Final[dict[str, Any]] = {
    "supplier": "NETWORK1",
    "supplierQuoteId": "NETWORK1-QUO-ETH-17",
    "siteInformation": [
        _site("Head office", "A-END", "999900002001", "FB1 3AA"),
        _site("Data hall", "B-END", "999900002900", "FB1 9ZZ"),
    ],
    "ethernetOrderItems": [
        {
            "service": {"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": _BANDWIDTH},
            "contractDetails": {
                "contractLength": {"value": 36, "unit": "MONTH"},
                "billingFrequency": "MONTHLY",
            },
            "requestedCompletionDate": "2025-07-21",
        }
    ],
}
PLACED: Final[dict[str, Any]] = {
    "id": 49,
    "status": "RECEIVED_BY_GATEWAY",
    "created": "2025-07-01T09:05:00.000Z",
    "updated": "2025-07-01T09:05:00.000Z",
    "updates": [],
    **ORDER,
}
STAND_INS: Final[dict[str, Any]] = {**ORDER, "supplier": "x", "supplierQuoteId": "-"}
"""For required fields that could not be read, while the others are judged."""
