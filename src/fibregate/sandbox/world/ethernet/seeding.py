"""Put the invented network's Ethernet in: the code of its own, price lists, sites, and the documents' quote."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from fibregate.clock import BusinessTime
from fibregate.db import Row, Tx
from fibregate.quotes import keeping
from fibregate.quotes import store as quotes
from fibregate.quotes.model import ItemWish
from fibregate.sandbox.world import store as world
from fibregate.sandbox.world.ethernet import living, store
from fibregate.suppliers.network import store as network
from fibregate.suppliers.network.ethernet import actions, lists, sites
from fibregate.suppliers.network.ethernet import store as ethernet
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import BANDWIDTH, QuoteAsked, Role, ServiceAsked, SiteAsked
from fibregate.vocabulary import SupplierId, TenantId

HERE: Final = Path(__file__).parent
CODE: Final = "SUPPLIER2"
PREFIX: Final = "SUPP2-QUO-ETH-"
PRINTED_NUMBER: Final = 5001
"""Of the documents' quote item; those of this code go on from there."""

PRINTED_QUOTE: Final = UUID("0e000000-5001-4000-8000-000000000000")
_NAD: Final = {"id": "A00000031882", "type": "NAD"}
_BANDWIDTH: Final = {"name": BANDWIDTH, "value": "1G1G"}
_PRODUCT: Final = "ftthl2r"
_MONTHS: Final = 36
_SITE: Final[dict[str, Any]] = {
    "name": "Strategic Imperative Offices",
    "postcode": "TW184LG",
    "role": Role.A_END.value,
    "address": {**_NAD, "additionalIdentifiers": [_NAD]},
    "siteCharacteristics": [_BANDWIDTH],
}


async def seed(tx: Tx, tenants: Iterable[TenantId], now: BusinessTime) -> None:
    """In the transaction that puts everything else in."""
    with (HERE / "sites.csv").open("rb") as file:
        lines = sites.lines(file, refuse=lambda _: None)
        await sites.put(tx, [one for one in lines.entries() if isinstance(one, sites.Entry)])
    own = SupplierId(await network.own_supplier(tx))
    await lists.put(tx, own, _list("network1"))
    supplier = await store.insert_supplier(tx, CODE, "Our own network's Ethernet, as the documents name it")
    await lists.put(tx, supplier, _list("supplier2"))
    await ethernet.number_from(tx, supplier, PRINTED_NUMBER - 1, prefix=PREFIX)
    owners = list(tenants)
    await _printed_quote(tx, supplier, owners, now)
    known = [await living.priced(tx, one, own, now) for one in living.LIVE]
    for tenant in owners:
        await world.speak_for(tx, tenant)
        for one in known:
            await living.insert(_Spanning(tx), tenant, one)


def _list(name: str) -> lists.Listed:
    return lists.read(io.BytesIO((HERE / f"{name}.toml").read_bytes()))


async def _printed_quote(tx: Tx, supplier: SupplierId, tenants: Iterable[TenantId], now: BusinessTime) -> None:
    """The quote of the documents' order, for everybody who may send it; it holds as long as any that begins now."""
    prices = await actions.find_prices(tx, supplier)
    if prices is None:
        raise AssertionError("it was just put in")
    item = _printed_item()
    said = await actions.quote(tx, await actions.question(tx, prices, item.question), now)
    spanning = _Spanning(tx)
    for tenant in tenants:
        await world.speak_for(tx, tenant)
        await quotes.insert(
            spanning,
            tenant,
            PRINTED_QUOTE,
            external_identifier="E00",
            request_id="sandbox",
            conversation_id="sandbox",
            now=now,
        )
        await quotes.insert_items(spanning, tenant, PRINTED_QUOTE, keeping.rows(item, 0, supplier, said))


@dataclass(frozen=True, slots=True)
class _Spanning:
    """Statements of several tenants in one transaction, which speaks for one after the other."""

    tx: Tx

    async def row(self, sql: str, tenant: TenantId | None, *args: object) -> Row | None:
        return await self.tx.row(sql, None, tenant, *args)

    async def rows(self, sql: str, tenant: TenantId | None, *args: object) -> list[Row]:
        return await self.tx.rows(sql, None, tenant, *args)


def _printed_item() -> ItemWish:
    bandwidth = Characteristic(BANDWIDTH, _BANDWIDTH["value"])
    site = SiteAsked(
        name=_SITE["name"],
        postcode=_SITE["postcode"],
        role=Role.A_END,
        address=Identifier(_NAD["id"], _NAD["type"]),
        characteristics=(bandwidth,),
    )
    return ItemWish(
        id=1,
        supplier=CODE,
        question=QuoteAsked(
            sites=(site, site), services=(ServiceAsked(_PRODUCT, (bandwidth,)),), months=_MONTHS, billing="MONTHLY"
        ),
        sites=[_SITE, _SITE],
        contract={
            "contractLength": {"value": _MONTHS, "unit": "MONTH"},
            "billingFrequency": "MONTHLY",
            "priceAlteration": "string",
        },
        services=[{"serviceSpecification": {"id": _PRODUCT}, "serviceCharacteristic": [_BANDWIDTH]}],
    )
