"""The objects that this door's requests and answers share."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fibregate.suppliers.questions import Identifier
from fibregate.vocabulary import Classification
from fibregate.web.fields import Instant, Stamp, Text50, Text255
from fibregate.web.wire import Wire

SupplierCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,20}$"), Field(examples=["NETWORK1"], description="its code")
]
ServiceId = Annotated[str, StringConstraints(min_length=1, max_length=50), Field(examples=["NW1-S-00000127"])]
_UPRN: Final = re.compile(r"0{0,30}[0-9]{1,12}")


class AddressType(StrEnum):
    """The kinds of address key; which of them a network knows is its own matter."""

    UPRN = "UPRN"
    NAD = "NAD"
    DISTRICT_CODE = "DistrictCode"
    ROBT = "ROBT"
    LINE_ID = "LINE_ID"


class AdditionalIdentifier(Wire):
    """A further key of the same address."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=50)] = Field(examples=["LS"])
    type: AddressType

    @model_validator(mode="after")
    def _is_a_number(self) -> "AdditionalIdentifier":
        if self.type is AddressType.UPRN and not _UPRN.fullmatch(self.id):
            raise PydanticCustomError("value_error", "id: a UPRN has 1 to 12 digits")
        return self


class AddressIdentifier(AdditionalIdentifier):
    """An address by its key, with further keys where one does not say enough."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=50)] = Field(examples=["10025559646"])
    additional_identifiers: Annotated[list[AdditionalIdentifier], Field(max_length=5)] | None = None

    @property
    def uprn(self) -> int | None:
        """As our own network knows addresses; UPRNs compare as numbers. None where no key is one."""
        keys = (self, *(self.additional_identifiers or ()))
        return next((int(one.id) for one in keys if one.type is AddressType.UPRN), None)

    @property
    def as_sent(self) -> dict[str, Any]:
        """For answers: as it was asked."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def asked(self) -> Identifier:
        """As networks are asked."""
        further = tuple(Identifier(one.id, one.type.value) for one in self.additional_identifiers or ())
        return Identifier(self.id, self.type.value, further)


class SpecificationRef(Wire):
    """A service by its id; `name` is told, never asked for."""

    id: Text50
    name: Text255 | None = None


class Characteristic(Wire):
    """A name and its value, which is always a string."""

    name: Text50
    value: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class SubAddressOut(Wire):
    """A part of a building."""

    name: str | None = None
    unit_number: str | None = None


class AddressOut(Wire):
    """An address as its source writes it."""

    identifier: AddressIdentifier
    name: str | None = None
    sub_address: SubAddressOut | None = None
    street_number: str | None = None
    street_name: str | None = None
    locality: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    qualifier: str | None = Field(default=None, description="how good the match is")
    source: str | None = None
    additional_attributes: list[Characteristic] | None = None


class Contact(Wire):
    """Somebody to speak to."""

    name: Text255
    phone_number: Annotated[str, StringConstraints(min_length=3, max_length=40)]
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None


class TimeslotIn(Wire):
    """A visit as asked for."""

    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant


class Timeslot(Wire):
    """A visit, in true instants; `standard` false may carry a charge."""

    timeslot_start_date_time: Stamp
    timeslot_end_date_time: Stamp
    classification: Classification | str | None = None
    standard: bool | None = None
