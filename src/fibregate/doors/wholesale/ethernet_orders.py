"""`/ethernet/service-orders`: order what a quote has the price of, and read how that stands."""

from collections.abc import Iterable, Mapping
from typing import Final

from fibregate.doors.wholesale.ethernet_shapes import (
    MOST_SERVICES,
    MOST_SITES,
    ORDER,
    STAND_INS,
    STANDS,
    EthernetItem,
    EthernetOrderIn,
    EthernetOrderOut,
)
from fibregate.doors.wholesale.order_shapes import OrderQuery, ValidOut
from fibregate.doors.wholesale.orders import SANDBOX_HEADERS, another_tenant, not_theirs, stands
from fibregate.doors.wholesale.quotes import as_sent
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.errors import read_or_faults
from fibregate.orders.actions import Placement
from fibregate.orders.ethernet import actions
from fibregate.orders.ethernet.model import Item, Request
from fibregate.suppliers.network import store as network
from fibregate.vocabulary import ServiceType, SupplierId, TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route

DOOR: Final = "WHOLESALE"


async def place(call: Call[OrderQuery, EthernetOrderIn, Wholesale]) -> Answer:
    services, asked = call.services, call.body
    others = [another_tenant(call.caller)] if asked.tenant != call.caller.tenant_code else []
    how = await _how(services, call.headers, others, dry_run=call.query.dry_run)
    supplier = SupplierId(await network.own_supplier(services.db))
    request = _request(asked, call.fingerprint or b"")
    await actions.place_numbered(services.db, tenant_of(call), request, asker_of(call), supplier=supplier, how=how)
    return Answer(200, {"valid": True}) if how.dry_run else Answer(202)


async def further(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of an order beyond those of the fields that could not be read."""
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    how = await _how(services, partial.headers, not_theirs(partial), dry_run=True)
    unread, readable = partial.filled(STAND_INS)
    request = _request(EthernetOrderIn.model_validate(readable, by_alias=True, by_name=False), b"", unread)
    supplier = SupplierId(await network.own_supplier(services.db))
    return [*how.faults, *await actions.faults(services.db, tenant, request, supplier=supplier, now=how.now)]


async def _how(services: Wholesale, headers: Mapping[str, str], others: Iterable[str], *, dry_run: bool) -> Placement:
    play, faults = read_or_faults(lambda: services.read_play(headers))
    found = (*others, *faults, *actions.faults_of_play(play))
    now = await services.clock.now()
    return Placement(now=now, one_open_order=False, dry_run=dry_run, play=play, faults=found)


def _request(asked: EthernetOrderIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
    return Request(
        id=asked.id,
        door=DOOR,
        supplier_quote_id=asked.supplier_quote_id,
        sites=[one.asked for one in asked.site_information],
        items=[_item(one) for one in asked.ethernet_order_items],
        sites_sent=[as_sent(one) for one in asked.site_information],
        items_sent=[as_sent(one) for one in asked.ethernet_order_items],
        body_hash=fingerprint,
        unread=unread,
    )


def _item(asked: EthernetItem) -> Item:
    contract = asked.contract_details
    return Item(
        service=asked.service.asked,
        months=contract.contract_length.value,
        billing=contract.billing_frequency,
        wished=asked.requested_completion_date,
    )


async def read(call: Call[None, None, Wholesale]) -> Answer:
    return Answer(200, await stands(call, ServiceType.ETHERNET))


ROUTES: Final = [
    Route(
        method="POST",
        path="/ethernet/service-orders",
        name="placeEthernetOrder",
        summary="Order Ethernet that was quoted",
        description=(
            "All services of one quote, as it was quoted: each `supplierQuoteId` is ordered once, while its price "
            f"holds. At most {MOST_SITES} sites and {MOST_SERVICES} services. 202 means received and kept, as of every "
            "order; the same id with an equal body does nothing twice. It is amended and cancelled as other orders "
            "are. Of the sandbox's headers only `X-Kci-Delay` means something: the address of the first A-END chooses "
            "the story."
        ),
        scope=SCOPE,
        action=place,
        query=OrderQuery,
        body=EthernetOrderIn,
        headers=SANDBOX_HEADERS,
        further=further,
        answers={202: None, 200: ValidOut},
        tags=("Ethernet orders",),
        body_examples={"point-to-point": ORDER},
        answer_examples={200: {"valid": True}},
    ),
    Route(
        method="GET",
        path="/ethernet/service-orders/{id:int}",
        name="readEthernetOrder",
        summary="How an Ethernet order stands (an extension)",
        scope=SCOPE,
        action=read,
        answers={200: EthernetOrderOut},
        errors=(404,),
        tags=("Ethernet orders",),
        answer_examples={200: STANDS},
    ),
]
