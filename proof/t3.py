"""T3: every key asked for again: in sequence, at once, at two doors, after a restart, with new tokens, in a month."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from proof import t3_month
from proof.caller import Caller, Wire
from proof.ground import Gateway, Process
from proof.look import rows, until_none
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN, Slot, open_slots
from proof.t3_keys import CHANGED, DIFFERS, EFFECTS, SURPRISE, Crowd, Key, booking_key, order_key
from proof.town import FIRST_UPRN, credentials, settle

INVARIANTS: Final = (EFFECTS, DIFFERS, CHANGED, SURPRISE)
BOOKING_SHARE: Final = 0.25
PLACES: Final = 1000
SLOTS: Final = 40

_UNLIMITED: Final = "update premises set unlimited_lines = true where uprn < $1"
_ORDERS: Final = """
select t.code, o.id, count(distinct o.order_key) as orders, count(distinct so.order_key) as handed,
    count(distinct l.key) as work, count(distinct w.reference) as work_orders,
    (select count(*) from audit as a where a.about_tenant = o.tenant_id and a.act = 'order.place'
        and a.subject = 'order ' || o.id) as acts
from orders as o join tenants as t on t.tenant_no = o.tenant_id
left join supplier_orders as so on so.order_key = o.order_key
left join lanes as l on l.key = 'dispatch:' || o.order_key
left join work_orders as w on w.order_key = o.order_key
group by o.tenant_id, t.code, o.id
"""
_BOOKINGS: Final = """
select t.code, r.id, count(*) as reservations,
    (select count(*) from audit as a where a.about_tenant = r.tenant_id and a.act = 'appointment.book'
        and a.subject = 'appointment ' || r.id) as acts
from reservations as r join tenants as t on t.tenant_no = r.tenant_id group by r.tenant_id, t.code, r.id
"""
_PLACES: Final = """
select s.slot_id, s.booked, count(r.id) as held from slots as s left join reservations as r on r.slot_id = s.slot_id
    and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED')
group by s.slot_id having s.booked <> count(r.id)
"""
_UNWORKED: Final = """
select 1 from lanes where kind in ('dispatch', 'inbox') and last_done < last_enqueued and parked_reason is null limit 1
"""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    chance = random.Random(figures.get("seed", 3))
    async with Gateway(folder / "g", source, {"FIBREGATE_ONE_OPEN_ORDER": "false"}) as gateway, Wire() as wire:
        await settle(gateway, TOWN)
        await gateway.serve()
        await rows(gateway, _UNLIMITED, FIRST_UPRN + TOWN.premises)
        slots = await open_slots(gateway, [PLACES] * SLOTS, apart=timedelta(days=1))
        doors = [await gateway.web("web-a"), await gateway.web("web-b")]
        crowd = Crowd(_callers(gateway, wire, doors), findings, at_once=32)
        keys = _keys(figures["keys"], slots, chance)
        await _ask(crowd, keys, figures, doors)
        if not await until_none(gateway, _UNWORKED, patience=60):
            findings.broke(EFFECTS, "the worker did not get to the end of its work")
        await _judge(gateway, keys, findings)
    findings.done.update({"keys": len(keys), **crowd.sent})
    if figures["month"]:
        findings.add(await t3_month.run(source, figures["month"], folder / "m"))
    return findings


def _callers(gateway: Gateway, wire: Wire, doors: Sequence[Process]) -> dict[str, Caller]:
    """One token a tenant, and a door after the other."""
    ways = credentials(gateway)
    turns = cycle(doors)
    return {code: Caller(wire, lambda: next(turns).url, ways[code]) for code in TOWN.tenants}


def _keys(count: int, slots: Sequence[Slot], chance: random.Random) -> list[Key]:
    """The same numbers for both tenants, which are different keys."""
    keys: list[Key] = []
    wished = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    for n in range(count):
        tenant, number = TOWN.tenants[n % len(TOWN.tenants)], n // len(TOWN.tenants) + 1
        if chance.random() < BOOKING_SHARE:
            slot, other = chance.sample(slots, 2)
            keys.append(booking_key(tenant, number, slot, other))
        else:
            uprn = FIRST_UPRN + n % TOWN.premises
            keys.append(order_key(tenant, number, uprn, requestedCompletionDate=wished))
    return keys


async def _ask(crowd: Crowd, keys: Sequence[Key], figures: Figures, doors: Sequence[Process]) -> None:
    hot, rest = keys[: figures["hot"]], keys[figures["hot"] :]
    say(f"T3: {len(hot)} keys 50 times at once, {len(rest):,} in sequence")
    for place, key in enumerate(hot):
        others = 10 * (place % 2)
        await crowd.race(key, equal=50 - others, others=others)
    await crowd.each(rest, crowd.begin)
    await crowd.each(keys, crowd.change)
    say("T3: after a restart")
    for door in doors:
        await door.kill()
        await door.start()
    await crowd.each(keys, crowd.again)
    say("T3: with new tokens")
    for caller in crowd.callers.values():
        caller.forget_token()
    await crowd.each(keys, crowd.again)


async def _judge(gateway: Gateway, keys: Sequence[Key], findings: Findings) -> None:
    orders = {(row["code"], row["id"]): dict(row) for row in await rows(gateway, _ORDERS)}
    bookings = {(row["code"], row["id"]): dict(row) for row in await rows(gateway, _BOOKINGS)}
    for key in keys:
        found = (orders if key.kind == "order" else bookings).get((key.tenant, key.number), {})
        counts = {name: value for name, value in found.items() if name not in {"code", "id"}}
        if not counts or any(value != 1 for value in counts.values()):
            findings.broke(EFFECTS, f"{key.named}: {counts or 'none'}")
    known = {(key.tenant, key.kind, key.number) for key in keys}
    for kind, found in (("order", orders), ("appointment", bookings)):
        for code, number in found:
            if (code, kind, number) not in known:
                findings.broke(EFFECTS, f"{code} {kind} {number}: nobody asked for it")
    for row in await rows(gateway, _PLACES):
        findings.broke(EFFECTS, f"slot {row['slot_id']}: {row['booked']} places taken for {row['held']} bookings")


_CI: Final[dict[str, Any]] = {"keys": 5_000, "hot": 100, "month": 60}
_SMOKE: Final[dict[str, Any]] = {"keys": 100, "hot": 4, "month": 0}

PROOF: Final = Proof(
    name="T3",
    title="a key asked for any number of times has one effect and one answer",
    invariants=INVARIANTS,
    figures={Size.SMOKE: _SMOKE, Size.CI: _CI, Size.FULL: {"keys": 50_000, "hot": 1_000, "month": 500}},
    run=run,
    seeded={"keys": 60, "hot": 20, "month": 0},
)
