"""What a quote looks like on this door's wire, asked for and shown."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.doors.tenant.wire import AddressIdentifier, Characteristic, SpecificationRef, SupplierCode
from fibregate.suppliers.quoting import Level, Role
from fibregate.web.fields import MAX_ID, Stamp, Text255
from fibregate.web.wire import Wire

MOST_ITEMS: Final = 20
MOST_SITES: Final = 20
MOST_SERVICES: Final = 10
MOST_CHARACTERISTICS: Final = 20

Characteristics = Annotated[list[Characteristic], Field(max_length=MOST_CHARACTERISTICS)]
Money = Annotated[
    str,
    Field(
        description="in `currency`, without VAT, exact to the penny",
        examples=["2350.00"],
        json_schema_extra={"pattern": r"^[0-9]{1,10}\.[0-9]{2}$"},
    ),
]


class SiteIn(Wire):
    """One end of a service."""

    name: Text255
    postcode: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,4} ?[A-Za-z0-9]{3}$")] = Field(
        description="compared without the space", examples=["TW184LG"]
    )
    role: Role
    address: AddressIdentifier
    site_characteristics: Characteristics | None = None


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


class ItemIn(Wire):
    """What one supplier is asked the price of."""

    id: Annotated[int, Field(ge=0, le=MAX_ID, description="your own, unique in the quote", examples=[1])]
    supplier: SupplierCode
    sites: Annotated[list[SiteIn], Field(min_length=2, max_length=MOST_SITES)]
    contract_details: ContractDetails
    service: Annotated[list[ServiceIn], Field(min_length=1, max_length=MOST_SERVICES)]


class QuoteIn(Wire):
    """Several questions at once, each for one supplier."""

    external_identifier: Annotated[str, StringConstraints(max_length=64)] = Field(description="your own reference")
    quote_items: Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS)]


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
    """What a supplier answers; everything here is an extension, and absent where there is no price."""

    status: Literal["QUOTED", "REJECTED", "FAILED", "EXPIRED"] = Field(
        description="QUOTED has a price; REJECTED has reasons; FAILED: the supplier gave no answer, and why"
    )
    supplier_quote_id: str | None = Field(default=None, description="of this item: what an order quotes")
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
    """What the supplier would do instead, with a number and a price of its own."""

    service: list[ServiceIn]


class ReasonOut(Wire):
    """Why there is no price."""

    code: str
    text: str | None = None


class ItemOut(PriceOut):
    """The item as it was sent, and what its supplier answered."""

    id: int
    supplier: str
    sites: list[SiteIn]
    contract_details: ContractDetails
    service: list[ServiceIn]
    reasons: list[ReasonOut] | None = None
    alternates: list[AlternateOut] | None = None


class QuoteOut(Wire):
    """Every item with its answer, in your order."""

    id: UUID
    created: Stamp
    external_id: str = Field(description="your `externalIdentifier`")
    quote_items: list[ItemOut]


_SITE: Final = {"postcode": "FB1 2AB", "siteCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]}
_CONTRACT: Final = {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"}
_ITEM: Final[dict[str, Any]] = {
    "id": 1,
    "supplier": "NETWORK1",
    "sites": [
        {**_SITE, "name": "Head office", "role": "A-END", "address": {"id": "999900002001", "type": "UPRN"}},
        {**_SITE, "name": "Data hall", "role": "B-END", "address": {"id": "999900002900", "type": "UPRN"}},
    ],
    "contractDetails": _CONTRACT,
    "service": [
        {
            "serviceSpecification": {"id": "ethernet-epl"},
            "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
        }
    ],
}
QUOTE: Final[dict[str, Any]] = {"externalIdentifier": "TENDER-7", "quoteItems": [_ITEM]}
QUOTED: Final[dict[str, Any]] = {
    "id": "5f6d6a3e-0c57-4bb5-8d2e-4e0f6d1c9a10",
    "created": "2025-07-01T09:00:00.000Z",
    "externalId": "TENDER-7",
    "quoteItems": [
        {
            **_ITEM,
            "status": "QUOTED",
            "supplierQuoteId": "NETWORK1-QUO-ETH-17",
            "level": "FIRM",
            "currency": "GBP",
            "oneOffCharges": [{"name": "Connection ethernet-epl 1G1G", "amount": "1200.00"}],
            "oneOffTotal": "1200.00",
            "recurringCharges": [
                {"name": "Rental ethernet-epl 1G1G, 36 months", "amount": "297.50", "frequency": "MONTHLY"}
            ],
            "monthlyTotal": "297.50",
            "contractTotal": "11910.00",
            "leadTimeWorkingDays": 15,
            "validUntil": "2025-07-31T09:00:00.000Z",
        }
    ],
}
