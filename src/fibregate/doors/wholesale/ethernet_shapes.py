"""What an Ethernet order looks like on this door's wire, asked for and shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from fibregate.doors.wholesale.order_shapes import UpdateOut
from fibregate.doors.wholesale.quote_shapes import STAND_INS as QUOTE_STAND_INS
from fibregate.doors.wholesale.quote_shapes import Characteristics, ContractDetails, ServiceIn, SiteIn
from fibregate.doors.wholesale.wire import CallerId, Contact
from fibregate.vocabulary import OrderStatus
from fibregate.web.fields import Day, Stamp, Text50, Text1000
from fibregate.web.wire import Wire

MOST_SITES: Final = 20
MOST_SERVICES: Final = 10


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
    """All services of one quote, between its sites. `id` is the caller's own number, for ever."""

    id: CallerId
    tenant: Text50
    supplier_quote_id: Annotated[str, StringConstraints(max_length=64)] = Field(
        description="of the quote, or of one of its alternates", examples=["NETWORK1-QUO-ETH-17"]
    )
    site_information: Annotated[list[SiteInformation], Field(min_length=2, max_length=MOST_SITES)]
    ethernet_order_items: Annotated[list[EthernetItem], Field(min_length=1, max_length=MOST_SERVICES)]


class EthernetOrderOut(EthernetOrderIn):
    """The order as it stands: as it was sent, with what has been learnt since.

    What was learnt of a site or a service stands among its characteristics: SERVICE_VLAN_ID, SERVICE_ID,
    CIRCUIT_REFERENCE.
    """

    order_type: str
    supplier_order_reference: str | None = None
    status: OrderStatus
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    primary_contact: Contact | None = Field(default=None, description="of the whole order, brought by an amendment")
    secondary_contact: Contact | None = Field(default=None, description="of the whole order, brought by an amendment")
    hazards: str | None = Field(default=None, description="of the whole order, brought by an amendment")
    on_site_restrictions: str | None = Field(default=None, description="of the whole order, brought by an amendment")
    notes: str | None = Field(default=None, description="of the whole order, brought by an amendment")
    created: Stamp
    updated: Stamp
    updates: list[UpdateOut]


_CONTACT: Final = {"name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890"}
_BANDWIDTH: Final = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]


def _site(name: str, role: str, uprn: str, postcode: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": {"id": uprn, "type": "UPRN"},
        "postcode": postcode,
        "role": role,
        "primaryContact": _CONTACT,
    }


ORDER: Final[dict[str, Any]] = {
    "id": 131,
    "tenant": "YOUR_TENANT",
    "supplierQuoteId": "NETWORK1-QUO-ETH-17",
    "siteInformation": [
        _site("Head office", "A-END", "999900002001", "FB1 3AA"),
        _site("Data hall", "B-END", "999900002900", "FB1 9ZZ"),
    ],
    "ethernetOrderItems": [
        {
            "service": {"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": _BANDWIDTH},
            "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"},
            "requestedCompletionDate": "2025-07-21",
        }
    ],
}
STANDS: Final[dict[str, Any]] = {
    **ORDER,
    "orderType": "NEW",
    "supplierOrderReference": "NW1-10000002",
    "status": "ACKNOWLEDGED",
    "created": "2025-07-01T09:05:00.000Z",
    "updated": "2025-07-01T09:10:00.000Z",
    "updates": [],
}
STAND_INS: Final[Mapping[str, Any]] = {
    "id": 1,
    "tenant": "-",
    "supplierQuoteId": "-",
    "siteInformation": [{**one, "primaryContact": _CONTACT} for one in QUOTE_STAND_INS["sites"]],
    "ethernetOrderItems": [
        {"service": one, "contractDetails": QUOTE_STAND_INS["contractDetails"]} for one in QUOTE_STAND_INS["service"]
    ],
}
"""For required fields that could not be read, while the others are judged."""
