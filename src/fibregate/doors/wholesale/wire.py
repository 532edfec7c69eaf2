"""The objects that this door's requests and answers share."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints, model_validator

from fibregate.vocabulary import Classification
from fibregate.web.fields import Instant, Stamp, Text20, Text50, Text255
from fibregate.web.wire import Wire

Uprn = Annotated[str, StringConstraints(pattern=r"^0{0,30}[0-9]{1,12}$"), Field(examples=["10025559646"])]


OURS_FROM = 9_000_000_000_000_000
CallerId = Annotated[
    int,
    Strict(),
    Field(ge=1, le=OURS_FROM - 1, examples=[159], description="the caller's own number; 9·10¹⁵ and up are ours"),
]


class AddressType(StrEnum):
    """The kinds of address key that this network is asked by."""

    UPRN = "UPRN"


class AddressIdentifier(Wire):
    """An address by its key."""

    id: Uprn
    type: AddressType

    @property
    def uprn(self) -> int:
        """UPRNs compare as numbers: leading zeros mean nothing."""
        return int(self.id)

    @property
    def as_sent(self) -> dict[str, str]:
        """For answers: as it was asked."""
        return {"id": self.id, "type": self.type.value}


def address_from_parts(values: object) -> object:
    """`addressId` and `addressType` are taken for `address={"id": …, "type": …}`."""
    if not isinstance(values, dict):
        return values
    known: dict[str, Any] = dict(values)  # pyright: ignore[reportUnknownArgumentType] - JSON
    if "address" not in known and "addressId" in known:
        known["address"] = {"id": known["addressId"], "type": known.get("addressType", "UPRN")}
    return known


class AddressQuery(Wire):
    """A query about one address, as JSON or in two plain parameters."""

    address: AddressIdentifier
    address_id: Text20 | None = Field(default=None, description="with `addressType`, instead of `address`")
    address_type: Text20 | None = None

    _parts = model_validator(mode="before")(address_from_parts)


class SpecificationRef(Wire):
    """A service by its id; `name` is told, never asked for."""

    id: Text50
    name: Text255 | None = None


class Characteristic(Wire):
    """A name and its value, which is always a string."""

    name: Text50
    value: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class CharacteristicValues(Wire):
    """A name and what may be chosen for it."""

    name: str
    values: list[str]


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
    classification: Classification
    standard: bool
