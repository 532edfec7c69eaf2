"""Place an order that is to go to a supplier far away: judged by what we know, numbered, kept, and on its way.

What can be had at the address, and whether an engineer must come, its supplier knows and says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fibregate import calendars
from fibregate.appointments import store as reservations
from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid
from fibregate.orders import store as orders
from fibregate.orders import view
from fibregate.orders.actions import Placement
from fibregate.orders.model import Order, Request
from fibregate.orders.placing import store as placing
from fibregate.orders.placing.store import Claims
from fibregate.orders.sending import store
from fibregate.suppliers.accounts.model import Supplier
from fibregate.tenants.numbers import actions as numbers
from fibregate.tenants.replays.once import MetOthers
from fibregate.vocabulary import PROVIDES, OrderType, Purpose, ReservationState, TenantId


async def place(
    tx: Tx, tenant: TenantId, request: Request, asker: Asker, *, supplier: Supplier, how: Placement
) -> Order:
    """The order, with its appointment, its work and its audit row. Raises `Invalid` with every fault.

    Raises `MetOthers`, or breaks a unique key, where others were met at the same time: begin again.
    """
    if request.appointment_id is not None:
        await reservations.lock(tx, tenant, request.appointment_id)
    facts = await _facts(tx, tenant, request, supplier)
    found = [*how.faults, *_faults(request, facts, supplier, how.now)]
    if found:
        raise Invalid(found)
    whole = replace(_completed(request, facts), id=await numbers.take(tx, tenant, "ORDER"))
    claims = Claims(reservation=request.appointment_id)
    if await placing.place(tx, tenant, whole, asker, claims=claims, play=how.play, now=how.now, far=True) is None:
        raise MetOthers
    row = await orders.find_by_id(tx, tenant, whole.id)
    if row is None:
        raise AssertionError("the order was just kept")
    tx.wakes_workers = True
    return view.read(tenant, row)


async def faults(
    on: Statements, tenant: TenantId, request: Request, *, supplier: Supplier, how: Placement
) -> list[str]:
    """What is wrong with an order of which a part could not be read, beyond that part. Places nothing."""
    facts = await _facts(on, tenant, request, supplier)
    return [*how.faults, *_faults(request, facts, supplier, how.now)]


async def _facts(on: Statements, tenant: TenantId, request: Request, supplier: Supplier) -> Row:
    return await store.facts(
        on,
        tenant,
        reservation=request.appointment_id,
        service_id=request.service_id,
        supplier=supplier.supplier_id,
    )


def _completed(request: Request, facts: Row) -> Request:
    """A modify or a cease is where its service is."""
    live: Mapping[str, Any] | None = facts["live"]
    if live is None or request.order_type in PROVIDES:
        return request
    return replace(request, uprn=live["uprn"], address=live["address"] or {}, service=live["service"])


def _faults(request: Request, facts: Row, supplier: Supplier, now: BusinessTime) -> Iterator[str]:
    today, wished = calendars.uk_date(now), request.requested_completion_date
    if wished is not None and wished < today:
        yield f"requestedCompletionDate: {wished.isoformat()} is past; accepted: {today.isoformat()} or later"
    if request.order_type not in PROVIDES and "serviceId" not in request.unread:
        yield from _service(request, facts, supplier)
    if request.appointment_id is not None:
        said = _visit(request, facts["held"], supplier, now)
        yield from (f"appointmentReservationId: appointment {request.appointment_id} {one}" for one in said)


def _service(request: Request, facts: Row, supplier: Supplier) -> Iterator[str]:
    live = facts["live"]
    if live is None:
        yield f"serviceId: you have no service {request.service_id!r} with {supplier.code}"
    elif live["state"] != "ACTIVE":
        yield f"serviceId: service {request.service_id} has ended"
    elif facts["busy_with"] is not None:
        yield f"serviceId: your order {facts['busy_with']} is about this service already; wait for it to end"


def _visit(request: Request, held: Mapping[str, Any] | None, supplier: Supplier, now: BusinessTime) -> Iterator[str]:
    if held is None:
        yield "is not there; book one first"
        return
    expires_at = datetime.fromisoformat(held["expires_at"]) if held["expires_at"] else None
    if held["state"] != ReservationState.RESERVED:
        yield f"is {held['state'].lower()}; book another"
    elif expires_at is not None and expires_at <= now:
        yield f"expired at {calendars.stamp(expires_at)}; book another"
    if held["supplier_id"] != supplier.supplier_id:
        yield "is with another supplier"
    elif request.order_type in PROVIDES and _place(held["address"]) != _place(request.address):
        yield "is for another address"
    purpose = Purpose.MODIFY if request.order_type is OrderType.MODIFY else Purpose.PROVIDE
    if held["purpose"] != purpose:
        yield f"is for {held['purpose']}; an order of type {request.order_type.value} takes {purpose.value}"


def _place(address: Mapping[str, Any]) -> tuple[str, str]:
    """UPRNs compare as numbers."""
    key = str(address.get("id"))
    return str(address.get("type")), key.lstrip("0") if address.get("type") == "UPRN" else key
