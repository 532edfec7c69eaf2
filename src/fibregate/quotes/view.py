"""A quote in the field names that every dialect shares. Money is text with pence, in GBP without VAT."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from fibregate.calendars import stamp
from fibregate.kcis.rendering import without_unset
from fibregate.quotes.keeping import money
from fibregate.quotes.model import Quote, QuoteItem

CURRENCY: Final = "GBP"


def entity(quote: Quote, now: datetime) -> dict[str, Any]:
    """As it stands at `now`: only whether prices hold changes."""
    return {
        "id": str(quote.id),
        "created": stamp(quote.created_at),
        "externalId": quote.external_identifier,
        "quoteItems": [
            _item(one, [other for other in quote.items if other.id == one.id and other.alternate], now)
            for one in quote.items
            if not one.alternate
        ],
    }


def single(quote: Quote) -> dict[str, Any]:
    """Of one item, as it was answered: shown again it is the same, and `validUntil` says whether it still holds."""
    asked, *alternates = quote.items
    item = _item(asked, alternates, quote.created_at)
    return {
        "id": str(quote.id),
        "created": stamp(quote.created_at),
        **without_unset({"externalIdentifier": quote.external_identifier}),
        **{name: value for name, value in item.items() if name not in {"id", "supplier"}},
    }


def _item(one: QuoteItem, alternates: Sequence[QuoteItem], now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "supplier": one.supplier,
        "sites": list(one.sites),
        "contractDetails": dict(one.contract),
        "service": list(one.services),
        "status": one.status(now).value,
        **_price(one),
        **without_unset(
            {
                "reasons": list(one.reasons),
                "alternates": [
                    {"service": list(other.services), "status": other.status(now).value, **_price(other)}
                    for other in alternates
                ],
            }
        ),
    }


def _price(one: QuoteItem) -> dict[str, Any]:
    if one.valid_until is None:
        return {}
    return {
        "supplierQuoteId": one.supplier_quote_id,
        "level": one.level,
        "currency": CURRENCY,
        "oneOffCharges": list(one.one_off_charges),
        "oneOffTotal": _text(one.one_off),
        "recurringCharges": [_monthly(charge) for charge in one.recurring_charges],
        "monthlyTotal": _text(one.monthly),
        "contractTotal": _text(one.over_the_term),
        **without_unset({"indicativeConstruction": list(one.construction)}),
        "leadTimeWorkingDays": one.lead_days,
        "validUntil": stamp(one.valid_until),
        **without_unset({"notes": list(one.notes)}),
    }


def _monthly(charge: Mapping[str, Any]) -> dict[str, Any]:
    return {**charge, "frequency": "MONTHLY"}


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)
