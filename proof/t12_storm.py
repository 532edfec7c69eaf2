"""The storm of T12: thousands of requests of several tenants, cut off at any moment, and what they leave behind.

A caller that hangs up does not stop the work on its request, here: what stops it is the gateway's own deadline. So
the storm cuts in both ways. Callers break their connections; and in the copy of the source that is stormed, a request
whose `X-Request-ID` is `cut-7.5` has 7.5 milliseconds instead of 25 seconds. Nothing else is different there.
"""

import asyncio
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import orjson

from proof import seeds, traffic
from proof.caller import UPDATES, WHOLESALE, Caller, Wire
from proof.ground import Gateway, Process
from proof.look import rows, until_none
from proof.model import Figures, Findings, say
from proof.seeds import Change
from proof.slots import Slot, open_slots
from proof.t5_caller import booking
from proof.town import SUPPLIER, credentials

LEAKED: Final = "answers that showed another tenant's data"
MEMORY: Final = "connections that remembered another tenant than the server"
OPEN: Final = "connections left in an open transaction"
FAULTS: Final = "requests that failed without a reason, in the storm or after it"
INVARIANTS: Final = (LEAKED, MEMORY, OPEN, FAULTS)

SETTINGS: Final = {"FIBREGATE_POOL_SIZE": "5", "FIBREGATE_ONE_OPEN_ORDER": "false"}
"""A few connections for many tenants: each serves one after the other."""

HASTE: Final = (
    Change(
        "web/endpoint.py",
        "_deadlines.within(self.route.timeout, self.route.action(call))",
        "_deadlines.within(_patience(call.request_id, self.route.timeout), self.route.action(call))",
    ),
    Change(
        "web/endpoint.py",
        "def _peer(scope: Scope) -> str:\n",
        """\
def _patience(request_id: str, usual: float) -> float:
    wished = request_id.partition("cut-")[2]
    return float(wished) / 1000 if wished else usual


def _peer(scope: Scope) -> str:
""",
    ),
    Change("web/deadlines.py", "TICK: Final = 0.2\n", "TICK: Final = 0.0005\n"),
)
"""What the stormed copy has instead of the source."""

STANDING: Final = 12
"""Orders, appointments and so on that each tenant has before the storm; their numbers are the same for all tenants."""

AT_ONCE: Final = 24
PATIENCE: Final = 30.0
_CANARY: Final = re.compile(rb"canary-(\w+)-yranac")
_OPEN: Final = """
select pid, state, query from pg_stat_activity
where application_name = 'fibregate' and state like 'idle in transaction%' and now() - state_change > interval '1 s'
"""
_UNTOLD: Final = """
select 1 from lanes where kind in ('dispatch', 'inbox') and last_done < last_enqueued and parked_reason is null limit 1
"""
_LATE: Final = frozenset({503, 504})


def canary(code: str) -> str:
    return f"canary-{code}-yranac"


@dataclass(frozen=True)
class Asked:
    """One request. `shows`: the answer has to hold the tenant's canary."""

    method: str
    path: str
    body: Any = None
    shows: bool = False
    answers: frozenset[int] = frozenset({200})


@dataclass
class Party:
    """One tenant in the storm: what it has, and what it asks for."""

    caller: Caller
    chance: random.Random
    slots: Sequence[Slot]
    endpoint: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(STANDING + 1))

    @property
    def code(self) -> str:
        return self.caller.who.code

    async def prepare(self, network: Caller) -> None:
        body = {"url": f"http://127.0.0.1:9/{canary(self.code)}", "rendering": "wholesale-webhook", "enabled": True}
        self.endpoint = (await self._made("POST", "/manage/v1/endpoints", body))["id"]
        await self._made("PATCH", f"/manage/v1/endpoints/{self.endpoint}", {"enabled": False})
        for number in range(1, STANDING + 1):
            await self._made("POST", "appointments", booking(number, self._slot()))
            await self._made("POST", "service-orders", self._order(number))
            said = traffic.update(str(uuid4()), number, self.code, 1, reason="ACKNOWLEDGED", status="ACKNOWLEDGED")
            await network.insist("POST", UPDATES, {**said, "text": canary(self.code)})

    async def _made(self, method: str, path: str, body: Any) -> Any:
        got = await self.caller.insist(method, path, body)
        if not 200 <= got.status < 300:
            raise RuntimeError(f"{self.code}: {method} {path}: {got.status} {got.raw[:300]!r}")
        return got.body

    def _slot(self) -> Slot:
        return self.chance.choice(self.slots)

    def _order(self, number: int) -> dict[str, Any]:
        return {**traffic.order(number, self.code), "notes": canary(self.code), "hazards": canary(self.code)}

    def own(self) -> Asked:
        """A read of what is certainly there."""
        number = self.chance.randint(1, STANDING)
        kinds = (
            Asked("GET", f"service-orders/{number}", shows=True),
            Asked("GET", f"appointments/{number}"),
            Asked("GET", f"/manage/v1/endpoints/{self.endpoint}", shows=True),
            Asked("GET", "/manage/v1/endpoints", shows=True),
            Asked("GET", "/manage/v1/kcis?limit=5", shows=True),
        )
        return self.chance.choice(kinds)

    def any(self) -> Asked:
        """A read, or something that changes rows."""
        match self.chance.randrange(8):
            case 0:
                return Asked("POST", "service-orders", self._order(next(self.numbers)), answers=frozenset({202}))
            case 1:
                body = booking(next(self.numbers), self._slot())
                return Asked("POST", "appointments", body, answers=frozenset({201}))
            case 2:
                body = {"ratePerSecond": self.chance.randint(1, 1000)}
                return Asked("PATCH", f"/manage/v1/endpoints/{self.endpoint}", body, shows=True)
            case _:
                return self.own()


@dataclass
class Storm:
    """`cut` counts requests that were cut off by either side; `usual` is how long one takes that is not, of late."""

    door: Process
    parties: Sequence[Party]
    chance: random.Random
    findings: Findings
    cut: int = 0
    usual: float = 0.02

    async def blow(self, cuts: int) -> None:
        """Until so many were cut off."""

        async def some() -> None:
            while self.cut < cuts:
                await self._one(self.chance.choice(self.parties))

        async with asyncio.TaskGroup() as crowd:
            for _ in range(AT_ONCE):
                crowd.create_task(some())

    async def _one(self, party: Party) -> None:
        asked = party.any()
        after = self.chance.random() * 1.5 * self.usual
        match self.chance.randrange(4):
            case 0:
                await self._send(party, asked, hangs_up_after=after)
                self.cut += 1
                self.findings.done["requests cut off by their caller"] += 1
            case 1 | 2:
                status, raw = await self._send(party, asked, request=f"cut-{after * 1000:.3f}")
                is_cut = status in _LATE
                self.cut += is_cut
                self.findings.done["requests cut off by their deadline" if is_cut else "requests in time"] += 1
                self._look(party, asked, status, raw)
            case _:
                began = time.monotonic()
                status, raw = await self._send(party, asked)
                self.usual += (time.monotonic() - began - self.usual) / 20
                is_hit = status in _LATE
                self.findings.done["others' requests answered 503" if is_hit else "requests in time"] += 1
                self._look(party, asked, status, raw)

    async def calm(self, each: int) -> None:
        """All tenants at once, so often that every connection has served each of them."""

        async def read(party: Party) -> None:
            asked = party.own()
            status, raw = await self._send(party, asked)
            self.findings.done["requests after the storm"] += 1
            if status in _LATE:
                self.findings.broke(FAULTS, f"after the storm: {party.code} {asked.path}: {status} {raw[:200]!r}")
            self._look(party, asked, status, raw)

        waiting = [party for party in self.parties for _ in range(each)]
        self.chance.shuffle(waiting)
        for place in range(0, len(waiting), AT_ONCE):
            await asyncio.gather(*map(read, waiting[place : place + AT_ONCE]))

    def _look(self, party: Party, asked: Asked, status: int, raw: bytes) -> None:
        """At an answer that came."""
        what = f"{party.code} {asked.method} {asked.path}: {status} {raw[:200]!r}"
        seen = {one.decode() for one in _CANARY.findall(raw)}
        if seen - {party.code}:
            self.findings.broke(LEAKED, what)
        if status in _LATE:
            return
        if status == 404 or (status in asked.answers and asked.shows and party.code not in seen):
            self.findings.broke(MEMORY, what)
        elif status not in asked.answers:
            self.findings.broke(FAULTS, what)

    async def _send(
        self, party: Party, asked: Asked, *, request: str = "storm", hangs_up_after: float | None = None
    ) -> tuple[int, bytes]:
        """On a connection of its own: status and body, or (0, b"") where the caller hung up."""
        where = urlsplit(self.door.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            writer.write(_bytes(await party.caller.token(), party.code, asked, request))
            if hangs_up_after is not None:
                await asyncio.sleep(hangs_up_after)
                writer.transport.abort()
                return 0, b""
            async with asyncio.timeout(PATIENCE):
                answer = await reader.read()
        except (OSError, TimeoutError) as error:
            self.findings.broke(FAULTS, f"{party.code} {asked.path}: {type(error).__name__}")
            return 503, b""
        finally:
            writer.transport.abort()
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]) if head else 0, body


def _bytes(token: str, code: str, asked: Asked, request: str) -> bytes:
    raw = orjson.dumps(asked.body) if asked.body is not None else b""
    path = asked.path if asked.path.startswith("/") else f"{WHOLESALE}/{asked.path}"
    head = [
        *(f"{asked.method} {path} HTTP/1.1", "Host: storm", "Connection: close", f"Authorization: Bearer {token}"),
        *(f"Tenant: {code}", f"X-Request-ID: {request}", "X-Conversation-ID: storm"),
        *(("Content-Type: application/json", f"Content-Length: {len(raw)}") if raw else ()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + raw


async def run(gateway: Gateway, folder: Path, wire: Wire, figures: Figures, findings: Findings) -> Process:
    """On a gateway that serves; the door that was stormed."""
    findings.looked_at(*INVARIANTS)
    chance = random.Random(figures.get("seed", 12))
    hasty = Gateway(gateway.folder, seeds.plant(gateway.source, folder / "hasty", HASTE), gateway.settings)
    door = await hasty.web("stormed")
    gateway.running.append(door)
    await rows(gateway, "update premises set unlimited_lines = true")
    slots = await open_slots(gateway, [100_000] * 8, apart=timedelta(days=1))
    ways = credentials(gateway)
    network = Caller(wire, lambda: door.url, ways.pop(SUPPLIER), is_tenant=False)
    parties = {code: Party(Caller(wire, lambda: door.url, who), chance, slots) for code, who in ways.items()}
    await asyncio.gather(*(party.prepare(network) for party in parties.values()))
    if not await until_none(gateway, _UNTOLD, patience=PATIENCE):
        raise TimeoutError("what was prepared was never told")
    storm = Storm(door, list(parties.values()), chance, findings)
    say(f"T12: {figures['cuts']:,} requests of {len(parties)} tenants to be cut off")
    await storm.blow(figures["cuts"])
    await _left_open(gateway, findings)
    await storm.calm(figures["calm"])
    return door


async def _left_open(gateway: Gateway, findings: Findings) -> None:
    """Looked for until what the last requests had begun must be over."""
    until = time.monotonic() + 2.5
    seen: dict[int, str] = {}
    while time.monotonic() < until:
        seen |= {row["pid"]: f"{row['state']}: {row['query'][:200]}" for row in await rows(gateway, _OPEN)}
        await asyncio.sleep(0.1)
    for pid, what in seen.items():
        findings.broke(OPEN, f"{pid} {what}")
