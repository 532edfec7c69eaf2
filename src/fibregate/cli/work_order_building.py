"""What a work order sets up on our network: a line, or the circuits of Ethernet between sites."""

from typing import Final

from fibregate.cli.work_order_desk import Found
from fibregate.db import Statements, Tx
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.lines import actions as lines
from fibregate.suppliers.network.lines import store
from fibregate.vocabulary import ServiceType

_NOT_YET: Final = "not yet"


async def set_up(tx: Tx, found: Found) -> tuple[dict[str, str], str]:
    """What it got, and that in words."""
    if _is_ethernet(found):
        built = await circuits.provision(tx, found.tenant, found.order)
        return built.facts, f"Service details: circuit {', '.join(one.reference for one in built.circuits)}."
    made = await lines.provision(tx, found.tenant, found.order)
    where = f"ONT {made.ont_reference} port {made.port_number}, VLAN {made.vlan}"
    return made.facts, f"Service details: {made.service_id}, {where}."


async def there(on: Statements, found: Found) -> str:
    """What is set up by now, in words."""
    if _is_ethernet(found):
        built = await circuits.of_order(on, found.tenant, found.order)
        return ", ".join(f"{one.service_id}, {one.state.lower()}" for one in built) or _NOT_YET
    row = await store.find_service_of(on, found.tenant, found.order)
    return f"{row['service_id']}, {row['state'].lower()}" if row else _NOT_YET


async def untold(tx: Tx, found: Found) -> dict[str, str]:
    """What nobody has set up yet, set up now; none where there is nothing more to tell."""
    if _is_ethernet(found):
        return await circuits.untold(tx, found.tenant, found.order)
    return await lines.untold(tx, found.tenant, found.order)


def _is_ethernet(found: Found) -> bool:
    return found.row["service_type"] == ServiceType.ETHERNET
