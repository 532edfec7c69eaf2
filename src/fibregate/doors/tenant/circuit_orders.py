"""Orders about Ethernet that lives on our own network: change it, or end it."""

from typing import Any

import orjson

from fibregate.db import Tx
from fibregate.doors.tenant import rendering
from fibregate.doors.tenant.circuit_shapes import (
    OF_CIRCUITS,
    STAND_INS,
    CircuitIn,
    EthernetIn,
    ModifyCircuitIn,
)
from fibregate.doors.tenant.quotes import as_sent
from fibregate.doors.tenant.services import TenantDoor, asked_of, asker_of, tenant_of
from fibregate.doors.tenant.wire import Contact
from fibregate.errors import Invalid, NotImplementedHere
from fibregate.orders import view
from fibregate.orders.actions import Placement
from fibregate.orders.circuits import actions
from fibregate.orders.circuits.model import Request
from fibregate.orders.model import Order
from fibregate.suppliers.accounts.model import Capability
from fibregate.suppliers.accounts.model import Route as Way
from fibregate.suppliers.accounts.routing import lacks
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import OrderType, TenantId
from fibregate.web.call import Answer, Call, Partial


async def place(call: Call[None, EthernetIn, TenantDoor], asked: CircuitIn, how: Placement, name: str) -> Answer:
    """`name` is that of the route."""
    services, tenant = call.services, tenant_of(call)
    request = _request(asked, call.fingerprint or b"")
    way, unknown = await services.routing.find(tenant, request.supplier)
    if way is None:
        raise Invalid([*how.faults, *unknown])
    refusal = _cannot(way)
    if refusal:
        raise refusal

    async def work(tx: Tx) -> Stored:
        order = await actions.place(tx, tenant, request, asker_of(call), how)
        return Stored(201, orjson.dumps({**shown(order), "updates": []}))

    done = await services.once.do(tenant, asked_of(call, name), how.now, work)
    return Answer(done.status, done.body)


async def further(partial: Partial[TenantDoor], how: Placement) -> list[str]:
    """Every fault of such an order beyond those of the fields that could not be read."""
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    shape = OF_CIRCUITS.get(str(partial.body.get("orderType")))
    if shape is None:  # nobody knows by which rules the rest is judged
        return list(how.faults)
    unread, readable = partial.filled(STAND_INS[shape])
    request = _request(shape.model_validate(readable, by_alias=True, by_name=False), b"", unread)
    way, unknown = await services.routing.find(tenant, request.supplier)
    if way is None and "supplier" not in unread:
        return [*how.faults, *unknown]
    return await actions.faults(services.db, tenant, request, how)


def _cannot(way: Way) -> NotImplementedHere | None:
    """Suppliers far away are asked for new circuits only."""
    if not way.supplier.own:
        return NotImplementedHere(f"supplier: {way.supplier.code} changes and ends no Ethernet through this gateway")
    return lacks(way, Capability.ETHERNET_ORDERS)


def _request(asked: CircuitIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
    return Request(
        order_type=OrderType(asked.order_type),
        supplier=asked.supplier,
        service_id=asked.service_id,
        wished=asked.requested_completion_date,
        primary_contact=_contact(asked.primary_contact),
        secondary_contact=_contact(asked.secondary_contact),
        notes=asked.notes,
        body_hash=fingerprint,
        unread=unread,
        **(_change(asked) if isinstance(asked, ModifyCircuitIn) else {}),
    )


def _change(asked: ModifyCircuitIn) -> dict[str, Any]:
    contract = asked.contract_details
    return {
        "characteristics": [{"name": one.name, "value": one.value} for one in asked.service_characteristics],
        "months": contract.contract_length.value if contract else None,
        "billing": contract.billing_frequency if contract else None,
        "contract": as_sent(contract) if contract else None,
        "hazards": asked.hazards,
        "on_site_restrictions": asked.on_site_restrictions,
    }


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    return as_sent(contact) if contact else None


def shown(order: Order) -> dict[str, Any]:
    """Any order for Ethernet, as this door has it."""
    return rendering.entity(view.entity(order))
