"""Ask for the head of a lane not to be sent."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from fibregate.db import Row, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis.skips import store
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vocabulary import OrderKey, TenantId

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
    key = OrderKey(order["order_key"])
    lanes = await store.lock_lanes(tx, tenant, endpoint, key)
    standing = await store.find(tx, tenant, endpoint, key, number)
    if standing["delivered"]:
        return "DELIVERED"
    if standing["asked"] and not standing["done"]:
        return "SKIPPING"
    lane = await _lane_with_head(tx, tenant, lanes, endpoint=endpoint, order=key, number=number)
    if lane is None and standing["asked"]:
        return "SKIPPED"
    if lane is None:
        raise _no_head(lanes, number)
    await store.insert(tx, tenant, endpoint, key, number, by=by.name, because=because)
    await store.set_going(tx, tenant, lane)
    await _note(tx, tenant, order_id, endpoint=endpoint, number=number, because=because, by=by)
    tx.wakes_workers = True
    return "SKIPPING"


async def _note(
    tx: Tx, tenant: TenantId, order_id: int, *, endpoint: UUID, number: int, because: str, by: Actor
) -> None:
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


async def _lane_with_head(
    tx: Tx, tenant: TenantId, lanes: Sequence[Row], *, endpoint: UUID, order: OrderKey, number: int
) -> str | None:
    """The lane whose next event is this KCI: the order's own, or that of a replay."""
    for lane in lanes:
        head = int(lane["last_done"]) + 1
        if lane["kind"] == "replay":
            replay = UUID(lane["replay"])
            head = await store.replay_head(tx, tenant, replay, endpoint=endpoint, order=order, position=head) or 0
        if head == number:
            return lane["key"]
    return None


def _no_head(lanes: Sequence[Row], number: int) -> Invalid:
    live = next((lane for lane in lanes if lane["kind"] == "kci"), None)
    if live is None or number <= live["last_done"]:
        return Invalid(
            f"sequenceNumber: KCI {number} was told before there was this endpoint, and nothing waits for it"
        )
    return Invalid(f"sequenceNumber: only the next one to be sent can be skipped, and that is {live['last_done'] + 1}")
