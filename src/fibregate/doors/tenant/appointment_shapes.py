"""What visits look like on this door's wire, asked for and shown."""

from typing import Annotated

from pydantic import Field

from fibregate.doors.tenant.wire import (
    AddressIdentifier,
    Characteristic,
    ServiceId,
    SpecificationRef,
    SupplierCode,
    Timeslot,
    TimeslotIn,
)
from fibregate.vocabulary import Purpose
from fibregate.web.fields import Day, Stamp
from fibregate.web.wire import Wire

Characteristics = Annotated[list[Characteristic], Field(max_length=50)]


class SlotsQuery(Wire):
    """Which visits of which supplier. `appointmentFromDate` before the first bookable day means that day."""

    supplier: SupplierCode
    address: AddressIdentifier
    service_specification: SpecificationRef
    appointment_purpose: Purpose
    appointment_from_date: Day | None = None
    service_id: ServiceId | None = None
    service_characteristics: Characteristics = Field(default_factory=list[Characteristic])
    standard_only: bool = Field(default=False, description="leave out visits that may carry a charge")
    single_day_appointment: bool = Field(default=False, description="every visit here is of a single day")


class SlotsOut(Wire):
    """Free visits, the earliest first."""

    supplier: str
    address: AddressIdentifier
    service_specification: SpecificationRef
    available_timeslots: list[Timeslot]


class BookingIn(Wire):
    """A visit to hold. We number it."""

    supplier: SupplierCode
    address: AddressIdentifier
    service_specification: SpecificationRef
    service_characteristics: Characteristics | None = None
    service_id: ServiceId | None = Field(default=None, description="required with purpose REPAIR")
    purpose: Purpose
    timeslot: TimeslotIn


class BookingOut(Wire):
    """A visit that is held: `expiryDateTime` is when an unquoted hold is given back."""

    id: int
    supplier: str
    supplier_reference: str
    address: AddressIdentifier
    service_specification: SpecificationRef
    service_characteristics: list[Characteristic] | None = None
    service_id: str | None = None
    purpose: Purpose
    timeslot: Timeslot
    expiry_date_time: Stamp | None = None
