"""Ask the suppliers far away, all at once, before anything is kept: none spoils the answer of another.

Nothing is written down before but the number of each question, from the numbers of the account as for every call, so
that a supplier never hears two questions under one id. Asking costs nothing and holds nothing: where this process ends
in between, or an answer is lost, the number is spent and the question is simply asked anew.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from fibregate.db import Db
from fibregate.errors import GatewayError, Invalid, SupplierFault, SupplierTimedOut
from fibregate.quotes.model import ItemWish, Said, Wish
from fibregate.suppliers.accounts import store as accounts
from fibregate.suppliers.accounts.model import Capability, Route
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.accounts.routing import lacks
from fibregate.suppliers.answers import Refused
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import Trace
from fibregate.vocabulary import TenantId
from fibregate.web.logs import what_broke

_bugs: Final = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What it takes to ask. No supplier is waited for longer than `seconds`; its account may say less."""

    db: Db
    networks: Networks
    seconds: float


async def ask_all(
    how: Asking, tenant: TenantId, wish: Wish, ways: Mapping[str, Route], trace: Trace
) -> dict[int, Said]:
    """What each item's supplier said, by the item's place among the items; our own network's are left out."""
    far = {
        place: (one, account)
        for place, one in enumerate(wish.items)
        if (account := ways[one.supplier].account_id) is not None and not lacks(ways[one.supplier], Capability.QUOTES)
    }
    if not far:
        return {}
    numbers: dict[int, int] = {}
    async with how.db.tx(tenant) as tx:
        for place, (_, account) in sorted(far.items(), key=lambda one: (one[1][1], one[0])):
            numbers[place] = await accounts.next_number(tx, account)
    said = await asyncio.gather(
        *(
            _said(how, item, _answer(how, account, item, numbers[place], trace))
            for place, (item, account) in far.items()
        )
    )
    return dict(zip(far, said, strict=True))


async def _answer(how: Asking, account: int, item: ItemWish, number: int, trace: Trace) -> Said:
    network = await how.networks.at(account, within=how.seconds)
    said = await network.quote(number, item.question, trace)
    return Invalid(said.messages) if isinstance(said, Refused) else said


async def _said(how: Asking, item: ItemWish, asking: Awaitable[Said]) -> Said:
    try:
        async with asyncio.timeout(how.seconds):
            return await asking
    except SupplierFailed as failed:
        return failed.as_error()
    except GatewayError as error:
        return error
    except TimeoutError:
        return SupplierTimedOut(f"{item.supplier}: no answer within {how.seconds:g} seconds")
    except Exception as bug:  # noqa: BLE001 - ours, and no reason to withhold what the others say
        _bugs.error("bug", supplier=item.supplier, **what_broke(bug))
        return SupplierFault(f"{item.supplier}: the gateway failed while it asked")
