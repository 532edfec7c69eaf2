"""An Ethernet order as the wholesale dialect writes it; what is answered is as for every other order."""

from fibregate.suppliers.ethernet import EthernetAsked, ServiceOrdered, SiteOrdered, Wayleave
from fibregate.suppliers.http.asking import Json, contact, day, listed, said
from fibregate.suppliers.http.quoting import contract, service, site

PATH = "ethernet/service-orders"


def order(asked: EthernetAsked, tenant: str) -> Json:
    return {
        "id": asked.id,
        "tenant": tenant,
        "supplierQuoteId": asked.quote_id,
        "siteInformation": [_site(one) for one in asked.sites],
        "ethernetOrderItems": [_item(one) for one in asked.services],
    }


def _site(asked: SiteOrdered) -> Json:
    return site(asked.site) | said(
        {
            "wayleave": _wayleave(asked.wayleave) if asked.wayleave else None,
            "primaryContact": contact(asked.primary_contact),
            "secondaryContact": contact(asked.secondary_contact),
            "hazards": asked.hazards,
            "onSiteRestrictions": asked.on_site_restrictions,
            "notes": asked.notes,
        }
    )


def _wayleave(asked: Wayleave) -> Json:
    more = {
        "wayleaveCharacteristics": listed(asked.characteristics) or None,
        "wayleaveContact": contact(asked.contact),
    }
    return {"wayleaveOwner": asked.owner, **said(more)}


def _item(asked: ServiceOrdered) -> Json:
    return {
        "service": service(asked.service),
        "contractDetails": contract(asked.months, asked.billing, asked.price_alteration),
        **said(
            {
                "requestedCompletionDate": day(asked.requested_completion_date),
                "technicalContact": contact(asked.technical_contact),
            }
        ),
    }
