"""How the network of T6 becomes a supplier of the gateway: the one part that waits for its commands."""

from collections.abc import Mapping

from proof.caller import Credential
from proof.ground import Gateway


async def introduce(gateway: Gateway, supplier: str) -> Credential:
    """Add the supplier, with what it can do (amendments, cancellations, look-ups), and a client for its updates.

    To be filled in with the operator's commands, as soon as there are some that add a supplier.
    """
    raise NotImplementedError(f"the command that adds {supplier} to {gateway.folder}")


async def connect(gateway: Gateway, supplier: str, url: str, accounts: Mapping[str, str], *, seconds: float) -> None:
    """One account for each tenant (`accounts`: tenant to its name there, which is its client there, too), and a route.

    HTTP Basic or OAuth2 with the secret `t6_network.SECRET`; a call may take so many seconds. To be filled in likewise.
    """
    raise NotImplementedError(f"the commands that let {', '.join(accounts)} use {supplier} at {url} for {seconds} s")
