"""The rows of T11's table for Ethernet at the wholesale door, whose callers number what they ask for."""

from collections.abc import Mapping
from typing import Any, Final

from proof import t11_things as own
from proof.caller import WHOLESALE
from proof.t11_owner import Ids, Owner
from proof.t11_sample import Kind, Sample
from proof.traffic import called, called_order, quote

_ORDERS: Final = f"{WHOLESALE}/ethernet/service-orders"


def _quote(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    return called(int(ids["number"]), quote(asker.mark))


def _order(asker: Owner, ids: Ids) -> Mapping[str, Any]:
    item = called(1, quote(asker.mark))
    return called_order(int(ids["order"]), asker.code, asker.mark, {**item, "supplierQuoteId": ids["priced"]})


AT_ETHERNET: Final = (
    Sample(
        route="wholesale askQuote",
        method="POST",
        path=f"{WHOLESALE}/quote",
        kind=Kind.OWN,
        prepare=own.a_new_number,
        body=_quote,
        shows=True,
    ),
    Sample(
        route="wholesale placeEthernetOrder",
        method="POST",
        path=_ORDERS,
        prepare=own.a_price_of_a_call,
        body=_order,
    ),
    Sample(
        route="wholesale readEthernetOrder",
        method="GET",
        path=f"{_ORDERS}/{{order}}",
        prepare=own.an_ethernet_order_of_its_own_number,
        shows=True,
    ),
)
