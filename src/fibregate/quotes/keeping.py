"""An answer as it is kept: a row for what was asked, and one for each alternate."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fibregate.errors import GatewayError
from fibregate.quotes.model import ItemWish, Said, Status
from fibregate.suppliers.quoting import BANDWIDTH, NotQuoted, PriceLine, Quoted, ServiceAsked
from fibregate.vocabulary import SupplierId
from fibregate.web.dialect import PLAIN


def rows(item: ItemWish, place: int, supplier: SupplierId, said: Said) -> list[dict[str, Any]]:
    """Amounts are text, so that they stay exact."""
    asked: dict[str, Any] = {
        "item_id": item.id,
        "alternate": 0,
        "place": place,
        "supplier_id": supplier,
        "sites": item.sites,
        "contract": item.contract,
        "services": item.services,
        "one_off_charges": [],
        "recurring_charges": [],
        "construction": [],
        "reasons": [],
        "notes": [],
    }
    match said:
        case Quoted():
            return [{**asked, **_price(said, item.services)}]
        case NotQuoted():
            reasons = [{"code": one.code, "text": one.text} for one in said.reasons]
            others = [
                {**asked, "alternate": number, "sites": _sites(item.sites, one), **_price(one, item.services)}
                for number, one in enumerate(said.alternates, 1)
            ]
            return [{**asked, "status": Status.REJECTED, "reasons": reasons}, *others]
        case GatewayError():
            code = next((PLAIN[kind][1] for kind in type(said).__mro__ if kind in PLAIN), "GATEWAY_FAULT")
            reasons = [{"code": code, "text": text} for text in said.messages]
            return [{**asked, "status": Status.FAILED, "reasons": reasons}]


def _price(said: Quoted, sent: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "status": Status.QUOTED,
        "supplier_quote_id": said.quote_id,
        "services": [_service(one, offered) for one, offered in zip(sent, said.services, strict=True)],
        "level": said.level,
        "months": said.months,
        "one_off": money(said.one_off_total),
        "monthly": money(said.monthly_total),
        "one_off_charges": _charges(said.one_off),
        "recurring_charges": _charges(said.monthly),
        "construction": [
            {
                "site": one.site,
                "amount": money(one.amount),
                "included": money(one.included),
                "excess": money(one.excess),
            }
            for one in said.construction
        ],
        "lead_days": said.lead_days,
        "valid_until": said.valid_until.isoformat(),
        "notes": list(said.notes),
    }


def _sites(sent: Sequence[Mapping[str, Any]], said: Quoted) -> list[dict[str, Any]]:
    """Where sites name a bandwidth, it is the one that can be had; none, where services have several."""
    codes = {one.value for service in said.services for one in service.characteristics if one.name == BANDWIDTH}
    named = [{"name": BANDWIDTH, "value": code} for code in codes] if len(codes) == 1 else []
    found: list[dict[str, Any]] = []
    for site in sent:
        told: Sequence[Mapping[str, Any]] = site.get("siteCharacteristics") or ()
        others = [one for one in told if one["name"] != BANDWIDTH]
        changed = {"siteCharacteristics": [*named, *others]} if len(others) < len(told) else {}
        found.append({**site, **changed})
    return found


def _service(sent: Mapping[str, Any], offered: ServiceAsked) -> dict[str, Any]:
    """As it was sent, with its name and what it can have."""
    characteristics = [{"name": one.name, "value": one.value} for one in offered.characteristics]
    named = {"name": offered.name} if offered.name else {}
    specification = {**sent["serviceSpecification"], **named}
    return {**sent, "serviceSpecification": specification, "serviceCharacteristic": characteristics}


def _charges(charges: Sequence[PriceLine]) -> list[dict[str, str]]:
    return [{"name": one.name, "amount": money(one.amount)} for one in charges]


def money(amount: Decimal) -> str:
    """With its pence."""
    return f"{amount:.2f}"
