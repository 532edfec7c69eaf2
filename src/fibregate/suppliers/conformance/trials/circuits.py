"""Ethernet between sites: priced, ordered once as it was priced, looked up, and cancelled again."""

from dataclasses import replace
from typing import Final

from fibregate.suppliers.answers import Absent, Acknowledged, Refused, Taken
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Skipped, Stage, Trial, expect, granted
from fibregate.suppliers.conformance.trials.changing import CANCELLATIONS, became, offered
from fibregate.suppliers.conformance.trials.ordering import CONTACT
from fibregate.suppliers.ethernet import EthernetAsked, ServiceOrdered, SiteOrdered
from fibregate.suppliers.questions import CancellationAsked
from fibregate.suppliers.quoting import NotQuoted, QuoteAsked, Quoted, ServiceAsked

QUOTE, ORDERS = "quote", "ethernet/service-orders"
_NOBODY_SELLS: Final = "conformance-moonbeam"


async def quote(stage: Stage) -> str:
    asked, number = _wish(stage), next(stage.ids)
    found = granted(await offered(stage, QUOTE, stage.network.quote(number, asked, stage.trace)))
    if isinstance(found, NotQuoted):
        return f"rejected: {', '.join(one.code for one in found.reasons)}"
    stage.priced = (number, asked, found)
    return f"{found.quote_id}: {found.one_off_total} once, {found.monthly_total} a month"


def _wish(stage: Stage) -> QuoteAsked:
    if stage.terms.ethernet is None:
        raise Skipped("no sites were given to join, by --ethernet-site")
    return stage.terms.ethernet


async def quote_again(stage: Stage) -> None:
    number, asked, found = _priced(stage)
    again = await stage.network.quote(number, asked, stage.trace)
    expect(again == found, "it is answered otherwise")


async def quote_refused(stage: Stage) -> str:
    _, asked, _ = _priced(stage)
    wanted = replace(asked, services=(ServiceAsked(_NOBODY_SELLS),))
    found = await stage.network.quote(next(stage.ids), wanted, stage.trace)
    expect(not isinstance(found, Quoted), "it has a price")
    return "422" if isinstance(found, Refused) else "201, REJECTED"


def _priced(stage: Stage) -> tuple[int, QuoteAsked, Quoted]:
    if stage.priced is None:
        raise Skipped("no price was told")
    return stage.priced


async def order(stage: Stage) -> str:
    _, asked, price = _priced(stage)
    stage.may_write()
    wanted = EthernetAsked(
        id=next(stage.ids),
        quote_id=price.quote_id,
        sites=tuple(SiteOrdered(site=one, primary_contact=CONTACT) for one in asked.sites),
        services=tuple(
            ServiceOrdered(service=one, months=asked.months, billing=asked.billing) for one in asked.services
        ),
    )
    found = granted(await offered(stage, ORDERS, stage.network.order_ethernet(wanted, stage.trace)))
    stage.ethernet = wanted
    match found:
        case Taken():
            return "202, and an update follows"
        case Acknowledged(reference=reference, status=status, said=said):
            expect(reference, "201 without the network's reference")
            expect(said in {"ACKNOWLEDGED", "IN_PROGRESS"}, f"201 with the status {said}")
            return f"201, {status}"


async def order_again(stage: Stage) -> None:
    found = await stage.network.order_ethernet(_placed(stage), stage.trace)
    expect(not isinstance(found, Refused), "it is refused")


async def order_other(stage: Stage) -> None:
    asked = _placed(stage)
    first, *others = asked.sites
    changed = replace(asked, sites=(replace(first, notes="another body"), *others))
    found = await stage.network.order_ethernet(changed, stage.trace)
    expect(isinstance(found, Refused), "it is taken")


async def order_read(stage: Stage) -> str:
    asked = _placed(stage)
    found = await stage.network.read_ethernet_order(asked.id, stage.trace)
    if isinstance(found, Absent):
        raise Skipped("not offered: an order that was taken is not found, so lost answers cannot be looked up")
    stage.offers.add("READ_ETHERNET_ORDER")
    expect(found.status is not None, f"it shows a status that no order has: {found.said}")
    unused = await stage.network.read_ethernet_order(next(stage.ids), stage.trace)
    expect(isinstance(unused, Absent), "an id that nobody used is found")
    return found.said


async def cancellation(stage: Stage) -> str:
    order_id = _placed(stage).id
    if CANCELLATIONS not in stage.offers:
        raise Skipped("not offered")
    asked = CancellationAsked(id=next(stage.ids), order_id=order_id, reason_code="NO_LONGER_REQUIRED")
    return became(await stage.network.cancel(asked, stage.trace))


def _placed(stage: Stage) -> EthernetAsked:
    if stage.ethernet is None:
        raise Skipped("no order for Ethernet could be placed")
    return stage.ethernet


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.QUOTE, quote),
    (clauses.QUOTE_AGAIN, quote_again),
    (clauses.QUOTE_REFUSED, quote_refused),
    (clauses.ETHERNET_ORDER, order),
    (clauses.ETHERNET_ORDER_AGAIN, order_again),
    (clauses.ETHERNET_ORDER_OTHER, order_other),
    (clauses.ETHERNET_ORDER_READ, order_read),
    (clauses.ETHERNET_CANCELLATION, cancellation),
)
