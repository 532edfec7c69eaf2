"""What lies ready for a worker that is born to die, and what has come of it when all is done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from proof import traffic
from proof.caller import UPDATES
from proof.model import Findings
from proof.t2_routes import MANAGE, said
from proof.t2_stage import Stage
from proof.t5_caller import booking
from proof.town import SUPPLIER

STUCK: Final = "work that no worker gets to the end of after a crash"
TIMERS: Final = "timers with other than one effect after a crash"
TENANT: Final = traffic.TENANTS[0]

_TIME_PASSES: Final = """
update lanes set due_at = now() where kind = $1 and last_done < last_enqueued and due_at > now()
    and parked_reason is null and not held
"""
_HOLDS_END: Final = """
with held as (
    update reservations set expires_at = now() where tenant_id = $1 and id = any($2::bigint[]) returning id
)
update lanes set due_at = now() from held where key = 'hold:' || $1 || ':' || held.id
"""
_EXPIRED: Final = """
select r.id, r.state, count(f.position) as shown, s.booked - (
    select count(*) from reservations as o where o.slot_id = r.slot_id and o.state = 'RESERVED'
) as uncounted
from reservations as r join slots as s on s.slot_id = r.slot_id
left join feed as f on f.tenant_id = r.tenant_id and f.appointment_id = r.id
where r.tenant_id = $1 and r.id = any($2::bigint[]) group by r.id, r.state, r.slot_id, s.booked
"""
_TOLD: Final = """
select o.id, o.kci_count as counted, array_agg(k.reason order by k.sequence_number) as told
from kcis as k join orders as o on o.tenant_id = k.tenant_id and o.order_key = k.order_key
where o.tenant_id = $1 and o.id = any($2::bigint[]) group by o.id, o.kci_count
"""
_WARNED: Final = ["ACKNOWLEDGED", "INFORMATION_REQUIRED", "WARNING"]


@dataclass
class Ward:
    """The work of one tenant. `number` is the last that was given to an order or a hold."""

    on: Stage
    findings: Findings
    endpoint: str
    number: int = 0

    def numbers(self, count: int) -> list[int]:
        first, self.number = self.number + 1, self.number + count
        return list(range(first, self.number + 1))

    async def ask(self, who: str, method: str, path: str, body: Any = None, **note: Any) -> None:
        about = {"tenant": TENANT, **note} if note else None
        got = await self.on.callers[who].insist(method, path, body, note=about)
        if got.status >= 300:
            raise RuntimeError(f"{method} {path}: {got.status} {got.raw[:300]!r}")

    async def place(self, numbers: Sequence[int], updates: int) -> None:
        """Orders, and so many words of their network about each."""
        for order in numbers:
            await self.ask(TENANT, "POST", "service-orders", traffic.order(order, TENANT), what="order", order=order)
            for place in range(1, updates + 1):
                identity, body = said(TENANT, order, place)
                note = {"what": "update", "order": order, "id": identity, "number": place}
                await self.ask(SUPPLIER, "POST", UPDATES, body, **note)

    async def rules(self, *rules: object) -> None:
        """How the receiver answers, instead of 204."""
        await self.on.wire.send("POST", f"{self.on.hears.url}/control", {}, orjson.dumps(rules))

    async def enable(self, *, enabled: bool) -> None:
        await self.ask(TENANT, "PATCH", f"{MANAGE}/endpoints/{self.endpoint}", {"enabled": enabled})

    async def pass_time(self, kind: str) -> None:
        """What waits for a time of the business clock is due."""
        await self.on.sql.execute(_TIME_PASSES, kind)


Act = Callable[[Ward, Sequence[int]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A healthy worker finishes all between two acts, but not after the last one of `prepare`.

    `crowd` orders at a time; more than one where each death leaves work for the next. With a `check` it is judged by
    its own rows, without one by the receiver's log and the checker.
    """

    name: str
    prepare: Sequence[Act]
    settle: Sequence[Act] = ()
    check: Act | None = None
    crowd: int = 4

    @property
    def is_crowd(self) -> bool:
        return self.crowd > 1


async def _life(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.place(numbers, 3)


async def _two_each(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.place(numbers, 2)


async def _refused_once(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.rules(*({"order": one, "status": 500, "times": 1} for one in numbers))
    await ward.place(numbers, 1)


async def _time_passes(ward: Ward, _: Sequence[int]) -> None:
    """The waits after a failure are over."""
    await ward.pass_time("kci")


async def _down(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.rules({"status": 503})
    await ward.place(numbers, 1)


async def _up(ward: Ward, _: Sequence[int]) -> None:
    await ward.rules()
    await ward.pass_time("kci")


async def _gone(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.rules(*({"order": one, "status": 410, "times": 1} for one in numbers))
    await ward.place(numbers, 1)


async def _enable(ward: Ward, _: Sequence[int]) -> None:
    await ward.enable(enabled=True)


async def _suspended(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.enable(enabled=False)
    await ward.place(numbers, 2)


async def _skip(ward: Ward, numbers: Sequence[int]) -> None:
    for one in numbers:
        body = {"endpointId": ward.endpoint, "sequenceNumber": 1, "because": "T2"}
        await ward.ask(TENANT, "POST", f"{MANAGE}/orders/{one}/skip", body)


async def _replay(ward: Ward, numbers: Sequence[int]) -> None:
    for one in numbers:
        await ward.ask(TENANT, "POST", f"{MANAGE}/replays", {"orderId": one})


async def _hold(ward: Ward, numbers: Sequence[int]) -> None:
    for one in numbers:
        await ward.ask(TENANT, "POST", "appointments", booking(one, ward.on.slots[one % len(ward.on.slots)]))
    await ward.on.sql.execute(_HOLDS_END, ward.on.tenants[TENANT], list(numbers))


async def _expired(ward: Ward, numbers: Sequence[int]) -> None:
    found = await ward.on.rows(_EXPIRED, ward.on.tenants[TENANT], list(numbers))
    for row in found:
        if (row["state"], row["shown"], row["uncounted"]) != ("EXPIRED", 1, 0):
            ward.findings.broke(TIMERS, f"{TENANT} hold: {row}")
    if len(found) != len(numbers):
        ward.findings.broke(TIMERS, f"{len(numbers) - len(found)} holds are not there")


async def _question(ward: Ward, numbers: Sequence[int]) -> None:
    await ward.place(numbers, 1)
    for one in numbers:
        _, body = said(TENANT, one, 2)
        entity = {**body["provideServiceOrder"], "status": "PENDING"}
        question = {"reasonCode": "INFORMATION_REQUIRED", "problemCode": "COST_ISSUE", "provideServiceOrder": entity}
        await ward.ask(SUPPLIER, "POST", UPDATES, {**body, **question})


async def _silence(ward: Ward, _: Sequence[int]) -> None:
    await ward.pass_time("silence-warn")


async def _warned(ward: Ward, numbers: Sequence[int]) -> None:
    for row in await ward.on.rows(_TOLD, ward.on.tenants[TENANT], list(numbers)):
        if row["told"] != _WARNED or row["counted"] != len(_WARNED):
            ward.findings.broke(TIMERS, f"{TENANT} order: {row}")


SCENES: Final = (
    Scene(name="life", prepare=[_life]),
    Scene(name="refused once", prepare=[_refused_once], settle=[_time_passes]),
    Scene(name="down", prepare=[_down], settle=[_time_passes, _up, _time_passes]),
    Scene(name="gone", prepare=[_gone], settle=[_enable], crowd=1),
    Scene(name="skipped", prepare=[_suspended, _skip], settle=[_enable]),
    Scene(name="replayed", prepare=[_two_each, _replay]),
    Scene(name="hold", prepare=[_hold], check=_expired),
    Scene(name="silence", prepare=[_question, _silence], check=_warned),
)
