"""Ask for the head of a lane not to be sent."""

from typing import Literal
from uuid import UUID

from fibregate.db import Row, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis.skips import store
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vocabulary import TenantId

State = Literal["SKIPPING", "SKIPPED", "DELIVERED"]


async def skip(
    tx: Tx, tenant: TenantId, order_id: int, *, endpoint: UUID, number: int, because: str, by: Actor
) -> State:
    """Where the KCI stands now; asking again changes nothing.

    SKIPPING: a worker does it when it next has the lane, which is set going for that. DELIVERED: it was taken, so there
    is nothing to skip. Raises `Unknown` for the order, and `Invalid` for all else but the head of the lane.
    """
    order = await store.find_order(tx, tenant, order_id)
    if order is None:
        raise Unknown(f"id: there is no order {order_id}")
    if not await store.has_endpoint(tx, tenant, endpoint):
        raise Invalid(f"endpointId: there is no endpoint {endpoint}")
    if number > order["kci_count"]:
        raise Invalid(f"sequenceNumber: the order's latest KCI is {order['kci_count']}")
    key = order["order_key"]
    lane = await store.lock_lane(tx, tenant, endpoint, key)
    standing = await store.find(tx, tenant, endpoint, key, number)
    settled = _settled(standing)
    if settled is not None:
        return settled
    _refuse_all_but_the_head(lane, number)
    await store.insert(tx, tenant, endpoint, key, number, by=by.name, because=because)
    await store.set_going(tx, tenant, endpoint, key)
    await audit.record(
        tx,
        tenant=tenant,
        actor=by.name,
        act="kci.skip",
        subject=f"order {order_id}",
        origin=by.origin,
        request_id=by.request_id,
        details={"endpointId": str(endpoint), "sequenceNumber": number, "because": because},
    )
    tx.wakes_workers = True
    return "SKIPPING"


def _settled(standing: Row) -> State | None:
    if standing["delivered"]:
        return "DELIVERED"
    if standing["asked"]:
        return "SKIPPED" if standing["done"] else "SKIPPING"
    return None


def _refuse_all_but_the_head(lane: Row | None, number: int) -> None:
    if lane is None or number <= lane["last_done"]:
        raise Invalid(f"sequenceNumber: KCI {number} was told before there was this endpoint, and does not wait for it")
    head = lane["last_done"] + 1
    if number != head:
        raise Invalid(f"sequenceNumber: only the next one to be sent can be skipped, and that is {head}")
