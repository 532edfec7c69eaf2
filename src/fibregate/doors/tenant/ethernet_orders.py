"""`/ethernet/service-orders`: order what a quote has the price of, and read how that stands."""

from collections.abc import Mapping
from typing import Final

import orjson

from fibregate.db import Tx
from fibregate.doors.tenant import circuit_orders
from fibregate.doors.tenant.circuit_shapes import BODY, CEASE, MODIFY, EthernetIn
from fibregate.doors.tenant.ethernet_shapes import (
    MOST_SERVICES,
    MOST_SITES,
    ORDER,
    PLACED,
    STAND_INS,
    EthernetItem,
    EthernetOrderIn,
    EthernetOrderOut,
)
from fibregate.doors.tenant.orders import updates_of
from fibregate.doors.tenant.quotes import as_sent, service_asked, site_asked
from fibregate.doors.tenant.services import (
    IDEMPOTENCY_KEY,
    SANDBOX_HEADERS,
    SCOPE,
    TenantDoor,
    asked_of,
    asker_of,
    tenant_of,
)
from fibregate.errors import Invalid, read_or_faults
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.ethernet import actions
from fibregate.orders.ethernet.model import Item, Request
from fibregate.suppliers.accounts.model import Capability
from fibregate.suppliers.accounts.routing import lacks
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import OrderType, ServiceType, TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route

PLACE: Final = "placeEthernetOrder"


async def place(call: Call[None, EthernetIn, TenantDoor]) -> Answer:
    services, tenant, asked = call.services, tenant_of(call), call.body
    how = await _how(services, call.headers)
    if not isinstance(asked, EthernetOrderIn):
        return await circuit_orders.place(call, asked, how, PLACE)
    request = _request(asked, call.fingerprint or b"")
    way, unknown = await services.routing.find(tenant, request.supplier)
    if way is None:
        raise Invalid([*how.faults, *unknown, *actions.faults_of_dates(request, how.now)])
    refusal = lacks(way, Capability.ETHERNET_ORDERS)
    if refusal:
        raise refusal
    supplier = way.supplier.supplier_id

    async def work(tx: Tx) -> Stored:
        order = await actions.place(tx, tenant, request, asker_of(call), supplier=supplier, how=how)
        return Stored(201, orjson.dumps({**circuit_orders.shown(order), "updates": []}))

    done = await services.once.do(tenant, asked_of(call, PLACE), how.now, work)
    return Answer(done.status, done.body)


async def further(partial: Partial[TenantDoor]) -> list[str]:
    """Every fault of an order beyond those of the fields that could not be read."""
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    how = await _how(services, partial.headers)
    if partial.body.get(BODY.field, OrderType.NEW) != OrderType.NEW:
        return await circuit_orders.further(partial, how)
    unread, readable = partial.filled(STAND_INS)
    request = _request(EthernetOrderIn.model_validate(readable, by_alias=True, by_name=False), b"", unread)
    way, unknown = await services.routing.find(tenant, request.supplier)
    if way is None:
        unknown = () if "supplier" in unread else unknown
        return [*how.faults, *unknown, *actions.faults_of_dates(request, how.now)]
    supplier = way.supplier.supplier_id
    return [*how.faults, *await actions.faults(services.db, tenant, request, supplier=supplier, now=how.now)]


async def _how(services: TenantDoor, headers: Mapping[str, str]) -> Placement:
    play, faults = read_or_faults(lambda: services.read_play(headers))
    return Placement(
        now=await services.clock.now(), one_open_order=False, play=play, faults=(*faults, *actions.faults_of_play(play))
    )


def _request(asked: EthernetOrderIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
    return Request(
        supplier=asked.supplier,
        supplier_quote_id=asked.supplier_quote_id,
        sites=[site_asked(one) for one in asked.site_information],
        items=[_item(one) for one in asked.ethernet_order_items],
        sites_sent=[as_sent(one) for one in asked.site_information],
        items_sent=[as_sent(one) for one in asked.ethernet_order_items],
        body_hash=fingerprint,
        unread=unread,
    )


def _item(asked: EthernetItem) -> Item:
    contract = asked.contract_details
    return Item(
        service=service_asked(asked.service),
        months=contract.contract_length.value,
        billing=contract.billing_frequency,
        wished=asked.requested_completion_date,
    )


async def read(call: Call[None, None, TenantDoor]) -> Answer:
    db = call.services.db
    order = await orders.get(db, tenant_of(call), call.path["id"], ServiceType.ETHERNET)
    return Answer(200, {**circuit_orders.shown(order), "updates": await updates_of(db, order)})


_SENT: Final = {
    "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
    "supplier": "NETWORK1",
    "sequenceNumber": 1,
    "deliveredOn": "2025-07-01T09:05:01.000Z",
    "deliveryStatus": "DELIVERED",
    "updateType": "INFORMATIONAL",
    "information": {"type": "UPDATE", "text": "Order sent to NETWORK1."},
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/ethernet/service-orders",
        name=PLACE,
        summary="Order Ethernet that was quoted, or change or end what lives",
        description=(
            "All services of one quote item, as it was quoted: each number of a quote is ordered once, while its price "
            f"holds. At most {MOST_SITES} sites and {MOST_SERVICES} services. MODIFY gives a live service of our own "
            "network another bandwidth on its bearer, a renewed term, or both; CEASE ends it, with notice. 201 means "
            "checked, numbered and kept; "
            "what happens then is told as of every order. An equal body under the same `X-Request-ID` has the same "
            "answer again for 30 days, and does nothing twice. Of the sandbox's headers only `X-Kci-Delay` means "
            "something: the address of the first A-END chooses the story."
        ),
        scope=SCOPE,
        action=place,
        body=BODY,
        headers=(IDEMPOTENCY_KEY, *SANDBOX_HEADERS),
        further=further,
        answers={201: EthernetOrderOut},
        errors=(501,),
        tags=("Ethernet orders",),
        body_examples={"point-to-point": ORDER, "modify": MODIFY, "cease": CEASE},
        answer_examples={201: PLACED},
    ),
    Route(
        method="GET",
        path="/ethernet/service-orders/{id:int}",
        name="readEthernetOrder",
        summary="How an Ethernet order stands",
        scope=SCOPE,
        action=read,
        answers={200: EthernetOrderOut},
        errors=(404,),
        tags=("Ethernet orders",),
        answer_examples={200: {**PLACED, "status": "SENT_TO_SUPPLIER", "updates": [_SENT]}},
    ),
]
