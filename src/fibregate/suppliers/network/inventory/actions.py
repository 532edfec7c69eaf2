"""Bring services in: hold a file against the network, and put in place what only the file has.

Columns: `docs/reference/services-csv.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, Final

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.footprint.model import Bad
from fibregate.suppliers.network.inventory import checks, store
from fibregate.suppliers.network.inventory.model import Entry, Network, Reconciled, Standing
from fibregate.vocabulary import TenantId

BATCH: Final = 2000


async def reconcile(tx: Tx, entries: Sequence[Entry], now: BusinessTime) -> tuple[Reconciled, list[Bad], Network]:
    """The file and the network side by side; changes nothing. Raises `Invalid` while another import is going on."""
    if not await store.take_turn(tx):
        raise Invalid("another import is going on; try again when it is done")
    there = await _network(tx, entries)
    found, bad = checks.reconcile(entries, there, now)
    return found, bad, there


async def _network(tx: Tx, entries: Sequence[Entry]) -> Network:
    references, uprns = sorted({one.ont_reference for one in entries}), sorted({one.uprn for one in entries})
    ports = await store.list_ports(tx, references)
    tenants = {row["code"]: row["tenant_no"] for row in await store.list_tenants(tx)}
    handovers: dict[tuple[str, str], Mapping[str, Any]] = {}
    services: dict[tuple[str, str], Standing] = {}
    vlans: dict[tuple[str, str, int, int], str] = {}
    for code, tenant in tenants.items():
        await store.speak_for(tx, tenant)
        handovers |= {(code, row["area"]): dict(row) for row in await store.list_handovers(tx, tenant)}
        for row in await store.list_services(tx, tenant):
            services[code, row["service_id"]] = Standing(code, row["service_id"], row["state"], dict(row))
            if row["state"] != "CEASED":
                vlans[code, row["enni"], row["outer_vlan"], row["inner_vlan"]] = row["service_id"]
    onts = {row["ont_reference"]: dict(row) for row in await store.list_onts(tx, references)}
    fed = {row["line_id"]: row["ont_reference"] for row in await store.list_lines(tx, _lines(entries))}
    return Network(
        tenants=tenants,
        premises={row["uprn"]: dict(row) for row in await store.list_premises(tx, uprns)},
        handovers=handovers,
        onts=onts,
        ports={(row["ont_reference"], row["port_number"]): dict(row) for row in ports},
        claimed=frozenset((row["ont_reference"], row["port_number"]) for row in ports if row["claimed"]),
        services=services,
        vlans=vlans,
        lines=fed,
    )


def _lines(entries: Sequence[Entry]) -> list[str]:
    return sorted({one.line_id for one in entries if one.line_id is not None})


async def place(tx: Tx, new: Sequence[Entry], there: Network) -> None:
    """Services that only the file has, each where it says. Raises `Invalid` where a port went meanwhile."""
    fitted = {one.ont_reference: one for one in reversed(new) if one.ont_reference not in there.onts}
    for some in _batches(_ont(one, there) for one in fitted.values()):
        await store.put_onts(tx, some)
    by_tenant = sorted(new, key=lambda one: (one.tenant, one.line))
    for code, theirs in groupby(by_tenant, key=lambda one: one.tenant):
        tenant = TenantId(there.tenants[code])
        await store.speak_for(tx, tenant)
        for some in _batches(_service(one, there) for one in theirs):
            if await store.put_services(tx, tenant, some) != len(some):
                raise Invalid("a port was taken by an order while the file was read; nothing is imported, try again")


def _batches(rows: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some


def _ont(one: Entry, there: Network) -> dict[str, Any]:
    return {
        "ont_reference": one.ont_reference,
        "uprn": one.uprn,
        "line_id": one.line_id,
        "serial_number": one.serial_number,
        "manufacturer": one.manufacturer,
        "floor": one.floor,
        "room": one.room,
        "position": one.position,
        "ports": one.ports or there.premises[one.uprn]["ont_ports"],
    }


def _service(one: Entry, there: Network) -> dict[str, Any]:
    enni, outer = checks.handover(one, there)
    return {
        "service_id": one.service_id,
        "order_id": one.order_id,
        "uprn": one.uprn,
        "service": there.premises[one.uprn]["service"],
        "address": {"id": str(one.uprn), "type": "UPRN"},
        "characteristics": one.says,
        "enni_id": enni,
        "outer_vlan": outer,
        "inner_vlan": one.inner_vlan,
        "ont_reference": one.ont_reference,
        "port_number": one.port,
        "since": one.since.isoformat(),
    }
