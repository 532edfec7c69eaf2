"""Answer one question to our own network under its caller's own number: what the wholesale door does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from fibregate.appointments.model import Asker
from fibregate.db import Db, Statements, Tx
from fibregate.errors import Invalid, NotImplementedHere, Unavailable
from fibregate.quotes import actions, store
from fibregate.quotes.actions import Answered
from fibregate.quotes.model import ItemWish, Quote
from fibregate.suppliers.network import store as network
from fibregate.suppliers.network.ethernet import actions as ethernet
from fibregate.vocabulary import SupplierId, TenantId

TRIES: Final = 5
_NAME: Final = re.compile(r"\w+")
_RESTS_ON: Final[Mapping[str, frozenset[str]]] = {"service": frozenset({"service", "sites"})}
"""What must have been read before a fault of a field means anything; of the others, that field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One item, whose `id` is the caller's number and whose supplier has no name: it is our own network.

    `unread` names the fields that could not be read and hold a stand-in; such a question is never answered.
    """

    item: ItemWish
    external_identifier: str | None
    body_hash: bytes
    unread: frozenset[str] = frozenset()


async def answer(db: Db, tenant: TenantId, asked: Single, asker: Asker, now: datetime) -> Quote:
    """Once for each number: an equal question has the same answer again, whatever the price list has become.

    Raises `Invalid` with every fault, and where the number went with another body; `NotImplementedHere` where nothing
    is sold. A cancelled call may have been answered: the same number asked again tells.
    """
    for _ in range(TRIES):
        try:
            async with db.tx(tenant) as tx:
                return await _answered(tx, tenant, asked, asker, now)
        except asyncpg.UniqueViolationError:  # the same number at the same time: it is there now
            continue
    raise Unavailable("The question met others at the same time too often; nothing was done.", 1)


async def _answered(tx: Tx, tenant: TenantId, asked: Single, asker: Asker, now: datetime) -> Quote:
    item = asked.item
    known = await store.find_called(tx, tenant, item.id)
    if known is not None:
        if known["body_hash"] != asked.body_hash:
            raise Invalid(f"id: {item.id} was used for another quote; send a new id")
        return (await actions.whole(tx, tenant, [known]))[0]
    supplier = SupplierId(await network.own_supplier(tx))
    prices = await ethernet.find_prices(tx, supplier)
    if prices is None:
        raise NotImplementedHere("the network sells no Ethernet")
    question = await ethernet.question(tx, prices, item.question)
    if question.faults:
        raise Invalid(question.faults)
    said = Answered(item=item, supplier=supplier, said=await ethernet.quote(tx, question, now))
    named = (item.id, asked.body_hash)
    return await actions.keep(tx, tenant, asked.external_identifier or "", [said], asker=asker, now=now, called=named)


async def faults(on: Statements, asked: Single) -> list[str]:
    """What is wrong with a question of which a part could not be read, beyond that part. Keeps nothing."""
    prices = await ethernet.find_prices(on, SupplierId(await network.own_supplier(on)))
    if prices is None:
        return []
    found = (await ethernet.question(on, prices, asked.item.question)).faults
    return [one for one in found if not _rests_on(one) & asked.unread]


def _rests_on(fault: str) -> frozenset[str]:
    name = _NAME.match(fault)
    field = name[0] if name else ""
    return _RESTS_ON.get(field, frozenset({field}))
