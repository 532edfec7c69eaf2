"""A quote as the wholesale dialect asks for it, and its answer in our own words.

The documents leave open what is answered beside an `id`. What is read here is what another Fibregate answers: prices
are taken as they are told, exact, or not at all, and none is made up where none was told.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.suppliers.answers import Reason
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.http import reading, wire
from fibregate.suppliers.http.asking import Json, address, listed, said
from fibregate.suppliers.http.faults import LONGEST_MESSAGE, Reply
from fibregate.suppliers.questions import Characteristic
from fibregate.suppliers.quoting import (
    Construction,
    Level,
    NotQuoted,
    PriceLine,
    QuoteAsked,
    Quoted,
    ServiceAsked,
    SiteAsked,
    over_the_term,
    total,
)
from fibregate.web.fields import Instant
from fibregate.web.wire import Wire

MOST_CHARGES: Final = 200
MOST_ALTERNATES: Final = 20
MOST_NOTES: Final = 200
LONGEST_LEAD: Final = 3650
_TEN_DIGITS: Final = Decimal("9999999999.99")

Money = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9]{2}$")]
"""Text with pence, exact; a JSON number is not."""


def question(number: int, asked: QuoteAsked) -> Json:
    return {
        "id": number,
        "sites": [site(one) for one in asked.sites],
        "contractDetails": contract(asked.months, asked.billing, asked.price_alteration),
        "service": [service(one) for one in asked.services],
    }


def contract(months: int, billing: str | None, price_alteration: str | None) -> Json:
    return {
        "contractLength": {"value": months, "unit": "MONTH"},
        **said({"billingFrequency": billing, "priceAlteration": price_alteration}),
    }


def service(asked: ServiceAsked) -> Json:
    return {
        "serviceSpecification": {"id": asked.product},
        "serviceCharacteristic": listed(asked.characteristics),
    }


def site(asked: SiteAsked) -> Json:
    return {
        "name": asked.name,
        "postcode": asked.postcode,
        "role": asked.role.value,
        "address": address(asked.address),
        **said({"siteCharacteristics": listed(asked.characteristics) or None}),
    }


class _Service(Wire):
    service_specification: wire.SpecificationRef
    service_characteristic: Annotated[tuple[wire.Pair, ...], wire.Absent, Field(max_length=MOST_CHARGES)] = ()


class _Charge(Wire):
    name: wire.Name
    amount: Money


class _Monthly(_Charge):
    frequency: Literal["MONTHLY"] = "MONTHLY"


class _Construction(Wire):
    site: wire.Name
    amount: Money
    included: Money


class _Told(Wire):
    """What may be answered beside the contract's own members."""

    service: tuple[_Service, ...] | None = None
    supplier_quote_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    level: Level | None = None
    currency: Literal["GBP"] | None = None
    one_off_charges: Annotated[tuple[_Charge, ...], wire.Absent, Field(max_length=MOST_CHARGES)] = ()
    one_off_total: Money | None = None
    recurring_charges: Annotated[tuple[_Monthly, ...], wire.Absent, Field(max_length=MOST_CHARGES)] = ()
    monthly_total: Money | None = None
    contract_total: Money | None = None
    indicative_construction: Annotated[tuple[_Construction, ...], wire.Absent, Field(max_length=MOST_CHARGES)] = ()
    lead_time_working_days: Annotated[int, Field(ge=0, le=LONGEST_LEAD)] | None = None
    valid_until: Instant | None = None
    notes: Annotated[tuple[wire.Value, ...], wire.Absent, Field(max_length=MOST_NOTES)] = ()


class _Answer(_Told):
    id: UUID
    status: wire.Described = None
    reasons: Annotated[tuple[wire.Coded, ...], wire.Absent, Field(max_length=MOST_NOTES)] = ()
    alternates: Annotated[tuple[_Told, ...], wire.Absent, Field(max_length=MOST_ALTERNATES)] = ()


def answered(reply: Reply, asked: QuoteAsked) -> Quoted | NotQuoted:
    """Raises `SupplierFailed` for what cannot be read, and for an answer that tells no price and no reason either."""
    told = reading.read(reply, _Answer)
    match told.status:
        case "QUOTED" | "EXPIRED":
            return _price(reply, told, asked)
        case "REJECTED" if told.reasons:
            reasons = tuple(Reason(one.code, one.text) for one in told.reasons)
            return NotQuoted(reasons, tuple(_alternate(reply, one, asked) for one in told.alternates))
        case "FAILED":
            words = (f"{reply.who} failed and said: {one.text or one.code}" for one in told.reasons)
            messages = [one[:LONGEST_MESSAGE] for one in words] or [f"{reply.who} failed and did not say why"]
            raise SupplierFailed(Failure.ERROR, *messages, nothing_done=True, ill=False, status=reply.status)
        case None:
            message = f"{reply.who}: answered the quote {told.id} without telling a price"
            raise SupplierFailed(Failure.BROKEN, message, nothing_done=False, ill=False, status=reply.status)
        case _:
            raise reply.broken("status: is none that an answer to a quote has, or has no reasons")


def _alternate(reply: Reply, told: _Told, asked: QuoteAsked) -> Quoted:
    if told.service is None:
        raise reply.broken("alternates: one does not say which service it is about")
    return _price(reply, told, asked)


def _price(reply: Reply, told: _Told, asked: QuoteAsked) -> Quoted:
    if (
        told.supplier_quote_id is None
        or told.level is None
        or told.currency is None
        or told.lead_time_working_days is None
        or told.valid_until is None
    ):
        wanted = "supplierQuoteId, level, currency, leadTimeWorkingDays and validUntil"
        raise reply.broken(f"a price is told without one of {wanted}")
    found = Quoted(
        quote_id=told.supplier_quote_id,
        services=_services(reply, told, asked),
        level=told.level,
        months=asked.months,
        one_off=_charges(told.one_off_charges),
        monthly=_charges(told.recurring_charges),
        construction=tuple(
            Construction(site=one.site, amount=_money(one.amount), included=_money(one.included))
            for one in told.indicative_construction
        ),
        lead_days=told.lead_time_working_days,
        valid_until=told.valid_until,
        notes=told.notes,
    )
    _adds_up(reply, told, found)
    return found


def _adds_up(reply: Reply, told: _Told, found: Quoted) -> None:
    """The totals are there, and are those of the charges; else nobody could say what the price is."""
    once, monthly = total(found.one_off), total(found.monthly)
    whole = over_the_term(once, monthly, found.months)
    sums = (("oneOffTotal", told.one_off_total, once), ("monthlyTotal", told.monthly_total, monthly))
    wrong = [name for name, one, right in sums if one is None or _money(one) != right or right > _TEN_DIGITS]
    if told.contract_total is not None and _money(told.contract_total) != whole:
        wrong.append("contractTotal")
    if wrong:
        raise reply.broken(f"{', '.join(wrong)}: is not what the charges come to")


def _services(reply: Reply, told: _Told, asked: QuoteAsked) -> tuple[ServiceAsked, ...]:
    """As they were asked for, where none are told."""
    if told.service is None:
        return asked.services
    found = tuple(
        ServiceAsked(
            one.service_specification.id,
            tuple(Characteristic(each.name, each.value) for each in one.service_characteristic),
            one.service_specification.name,
        )
        for one in told.service
    )
    if [one.product for one in found] != [one.product for one in asked.services]:
        raise reply.broken("service: others than were asked for are answered")
    return found


def _charges(told: tuple[_Charge, ...]) -> tuple[PriceLine, ...]:
    return tuple(PriceLine(one.name, _money(one.amount)) for one in told)


def _money(told: str) -> Decimal:
    return Decimal(told)
