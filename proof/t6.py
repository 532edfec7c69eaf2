"""T6: a supplier that misbehaves in every way that there is, over real HTTP, while two tenants order at it."""

import asyncio
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from proof import t6_connect, t6_judge, t6_network
from proof.caller import Caller
from proof.history import Writer
from proof.model import Figures, Findings, Proof, Size, say
from proof.playground import Playground, playing
from proof.t6_course import Course
from proof.t6_judge import Rows
from proof.t6_network import ACCOUNTS, LOG, SUPPLIER

_SETTINGS: Final = {
    "FIBREGATE_SUPPLIER_ALLOW": '["127.0.0.0/8"]',
    "FIBREGATE_SUPPLIER_PORTS": "[]",
    "FIBREGATE_SUPPLIER_PLAIN_HTTP": "true",
    "FIBREGATE_SUPPLIER_FAILURES": "1000000",
    "FIBREGATE_WORKER_CONCURRENCY": "256",
    "FIBREGATE_POOL_SIZE": "20",
}
"""A supplier that fails at most of its addresses would be left alone most of the time, and this would not be tried."""

_ORDERS: Final = """
select t.code as tenant, o.order_key as key, o.notes, o.status, o.supplier_reference as reference
from orders as o join tenants as t on t.tenant_no = o.tenant_id where o.notes like 'T6 %'
"""
_CALLS: Final = """
select t.code as tenant, c.kind, c.state, c.sent_id, c.created_at
from supplier_calls as c join tenants as t on t.tenant_no = c.tenant_id
"""
_KCIS: Final = """
select t.code as tenant, k.order_key as key, k.sequence_number as number, k.facts ->> 'text' as text
from kcis as k join tenants as t on t.tenant_no = k.tenant_id
join orders as o on o.tenant_id = k.tenant_id and o.order_key = k.order_key where o.notes like 'T6 %'
"""
_UNREAD: Final = "select count(*) as unread from supplier_updates where state = 'RECEIVED'"
_WALKED: Final = t6_judge.LIMIT + timedelta(minutes=5)
_QUIET_PATIENCE: Final = 600.0
_HAPPENED: Final = (b'"event":"kci"', b'"what":"performed"')
"""Not that it was asked how something stands: that goes on for as long as somebody wonders."""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(*t6_judge.INVARIANTS)
    async with playing(folder / "s", source, _SETTINGS) as ground:
        gateway = ground.gateway
        wanted = await t6_network.behaviours(gateway, figures["behaviours"])
        who = await t6_connect.introduce(gateway, SUPPLIER)
        network = await t6_network.process(gateway, f"{ground.process.url}/v1", who, figures).start()
        await t6_connect.connect(gateway, SUPPLIER, network.url, ACCOUNTS, seconds=figures["seconds"])
        say(f"T6: {figures['each']} orders at each behaviour that leaves doubts, {figures['others']} at each other one")
        log = Writer(folder / "client.jsonl")
        callers = {code: _logged(ground.caller(code), log) for code in ACCOUNTS}
        many = {one.name: _how_many(one.name, figures) for one in wanted}
        course = Course(callers, many, figures["at_once"], partial(_unread, ground))
        await course.run(wanted)
        await _quiet(gateway.folder / LOG, figures)
        await _walk(ground, figures)
        say("T6: judging")
        log.close()
        rows = Rows(
            now=await ground.now(),
            orders=await ground.rows(_ORDERS),
            calls=await ground.rows(_CALLS),
            kcis=await ground.rows(_KCIS),
        )
        t6_judge.judge(t6_network.story(gateway.folder), rows, [one.name for one in wanted], found)
        found.done.update(course.done)
    return found


async def _unread(ground: Playground) -> int:
    (row,) = await ground.rows(_UNREAD)
    return int(row["unread"])


def _how_many(behaviour: str, figures: Figures) -> int:
    return figures["each"] if behaviour in DOUBTFUL else figures["others"]


def _logged(caller: Caller, log: Writer) -> Caller:
    caller.log = log
    return caller


async def _quiet(log: Path, figures: Figures) -> None:
    """Until the network has neither done nor told anything for longer than its longest pause."""
    deadline = time.monotonic() + _QUIET_PATIENCE
    read, since = 0, time.monotonic()
    while time.monotonic() - since < figures["settle"] and time.monotonic() < deadline:
        with log.open("rb") as lines:
            lines.seek(read)
            more = lines.read()
        read += len(more)
        if any(one in more for one in _HAPPENED):
            since = time.monotonic()
        await asyncio.sleep(0.2)


async def _walk(ground: Playground, figures: Figures) -> None:
    """Past the limit, in steps that leave the network its own time: what is asked on the way takes real seconds."""
    say(f"T6: {_WALKED} of the sandbox's clock")
    step, walked = timedelta(seconds=figures["step"]), timedelta()
    while walked < _WALKED:
        await ground.walk(step)
        walked += step
        await asyncio.sleep(figures["pause"])
    await _quiet(ground.gateway.folder / LOG, figures)
    await ground.walk(timedelta(minutes=2))


_PACES: Final[dict[str, Any]] = {
    "kci-delay": 5,
    "late": 2.5,
    "gap": 5,
    "seconds": 1,
    "places": 500,
    "settle": 7,
}
"""`settle` is longer than any pause of the network's own. Its news comes about when the gateway first looks something
up, five seconds after the call: now the one and now the other is first."""

_WALKS: Final[dict[str, Any]] = {"step": 20, "pause": 0.3}
_CI: Final[dict[str, Any]] = {
    **_PACES,
    **_WALKS,
    "behaviours": None,
    "each": 200,
    "others": 10,
    "at_once": 64,
}
_QUICK: Final[dict[str, Any]] = {
    **_CI,
    "kci-delay": 0.05,
    "late": 1.2,
    "gap": 1,
    "settle": 1.5,
    "step": 120,
    "pause": 0.1,
}
DOUBTFUL: Final = frozenset(
    {
        *("drops-booking-reply", "drops-order-reply", "drops-amendment-reply", "drops-cancellation-reply"),
        *("resets-in-body", "answers-late", "books-late", "late-and-undone", "never-answers", "done-then-500"),
        *("done-then-502", "done-then-page", "busy", "done-afterwards", "redirects-302", "redirects-307"),
        *("answers-twice", "garbage", "truncated", "earlier-reference", "other-tenants-reference"),
        *("other-tenants-order", "drips", "not-idempotent", "of-another-tenant"),
    }
)
"""Behaviours after which somebody has to find out what was done, or whose it is."""

_FEW: Final = ("well", "drops-order-reply", "answers-late", "not-idempotent", "of-another-tenant", "shuffled")

PROOF: Final = Proof(
    name="T6",
    title="a supplier that misbehaves: nothing is done twice, lost track of, or told to another",
    invariants=t6_judge.INVARIANTS,
    figures={
        Size.SMOKE: {**_QUICK, "behaviours": _FEW, "each": 2, "others": 2},
        Size.CI: _CI,
        Size.FULL: {**_CI, "each": 5_000, "others": 500},
    },
    run=run,
    seeded={**_QUICK, "behaviours": ("not-idempotent",), "each": 2, "kci-delay": 30},
)
