"""What a quote looks like on this door's wire, asked for and shown."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fibregate.doors.wholesale.wire import CallerId, Characteristic, SpecificationRef
from fibregate.suppliers import questions
from fibregate.suppliers.questions import Identifier
from fibregate.suppliers.quoting import Level, QuoteAsked, Role, ServiceAsked, SiteAsked
from fibregate.web.fields import Stamp, Text50, Text255
from fibregate.web.wire import Wire

MOST_SITES: Final = 20
MOST_SERVICES: Final = 10
MOST_CHARACTERISTICS: Final = 20

_UPRN: Final = re.compile(r"0{0,30}[0-9]{1,12}")
Characteristics = Annotated[list[Characteristic], Field(max_length=MOST_CHARACTERISTICS)]
Money = Annotated[
    str,
    Field(
        description="in `currency`, without VAT, exact to the penny",
        examples=["2350.00"],
        json_schema_extra={"pattern": r"^[0-9]{1,10}\.[0-9]{2}$"},
    ),
]


class SiteKey(StrEnum):
    """The kinds of key that a site has; which of them the network knows is its own matter."""

    UPRN = "UPRN"
    NAD = "NAD"
    DISTRICT_CODE = "DistrictCode"
    ROBT = "ROBT"
    LINE_ID = "LINE_ID"


class AdditionalIdentifier(Wire):
    """A further key of the same site."""

    id: Text50
    type: SiteKey

    @model_validator(mode="after")
    def _is_a_number(self) -> "AdditionalIdentifier":
        if self.type is SiteKey.UPRN and not _UPRN.fullmatch(self.id):
            raise PydanticCustomError("value_error", "id: a UPRN has 1 to 12 digits")
        return self


class SiteAddress(AdditionalIdentifier):
    """A site by its key, with further keys where one does not say enough."""

    id: Text50 = Field(examples=["999900002001"])
    additional_identifiers: Annotated[list[AdditionalIdentifier], Field(max_length=5)] | None = None

    @property
    def asked(self) -> Identifier:
        """As networks are asked."""
        further = tuple(Identifier(one.id, one.type.value) for one in self.additional_identifiers or ())
        return Identifier(self.id, self.type.value, further)


class SiteIn(Wire):
    """One end of a service."""

    name: Text255
    postcode: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,4} ?[A-Za-z0-9]{3}$")] = Field(
        description="compared without the space", examples=["TW184LG"]
    )
    role: Role
    address: SiteAddress
    site_characteristics: Characteristics | None = None

    @property
    def asked(self) -> SiteAsked:
        """As networks are asked."""
        return SiteAsked(
            name=self.name,
            postcode=self.postcode,
            role=self.role,
            address=self.address.asked,
            characteristics=_characteristics(self.site_characteristics or []),
        )


class ContractLength(Wire):
    """For how long."""

    value: Annotated[int, Field(ge=1, le=120)]
    unit: Literal["MONTH"]


class ContractDetails(Wire):
    """For how long, and how it is paid."""

    contract_length: ContractLength
    billing_frequency: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,50}$")] | None = Field(
        default=None, examples=["MONTHLY"]
    )
    price_alteration: Text255 | None = None


class ServiceIn(Wire):
    """A service between all of the sites."""

    service_specification: SpecificationRef
    service_characteristic: Characteristics = Field(
        default_factory=list[Characteristic],
        description="POINT_OF_INTERCONNECT is the rate, then the bearer; here, or the same at the sites",
    )

    @property
    def asked(self) -> ServiceAsked:
        """As networks are asked."""
        return ServiceAsked(self.service_specification.id, _characteristics(self.service_characteristic))


class QuoteIn(Wire):
    """One question. `id` is the caller's own number, for ever."""

    id: CallerId
    external_identifier: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="your own reference"
    )
    sites: Annotated[list[SiteIn], Field(min_length=2, max_length=MOST_SITES)]
    contract_details: ContractDetails
    service: Annotated[list[ServiceIn], Field(min_length=1, max_length=MOST_SERVICES)]

    @property
    def asked(self) -> QuoteAsked:
        """As networks are asked."""
        return QuoteAsked(
            sites=tuple(one.asked for one in self.sites),
            services=tuple(one.asked for one in self.service),
            months=self.contract_details.contract_length.value,
            billing=self.contract_details.billing_frequency,
            price_alteration=self.contract_details.price_alteration,
        )


class ChargeOut(Wire):
    """One line of a price."""

    name: str
    amount: Money
    frequency: Literal["MONTHLY"] | None = Field(default=None, description="absent: once")


class ConstructionOut(Wire):
    """What building at a site may cost; the excess is asked for by itself, when a survey has said how much it is."""

    site: str
    amount: Money
    included: Money
    excess: Money


class PriceOut(Wire):
    """What is answered; everything here is an extension, and absent where there is no price."""

    status: Literal["QUOTED", "REJECTED"] = Field(description="QUOTED has a price; REJECTED has reasons")
    supplier_quote_id: str | None = Field(default=None, description="what an order quotes")
    level: Level | None = None
    currency: Literal["GBP"] | None = None
    one_off_charges: list[ChargeOut] | None = None
    one_off_total: Money | None = None
    recurring_charges: list[ChargeOut] | None = None
    monthly_total: Money | None = None
    contract_total: Money | None = Field(default=None, description="once, and every month of the term")
    indicative_construction: list[ConstructionOut] | None = Field(default=None, description="in none of the totals")
    lead_time_working_days: int | None = None
    valid_until: Stamp | None = Field(default=None, description="its last moment")
    notes: list[str] | None = None


class AlternateOut(PriceOut):
    """What can be had instead, with a number and a price of its own."""

    service: list[ServiceIn]


class ReasonOut(Wire):
    """Why there is no price."""

    code: str
    text: str | None = None


class QuoteOut(PriceOut):
    """The question as it was sent, and its answer."""

    id: UUID
    created: Stamp
    external_identifier: str | None = None
    sites: list[SiteIn]
    contract_details: ContractDetails
    service: list[ServiceIn]
    reasons: list[ReasonOut] | None = None
    alternates: list[AlternateOut] | None = None


def _characteristics(asked: list[Characteristic]) -> tuple[questions.Characteristic, ...]:
    return tuple(questions.Characteristic(one.name, one.value) for one in asked)


_BANDWIDTH: Final = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
_ASKED: Final[dict[str, Any]] = {
    "externalIdentifier": "TENDER-7",
    "sites": [
        {
            "name": "Head office",
            "postcode": "FB1 3AA",
            "role": "A-END",
            "address": {"id": "999900002001", "type": "UPRN"},
        },
        {
            "name": "Data hall",
            "postcode": "FB1 9ZZ",
            "role": "B-END",
            "address": {"id": "999900002900", "type": "UPRN"},
        },
    ],
    "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"},
    "service": [{"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": _BANDWIDTH}],
}
QUOTE: Final[dict[str, Any]] = {"id": 41, **_ASKED}
QUOTED: Final[dict[str, Any]] = {
    "id": "5f6d6a3e-0c57-4bb5-8d2e-4e0f6d1c9a10",
    "created": "2025-07-01T09:00:00.000Z",
    **_ASKED,
    "status": "QUOTED",
    "supplierQuoteId": "NETWORK1-QUO-ETH-17",
    "level": "FIRM",
    "currency": "GBP",
    "oneOffCharges": [{"name": "Connection ethernet-epl 1G1G", "amount": "1200.00"}],
    "oneOffTotal": "1200.00",
    "recurringCharges": [{"name": "Rental ethernet-epl 1G1G, 36 months", "amount": "297.50", "frequency": "MONTHLY"}],
    "monthlyTotal": "297.50",
    "contractTotal": "11910.00",
    "leadTimeWorkingDays": 15,
    "validUntil": "2025-07-31T09:00:00.000Z",
}
STAND_INS: Final[Mapping[str, Any]] = {
    "id": 1,
    "sites": [
        {"name": "-", "postcode": "AA1 1AA", "role": "A-END", "address": {"id": "0", "type": "UPRN"}},
        {"name": "-", "postcode": "AA1 1AA", "role": "B-END", "address": {"id": "0", "type": "UPRN"}},
    ],
    "contractDetails": {"contractLength": {"value": 1, "unit": "MONTH"}},
    "service": [{"serviceSpecification": {"id": "-"}}],
}
"""For required fields that could not be read, while the others are judged."""
