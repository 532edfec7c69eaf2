"""Write a call down, make it, and find out what became of it. Rules: `docs/reference/suppliers.md`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.suppliers import keeping
from fibregate.suppliers.accounts import store as accounts
from fibregate.suppliers.keeping import Kept
from fibregate.suppliers.ledger import store
from fibregate.suppliers.ledger.model import About, Call, CallKind, CallState
from fibregate.vocabulary import SupplierId, TenantId

SETTLES: Final = timedelta(seconds=60)
"""How long after a call was heard its effect may still come about: until then, absence proves nothing."""

LIMIT: Final = timedelta(minutes=15)
"""How long it is tried to find out what became of a call, or to reach a supplier that is away."""

_WAITS: Final = (5, 10, 15, 30, 60, 120, 240)
"""Seconds of business time between two tries; the last one goes on."""


class Next(Enum):
    """What to do about a call."""

    SEND = "send it"
    LOOK_UP = "ask what became of it"
    WAIT = "wait for the supplier's own news"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a supplier lets a call be found out about."""

    looks_up: bool
    replays: bool


async def intend(
    tx: Tx,
    tenant: TenantId,
    supplier: SupplierId,
    account: int,
    *,
    kind: CallKind,
    ask: Callable[[int], Awaitable[Kept]],
    about: About,
    now: BusinessTime,
) -> Call:
    """The call, under the account's next number, with the question that `ask` makes of it."""
    number = await accounts.next_number(tx, account)
    request = keeping.dump(await ask(number))
    return await store.insert(
        tx, tenant, supplier, account, kind=kind, sent_id=number, about=about, request=request, now=now
    )


def next_step(call: Call, ways: Ways) -> Next:
    """A call that was sent and has no answer is never simply sent again."""
    if call.state is CallState.INTENT:
        return Next.SEND
    if ways.looks_up:
        return Next.LOOK_UP
    return Next.SEND if ways.replays else Next.WAIT


def may_send_again(call: Call, now: BusinessTime) -> bool:
    """The supplier does not know the number, and nothing that it heard can be under way any more."""
    return call.sent_at is not None and call.sent_at + SETTLES <= now


def is_over(call: Call, now: BusinessTime) -> bool:
    """It was tried for long enough."""
    return call.created_at + LIMIT <= now


def wait(tries: int) -> timedelta:
    """After so many tries, how long until the next."""
    return timedelta(seconds=_WAITS[min(tries, len(_WAITS) - 1)])


def again_at(tries: int, now: BusinessTime, call: Call) -> BusinessTime:
    """When to try next; never past the end, when it is given up."""
    ends: datetime = call.created_at + LIMIT
    return BusinessTime(max(min(now + wait(tries), ends), now + timedelta(seconds=1)))
