"""What a supplier is asked for an Ethernet order, made from what its tenant has sent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fibregate.orders.model import Order
from fibregate.orders.sending.questions import characteristics, contact, identifier
from fibregate.suppliers.ethernet import EthernetAsked, ServiceOrdered, SiteOrdered, Wayleave
from fibregate.suppliers.quoting import Role, ServiceAsked, SiteAsked

Sent = Mapping[str, Any]


def of_order(number: int, order: Order) -> EthernetAsked:
    sent = order.ethernet
    if sent is None:
        raise AssertionError("an order for Ethernet has its quote, its sites and its items")
    return EthernetAsked(
        id=number,
        quote_id=sent["supplierQuoteId"],
        sites=tuple(_site(one) for one in sent["sites"]),
        services=tuple(_service(one) for one in sent["items"]),
    )


def _site(sent: Sent) -> SiteOrdered:
    wayleave = sent.get("wayleave")
    return SiteOrdered(
        site=SiteAsked(
            name=sent["name"],
            postcode=sent["postcode"],
            role=Role(sent["role"]),
            address=identifier(sent["address"]),
            characteristics=characteristics(sent.get("siteCharacteristics") or ()),
        ),
        wayleave=_wayleave(wayleave) if wayleave else None,
        primary_contact=contact(sent.get("primaryContact")),
        secondary_contact=contact(sent.get("secondaryContact")),
        hazards=sent.get("hazards"),
        on_site_restrictions=sent.get("onSiteRestrictions"),
        notes=sent.get("notes"),
    )


def _wayleave(sent: Sent) -> Wayleave:
    return Wayleave(
        owner=sent["wayleaveOwner"],
        characteristics=characteristics(sent.get("wayleaveCharacteristics") or ()),
        contact=contact(sent.get("wayleaveContact")),
    )


def _service(sent: Sent) -> ServiceOrdered:
    service, contract = sent["service"], sent["contractDetails"]
    wished = sent.get("requestedCompletionDate")
    return ServiceOrdered(
        service=ServiceAsked(
            service["serviceSpecification"]["id"],
            characteristics(service.get("serviceCharacteristic") or ()),
        ),
        months=contract["contractLength"]["value"],
        billing=contract.get("billingFrequency"),
        price_alteration=contract.get("priceAlteration"),
        requested_completion_date=date.fromisoformat(wished) if wished else None,
        technical_contact=contact(sent.get("technicalContact")),
    )
