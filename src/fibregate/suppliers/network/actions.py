"""What our network does with an order: take it, set the service up, switch it on, or give it up."""

from hashlib import sha256

from fibregate.clock import BusinessTime
from fibregate.db import Row, Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network import store
from fibregate.suppliers.network.model import Provisioned
from fibregate.vocabulary import OrderKey, TenantId

_FIRST_FITTED = 4_000_000_000
"""Numbers of the terminals that we fit begin here, clear of those that were there before."""

_PLACE = {
    "manufacturer": "Fenwick Optical",
    "floor": "Ground",
    "room": "Hallway",
    "position": "Left of front door",
}


async def take(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> str:
    """Open the work order, once; the answer is the network's own reference for the order."""
    return await store.insert_work_order(tx, tenant, order, now)


async def provision(tx: Tx, tenant: TenantId, order: OrderKey, uprn: int) -> Provisioned:
    """The order's ONT port, service id and VLAN; asked again, the same ones. Raises `Invalid` where no port is left."""
    found = await store.find_service(tx, tenant, order)
    if found is None:
        found = await _provision(tx, tenant, order, uprn)
    return Provisioned(
        service_id=found["service_id"],
        ont_reference=found["ont_reference"],
        port_number=found["port_number"],
        vlan=f"{found['outer_vlan']}.{found['inner_vlan']}",
    )


async def _provision(tx: Tx, tenant: TenantId, order: OrderKey, uprn: int) -> Row:
    await store.lock_handovers(tx, tenant)
    premises = await store.lock_premises(tx, uprn)
    if premises is None:
        raise Invalid(f"premises {uprn} is not ready for service")
    port = await store.free_port(tx, uprn)
    if port is None:
        port = await _fit_ont(tx, uprn, premises, order)
    service_id = f"NW1-S-{order:08d}"
    await store.reserve_port(tx, port["ont_reference"], port["port_number"], holder=tenant, service_id=service_id)
    row = await store.insert_service(
        tx, tenant, order, service_id=service_id, ont=port["ont_reference"], port=port["port_number"]
    )
    if row is None:
        raise Invalid(f"the tenant has no handover for premises {uprn}")
    return row


async def _fit_ont(tx: Tx, uprn: int, premises: Row, order: OrderKey) -> Row:
    fitted = await store.count_onts(tx, uprn)
    if fitted and not premises["unlimited_lines"]:
        raise Invalid(f"no free port is left at premises {uprn}")
    number = f"{_FIRST_FITTED + order:010d}"
    serial = f"FGTE{sha256(number.encode()).hexdigest()[:8].upper()}"
    reference = f"ONT{number}"
    await store.insert_ont(tx, reference, uprn=uprn, line_id=f"LN{number}", serial=serial, place=_PLACE)
    await store.insert_ports(tx, reference, premises["ont_ports"])
    port = await store.free_port(tx, uprn)
    if port is None:
        raise AssertionError("a new terminal has a free port")
    return port


async def switch_on(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> None:
    """The order completed: its service, where one was set up, is live from now."""
    await store.activate(tx, tenant, order, now)


async def give_up(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    """The order ended without a service: what was set aside for it is free again."""
    await store.give_up(tx, tenant, order)


async def set_readiness(tx: Tx, uprn: int, readiness: str, text: str | None) -> None:
    """Change what can be had at a premises from now on."""
    await store.set_readiness(tx, uprn, readiness, text)
