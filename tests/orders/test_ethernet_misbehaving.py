"""Ethernet at the remote network, where it does otherwise than it should: asked once all the same, and told right."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from tests.doors.tenant import ethernet
from tests.doors.tenant.quoting import item, quote, site
from tests.journeys.gateway import BY, KEY, Gateway
from tests.orders.far import CODE, ISP, types
from tests.sandbox.remote.caller import unvisited

from fibregate.sandbox.remote import process
from fibregate.sandbox.remote.model import Client, Options, Paces
from fibregate.sandbox.remote.model import Gateway as Told
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.model import CAPABILITIES
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import Account, Basic
from fibregate.tenants import actions as tenants
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

PATH = "ethernet/service-orders"
VAULT = Vault(KEY)
COURSE = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "COMPLETED"]


@pytest.fixture
async def log(running: Gateway, tmp_path: Path) -> AsyncIterator[Path]:
    """Of a remote network that is a supplier of the gateway, and tells it of orders."""
    async with running.db.tx(None) as tx:
        await accounts.add(tx, CODE, "Another network", by=BY)
        extensions = [one.value for one in Extension]
        await accounts.change(tx, CODE, capabilities=list(CAPABILITIES), extensions=extensions, by=BY)
        told_by = await tenants.add_supplier_client(tx, VAULT, CODE, by=BY)
    updates = Told(f"{running.url}/v1", Client(told_by.client_id, told_by.secret))
    options = Options(supplier=CODE, gateway=updates, paces=Paces(kci=0.05))
    async with process.running(options, log=tmp_path / "calls.jsonl") as url:
        account = Account(name=CODE, url=url, tenant="GATEWAY1", auth=Basic("us", "secret"), total_seconds=5)
        async with running.db.tx(None) as tx:
            await accounts.put_account(tx, VAULT, account, by=BY)
        owner = TenantId(running.card.numbers[ISP])
        async with running.db.tx(owner) as tx:
            await accounts.let(tx, owner, CODE, by=BY)
        yield tmp_path / "calls.jsonl"


async def ask(running: Gateway, method: str, path: str, body: object = None) -> Any:
    got = await running.ask(method, f"/v1/{path}", tenant=ISP, body=body, extra={"X-Request-ID": str(uuid4())})
    assert got.status in {200, 201}, got.raw
    return got.body


async def asked(running: Gateway, *behaviours: str) -> list[dict[str, Any]]:
    """What is answered to items whose first A-END is at an address of each behaviour."""
    hall = site(str(unvisited("well", 999)), "B-END")
    items = [
        item(place, supplier=CODE, sites=[site(str(unvisited(one))), hall]) for place, one in enumerate(behaviours)
    ]
    return (await ask(running, "POST", "quote", quote(*items)))["quoteItems"]


async def ended(running: Gateway, number: int) -> dict[str, Any]:
    """The order once it is COMPLETED: looked up by the business clock, and told of by the real one."""
    async with asyncio.timeout(60):
        while True:
            await running.walk(timedelta(seconds=1))
            read = await ask(running, "GET", f"{PATH}/{number}")
            if read["status"] == "COMPLETED":
                return read


def made(log: Path) -> int:
    """How many orders the network has made, whatever it said."""
    lines = [orjson.loads(one) for one in log.read_bytes().splitlines()]
    return sum(one["event"] == "did" and one.get("kind") == "order" and one["what"] == "performed" for one in lines)


@pytest.mark.parametrize("behaviour", ["drops-order-reply", "garbage", "told-first"])
async def test_an_order_is_made_once_and_told_to_its_end_however_it_is_answered(
    running: Gateway, log: Path, behaviour: str
) -> None:
    (price,) = await asked(running, behaviour)
    ends = [{**one, "primaryContact": ethernet.CONTACT} for one in price["sites"]]
    body = ethernet.order(price["supplierQuoteId"], supplier=CODE, siteInformation=ends)
    number = (await ask(running, "POST", PATH, body))["id"]
    read = await ended(running, number)
    assert types(read) in (COURSE, ["UPDATE", *COURSE])  # where its news is quicker, we do not say that it was sent
    given = {one["name"] for one in read["ethernetOrderItems"][0]["service"]["serviceCharacteristic"]}
    assert {"SERVICE_ID", "CIRCUIT_REFERENCE"} <= given
    assert made(log) == 1


async def test_a_price_that_is_not_told_or_does_not_add_up_is_none(running: Gateway, log: Path) -> None:
    spoilt = ("drops-quote-reply", "tells-no-price", "miscounts")
    *told, good = await asked(running, *spoilt, "well")
    assert [(one["status"], one["reasons"][0]["code"]) for one in told] == [("FAILED", "SUPPLIER_FAULT")] * 3
    assert "without telling a price" in told[1]["reasons"][0]["text"]
    assert (good["status"], good["contractTotal"]) == ("QUOTED", "7960.00")
    assert made(log) == 0
