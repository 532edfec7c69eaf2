"""The part of T3 that takes a month: in a sandbox, whose clock is moved by 29 days."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from proof.caller import WHOLESALE
from proof.model import Findings, say
from proof.playground import Playground, playing
from proof.slots import Slot
from proof.t3_keys import DIFFERS, EFFECTS, Crowd, Key, order_key
from proof.t5_caller import booking

TENANT: Final = "ISP1"
UPRN: Final = 10025559646
SOON: Final = timedelta(days=14)
LATE: Final = timedelta(days=41)
SPENT: Final = "its id stays spent"
MONTH: Final = timedelta(days=29)
TEN_DAYS: Final = timedelta(days=10)
_EFFECTS: Final = """
select 'order' as kind, o.id, count(*) as times from orders as o join tenants as t on t.tenant_no = o.tenant_id
where t.code = $1 group by o.id
union all
select 'appointment', r.id, count(*) from reservations as r join tenants as t on t.tenant_no = r.tenant_id
where t.code = $1 group by r.id
"""


async def run(source: Path, count: int, folder: Path) -> Findings:
    """`count` orders with their visits, half as many holds that outlive the month, and as many that do not."""
    findings = Findings()
    async with playing(folder, source) as ground:
        say("T3: a sandbox, and a month on")
        crowd = Crowd({TENANT: ground.caller(TENANT)}, findings, at_once=8)
        early, late = await _free(ground, SOON), await _free(ground, LATE)
        numbers = range(1, count + 1)
        visits = [_booking(n, early) for n in numbers]
        orders = [order_key(TENANT, n, UPRN, appointmentReservationId=n) for n in numbers]
        lasting = [_booking(count + n, late) for n in numbers[: count // 2]]
        ending = [_booking(2 * count + n, early) for n in numbers[: count // 2]]
        for keys in (visits, orders, lasting, ending):
            await crowd.each(keys, crowd.begin)
        await ground.walk(MONTH)
        kept = [*visits, *orders, *lasting]
        await crowd.each(kept, crowd.again)
        await crowd.each([*kept, *ending], crowd.change)
        await ground.process.kill()
        await ground.process.start()
        await crowd.each(kept, crowd.again)
        for key in ending:
            got = await crowd.send(key, key.body)
            if got.status != 422 or SPENT not in got.raw.decode():
                findings.broke(DIFFERS, f"{key.named}, expired: {got.status} {got.raw[:150]!r}")
        await _judge(ground, [*kept, *ending], findings)
    findings.done.update(
        {"keys after 29 days": len(kept) + len(ending), "replays after 29 days": crowd.sent["replays"]}
    )
    return findings


async def _free(ground: Playground, ahead: timedelta) -> list[Slot]:
    """Ten days' timeslots, from so far ahead on."""
    day = (await ground.now() + ahead).date().isoformat()
    query = (
        f"{WHOLESALE}/available-appointments?addressId={UPRN}&appointmentPurpose=PROVIDE"
        f"&serviceSpecification=%7B%22id%22:%22fttp%22%7D&appointmentFromDate={day}"
    )
    found: list[Mapping[str, Any]] = (await ground.asked(TENANT, "GET", query)).body["availableTimeslots"]
    slots: list[Slot] = [
        Slot(
            0,
            0,
            datetime.fromisoformat(one["timeslotStartDateTime"]),
            datetime.fromisoformat(one["timeslotEndDateTime"]),
        )
        for one in found
        if one["classification"] in {"WEEKDAY_AM", "WEEKDAY_PM"}
    ]
    return [one for one in slots if one.starts_at < slots[0].starts_at + TEN_DAYS]


def _booking(number: int, slots: Sequence[Slot]) -> Key:
    body = booking(number, slots[number % len(slots)], UPRN)
    return Key(TENANT, "appointment", number, body, {**body, "purpose": "REPAIR"})


async def _judge(ground: Playground, keys: Sequence[Key], findings: Findings) -> None:
    times = {(row["kind"], row["id"]): row["times"] for row in await ground.rows(_EFFECTS, TENANT)}
    for key in keys:
        found = times.get((key.kind, key.number), 0)
        if found != 1:
            findings.broke(EFFECTS, f"{key.named}, after a month: {found}")
