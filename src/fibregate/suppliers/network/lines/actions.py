"""Set a service up, complete its order, or give up what was set aside.

What each order type does to a line: `docs/reference/lines.md`.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, assert_never

from fibregate.clock import BusinessTime
from fibregate.db import Row, Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.lines import store
from fibregate.suppliers.network.lines.model import OF_THE_NETWORK, Job, Provisioned
from fibregate.suppliers.network.switches import actions as switches
from fibregate.vocabulary import OrderKey, OrderType, TenantId

SWITCHES: Final = frozenset({OrderType.TRANSFER, OrderType.TAKEOVER})
_OF_A_SERVICE: Final = frozenset({OrderType.MODIFY, OrderType.CEASE, OrderType.UNSOLICITED_CEASE})

_ON_AN_IDLE_PORT: Final = frozenset({OrderType.NEW, OrderType.START})

_FIRST_FITTED = 4_000_000_000
"""Numbers of the terminals that we fit begin here, clear of those that were there before."""

_PLACE = {
    "manufacturer": "Fenwick Optical",
    "floor": "Ground",
    "room": "Hallway",
    "position": "Left of front door",
}


async def provision(tx: Tx, tenant: TenantId, order: OrderKey) -> Provisioned:
    """Where the order's service runs or will run; asked again, the same.

    Raises `Invalid` where no port or no VLAN is left, and where the service that a modify or a cease is about has gone.
    """
    return await _provision(tx, tenant, order, await _job(tx, tenant, order))


async def untold(tx: Tx, tenant: TenantId, order: OrderKey) -> dict[str, str]:
    """The facts of a service that nobody has set up yet, set up now; none where there is nothing more to tell."""
    job = await _job(tx, tenant, order)
    if not job.is_line or job.kind in _OF_A_SERVICE or await store.find_service_of(tx, tenant, order) is not None:
        return {}
    return (await _provision(tx, tenant, order, job)).facts


async def _job(tx: Tx, tenant: TenantId, order: OrderKey) -> Job:
    row = await store.find_job(tx, tenant, order)
    if row is None:
        raise Invalid("the order was not handed to this network")
    return Job(
        kind=OrderType(row["kind"]),
        is_line=row["is_line"],
        uprn=row["uprn"],
        service_id=row["service_id"],
        ont_reference=row["ont_reference"],
        port_number=row["port_number"],
    )


async def _provision(tx: Tx, tenant: TenantId, order: OrderKey, job: Job) -> Provisioned:
    if job.kind in _OF_A_SERVICE:
        found = await store.find_service(tx, tenant, job.service_id or "")
        if found is None:
            raise Invalid(f"the tenant has no service {job.service_id}")
        return Provisioned.read(found)
    row = await store.find_service_of(tx, tenant, order)
    return Provisioned.read(row or await _set_up(tx, tenant, order, job))


async def _set_up(tx: Tx, tenant: TenantId, order: OrderKey, job: Job) -> Row:
    if job.uprn is None or not job.is_line:
        raise Invalid("the order is for no line at a premises of ours")
    await store.lock_handovers(tx, tenant)
    ont, number = job.port or await _new_port(tx, job.uprn, order)
    service_id = f"NW1-S-{order:08d}"
    row = await store.insert_service(tx, tenant, order, service_id=service_id, ont=ont, port=number)
    if row is None:
        raise Invalid(f"the tenant has no handover for premises {job.uprn}, or no VLAN left there")
    if job.kind in _ON_AN_IDLE_PORT:
        await store.reserve_port(tx, ont, number, holder=tenant, service_id=service_id)
    return row


async def _new_port(tx: Tx, uprn: int, order: OrderKey) -> tuple[str, int]:
    premises = await store.lock_premises(tx, uprn)
    if premises is None:
        raise Invalid(f"premises {uprn} is not ready for service")
    port = await store.free_port(tx, uprn) or await _fit_ont(tx, uprn, premises, order)
    return port["ont_reference"], port["port_number"]


async def _fit_ont(tx: Tx, uprn: int, premises: Row, order: OrderKey) -> Row:
    if premises["onts"] and not premises["unlimited_lines"]:
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


async def complete(
    tx: Tx, tenant: TenantId, order: OrderKey, asked: Sequence[Mapping[str, str]], now: BusinessTime
) -> None:
    """The order is done: what it wanted of the line is so from now. `asked` are the order's characteristics.

    What nobody has set up yet is set up now. Raises `Invalid` where the line cannot be what the order wants.
    """
    job = await _job(tx, tenant, order)
    kept = [dict(one) for one in asked if one["name"] not in OF_THE_NETWORK]
    match job.kind:
        case OrderType.NEW | OrderType.START:
            await _go_live(tx, tenant, order, job, kept=kept, now=now)
        case OrderType.TRANSFER | OrderType.TAKEOVER:
            await _provision(tx, tenant, order, job)
            await switches.cut_over(tx, order)
            await store.forget_cease(tx, job.ont_reference or "")
            await _go_live(tx, tenant, order, job, kept=kept, now=now)
        case OrderType.SWAP:
            await _provision(tx, tenant, order, job)
            await store.cease(tx, tenant, job.service_id or "", now)
            await _go_live(tx, tenant, order, job, kept=kept, now=now)
        case OrderType.MODIFY:
            if not await store.modify(tx, tenant, job.service_id or "", kept):
                raise Invalid(f"service {job.service_id} is live no longer")
        case OrderType.CEASE:
            await store.cease(tx, tenant, job.service_id or "", now)
        case OrderType.UNSOLICITED_CEASE:
            await switches.must_be_done(tx, order)
            await store.cease(tx, tenant, job.service_id or "", now)
        case _:
            assert_never(job.kind)


async def _go_live(
    tx: Tx, tenant: TenantId, order: OrderKey, job: Job, *, kept: list[dict[str, str]], now: BusinessTime
) -> None:
    await _provision(tx, tenant, order, job)
    await store.activate(tx, tenant, order, kept, now)


async def give_up(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    """The order ended without a service: what was set aside is as it was, what was to be taken over stays."""
    job = await _job(tx, tenant, order)
    await store.give_up(tx, tenant, order)
    if job.kind in SWITCHES:
        await switches.call_off(tx, order)
    elif job.kind is OrderType.UNSOLICITED_CEASE:
        await store.stay(tx, tenant, job.service_id or "")
        await switches.stays(tx, order)
