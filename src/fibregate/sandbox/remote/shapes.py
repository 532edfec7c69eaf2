"""What callers may ask for, as the wholesale dialect has it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from fibregate.vocabulary import Purpose
from fibregate.web.fields import Day, Id, Instant, Text50, Text255
from fibregate.web.reading import Model
from fibregate.web.wire import Wire

OrderKind = Literal["NEW", "START", "TRANSFER", "TAKEOVER", "SWAP", "MODIFY", "CEASE"]


class Address(Wire):
    """An address by its key."""

    id: Annotated[str, StringConstraints(pattern=r"^0{0,30}[0-9]{1,12}$")]
    type: Literal["UPRN"]

    @property
    def uprn(self) -> int:
        return int(self.id)

    @property
    def as_sent(self) -> dict[str, str]:
        return {"id": self.id, "type": self.type}


class Specification(Wire):
    """A service by its id."""

    id: Text50


class Timeslot(Wire):
    """A visit as it is asked for."""

    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant


class Characteristic(Wire):
    """A name and a value."""

    name: Text50
    value: Annotated[str, StringConstraints(max_length=255)]


class Contact(Wire):
    """Somebody to speak to."""

    name: Text255
    phone_number: Annotated[str, StringConstraints(min_length=3, max_length=40)]


class AvailabilityQuery(Wire):
    """Which address; `serviceTypes` is not read, for there is broadband only."""

    address: Address


class SlotsQuery(AvailabilityQuery):
    """Which visits."""

    service_specification: Specification
    appointment_purpose: Purpose
    appointment_from_date: Day | None = None
    classifications: Annotated[list[Text50], Field(max_length=15)] = Field(default_factory=list[str])


class BookingIn(Wire):
    """A visit to hold."""

    id: Id
    address: Address
    service_specification: Specification
    purpose: Purpose = Purpose.PROVIDE
    timeslot: Timeslot


class Item(Wire):
    """The service that is asked for."""

    service_specification: Specification
    service_characteristics: Annotated[list[Characteristic], Field(max_length=50)] = Field(
        default_factory=list[Characteristic]
    )


class OrderIn(Wire):
    """An order of any kind; which fields it needs depends on `orderType`."""

    id: Id
    order_type: OrderKind
    tenant: Text50
    address: Address | None = None
    service_order_item: Item | None = None
    service_id: Text50 | None = None
    primary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    appointment_reservation_reference: Text50 | None = None
    requested_completion_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}")] | None = None


class SiteAddress(Wire):
    """A site by its key; only UPRNs mean anything here."""

    id: Text50
    type: Text50

    @property
    def uprn(self) -> int:
        """0 where it is not known by one."""
        return int(self.id) if self.type == "UPRN" and self.id.isascii() and self.id.isdigit() else 0


class Site(Wire):
    """One end of a service."""

    name: Text255
    postcode: Text50
    role: Literal["A-END", "B-END", "MULTI-POINT"]
    address: SiteAddress


class Length(Wire):
    """For how many months."""

    value: Annotated[int, Field(ge=1, le=120)]
    unit: Literal["MONTH"]


class Contract(Wire):
    """For how long."""

    contract_length: Length


class Service(Wire):
    """A service between sites."""

    service_specification: Specification
    service_characteristic: Annotated[list[Characteristic], Field(max_length=50)] = Field(
        default_factory=list[Characteristic]
    )


class QuoteIn(Wire):
    """What would these services between these sites cost?"""

    id: Id
    sites: Annotated[list[Site], Field(min_length=2, max_length=20)]
    contract_details: Contract
    service: Annotated[list[Service], Field(min_length=1, max_length=10)]


class OrderedSite(Site):
    """One end of what is ordered."""

    primary_contact: Contact


class EthernetItem(Wire):
    """One service of a price."""

    service: Service
    contract_details: Contract


class EthernetOrderIn(Wire):
    """All services of one price."""

    id: Id
    tenant: Text50
    supplier_quote_id: Text255
    site_information: Annotated[list[OrderedSite], Field(min_length=2, max_length=20)]
    ethernet_order_items: Annotated[list[EthernetItem], Field(min_length=1, max_length=10)]


class AmendmentIn(Wire):
    """A change to an open order: any of the order's fields beside these."""

    id: Id
    order_id: Id
    supplier_order_reference: Text50 | None = None
    appointment_reservation_id: Id | None = None


class CancellationIn(Wire):
    """The end of an open order."""

    id: Id
    order_id: Id
    supplier_order_reference: Text50 | None = None
    reason_code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,30}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None


AVAILABILITY: Final = Model(AvailabilityQuery, "query")
SLOTS: Final = Model(SlotsQuery, "query")
BOOKING: Final = Model(BookingIn, "body")
ORDER: Final = Model(OrderIn, "body")
QUOTE: Final = Model(QuoteIn, "body")
ETHERNET_ORDER: Final = Model(EthernetOrderIn, "body")
AMENDMENT: Final = Model(AmendmentIn, "body")
CANCELLATION: Final = Model(CancellationIn, "body")

Asked = Any  # one of the models above, as its operation wants it
