"""Suppliers far away for a running gateway: loopback servers, their accounts, and who may use them."""

from collections.abc import Sequence
from typing import Any

from tests.journeys.gateway import BY, KEY, Gateway

from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.http.model import Account, Basic
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId


async def add(
    running: Gateway,
    code: str,
    url: str,
    *,
    tenants: Sequence[str] = ("YOUR_TENANT",),
    preference: int = 100,
    capabilities: Sequence[str] | None = None,
    **changes: Any,
) -> None:
    """A supplier at this URL that these tenants may use."""
    given: dict[str, Any] = {"total_seconds": 1.0, **changes}
    account = Account(name=code, url=url, tenant="GATEWAY1", auth=Basic("gateway", "secret"), **given)
    async with running.db.tx(None) as tx:
        await accounts.add(tx, code, "", by=BY)
        if capabilities is not None:
            await accounts.change(tx, code, capabilities=capabilities, by=BY)
        await accounts.put_account(tx, Vault(KEY), account, by=BY)
    await let(running, code, tenants=tenants, preference=preference)


async def let(
    running: Gateway,
    code: str,
    *,
    tenants: Sequence[str] = ("YOUR_TENANT",),
    preference: int = 100,
    enabled: bool = True,
) -> None:
    for tenant in tenants:
        number = TenantId(running.card.numbers[tenant])
        async with running.db.tx(number) as tx:
            await accounts.let(tx, number, code, preference=preference, enabled=enabled, by=BY)
