"""The suppliers far away, who may use them, and a web process that may call them."""

import base64
import json
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import service
from bench.ground import Ground
from bench.service import MASTER_KEY, Process
from fibregate.db import Db
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.http.model import Account, Basic
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

QUICK = "QUICK"
FIVE = tuple(f"AFTER100MS{number}" for number in range(1, 6))
SLOW = "SLOW"
WAITS = {QUICK: 0, **dict.fromkeys(FIVE, 100), SLOW: 10_000}
"""Milliseconds of each supplier until it answers."""
_BY = Actor("bench")


@dataclass(frozen=True, slots=True)
class Far:
    """The program that is all suppliers."""

    process: Process

    def state(self) -> dict[str, int]:
        """Calls that wait for an answer, and visits booked so far."""
        with urllib.request.urlopen(f"{self.process.url}/state", timeout=10) as answer:  # noqa: S310 - our own process
            return json.loads(answer.read())


@contextmanager
def suppliers(folder: Path) -> Generator[Far]:
    with Process(["bench.forward.far"], folder / "far.log", {}) as process:
        process.wait_until_ready()
        yield Far(process)


async def introduce(ground: Ground, far: Far) -> None:
    """Each supplier with an account, and a route to it for every tenant."""
    db, vault = Db(ground.runtime, size=1), Vault(base64.b64decode(MASTER_KEY))
    for code, milliseconds in WAITS.items():
        url = f"{far.process.url}/wait/{milliseconds}"
        async with db.tx(None) as tx:
            await accounts.add(tx, code, "", by=_BY)
            made = Account(name=code, url=url, tenant="BENCH", auth=Basic("bench", "secret"))
            await accounts.put_account(tx, vault, made, by=_BY)
        for tenant in range(1, len(ground.tenants) + 1):
            async with db.tx(TenantId(tenant)) as tx:
                await accounts.let(tx, TenantId(tenant), code, by=_BY)
    await db.close()


def web(ground: Ground, folder: Path) -> Process:
    """Suppliers may be on this machine and at any port."""
    more = {
        "FIBREGATE_SUPPLIER_ALLOW": '["127.0.0.0/8"]',
        "FIBREGATE_SUPPLIER_PORTS": "[]",
        "FIBREGATE_SUPPLIER_PLAIN_HTTP": "true",
    }
    return service.web(ground.runtime, folder / "forward.log", more)
