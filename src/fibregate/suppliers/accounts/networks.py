"""The networks far away, ready to be called: one for each account, kept for a moment."""

import asyncio
import time
from dataclasses import replace
from typing import Final

from fibregate.db import Db, Row
from fibregate.suppliers.accounts import actions, store
from fibregate.suppliers.breaker import Breaker
from fibregate.suppliers.calls import Network
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.model import Account
from fibregate.vault import Vault, VaultError

FRESH_SECONDS: Final = 2.0
"""How long an account is trusted without being read again."""


class Networks:
    """One for a process. The health of a supplier is shared by its accounts; after so many failures it rests."""

    def __init__(self, db: Db, vault: Vault, accesses: Accesses, *, failures: int = 5) -> None:
        self._db, self._vault, self._accesses = db, vault, accesses
        self._failures = failures
        self._made: dict[tuple[int, float | None], tuple[float, HttpNetwork]] = {}
        self.health: dict[str, Health] = {}
        self.latest: dict[str, int] = {}
        """The account under which each supplier was last called."""
        self.turned = asyncio.Event()
        """Set when a breaker opens or closes."""

    async def at(self, account: int, *, within: float | None = None) -> Network:
        """For calls of at most so many seconds, or as many as the account says.

        Raises `Unavailable` without a database, `SupplierFailed` where the account's secrets cannot be opened.
        """
        made = self._made.get((account, within))
        if made is not None and time.monotonic() - made[0] < FRESH_SECONDS:
            return made[1]
        rows = await store.list_accounts(self._db, account)
        opened = self._opened(rows[0])
        if within is not None:
            opened = replace(opened, total_seconds=min(within, opened.total_seconds))
        health = self.health.setdefault(opened.name, Health(Breaker(failures=self._failures), turned=self.turned.set))
        network = HttpNetwork(opened, self._accesses, health)
        self.latest[opened.name] = account
        self._made[account, within] = (time.monotonic(), network)
        return network

    def _opened(self, row: Row) -> Account:
        try:
            return actions.open_account(row, self._vault)
        except VaultError as error:
            message = f"{row['code']}: the gateway cannot open its credentials there"
            raise SupplierFailed(Failure.OUR_FAULT, message, nothing_done=True) from error
