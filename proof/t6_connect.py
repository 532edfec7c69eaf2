"""How the network of T6 becomes a supplier of the gateway: by its operator's own commands."""

from collections.abc import Mapping
from typing import Final

from proof import town
from proof.caller import Credential
from proof.ground import Gateway
from proof.t6_network import SECRET

_READS: Final = ("READ_ORDER", "READ_APPOINTMENT", "READ_AMENDMENT", "READ_CANCELLATION", "RELEASE_APPOINTMENT")
"""All that it offers beyond the dialect. That it does nothing twice is not promised: some of its addresses do."""


async def introduce(gateway: Gateway, supplier: str) -> Credential:
    """Add the supplier, with all that it can do, and a client for its updates."""
    extensions = [word for one in _READS for word in ("--extension", one)]
    *_, (said,) = await gateway.cli_rounds(
        [["supplier", "add", supplier, "--name", "A network of bad habits"]],
        [["supplier", "set", supplier, *extensions]],
        [["credential", "add", "--supplier", supplier]],
    )
    return Credential(supplier, *town.credential(said))


async def connect(gateway: Gateway, supplier: str, url: str, accounts: Mapping[str, str], *, seconds: float) -> None:
    """One account for each tenant (`accounts`: tenant to its name there, which is its client there, too), and a route.

    A call may take so many seconds.
    """
    way = ("--client-secret", SECRET, "--token-url", f"{url}/oauth/token", "--seconds", str(seconds))
    await gateway.cli_rounds(
        [
            [*("supplier", "account", supplier, url, "--name", ours, "--tenant", ours, "--client-id", ours), *way]
            for ours in accounts.values()
        ],
        [["supplier", "let", supplier, tenant, "--account", ours] for tenant, ours in accounts.items()],
    )
