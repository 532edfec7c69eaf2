"""T11: whatever one tenant has asked for is asked for by another, at every route, behind both walls and behind each.

The walls are the tenant in every statement and row-level security. Each has to hold alone: the first once row-level
security is switched off, the second in a copy of the source whose statements name no tenant. So a hole in one of them
leaks nothing, and is found all the same.
"""

import random
import re
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from proof import seeds, t11_timing, traffic
from proof import t11_tokens as tokens
from proof.caller import Caller, Wire
from proof.ground import Gateway, Process
from proof.history import read
from proof.look import rows, until_none
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN, open_slots
from proof.t11_matrix import ALIKE, CANARIES, CHANGED, PASSED, ROUTES, Matrix, Operation
from proof.t11_owner import FAR, Owner
from proof.t11_strangers import strangers
from proof.t12_rows import digest, listed
from proof.town import SUPPLIER, credentials, settle

FIRST: Final = "what got through the first wall alone: statements that name the tenant"
SECOND: Final = "what got through the second wall alone: row-level security"
INVARIANTS: Final = (ROUTES, PASSED, ALIKE, t11_timing.GAP, CANARIES, CHANGED, FIRST, SECOND)
SETTINGS: Final = {
    "FIBREGATE_ONE_OPEN_ORDER": "false",
    "FIBREGATE_SUPPLIER_ALLOW": '["127.0.0.0/8"]',
    "FIBREGATE_SUPPLIER_PORTS": "[]",
    "FIBREGATE_SUPPLIER_PLAIN_HTTP": "true",
}
OWNER: Final = "ISP1"
OTHER: Final = "ISP2"
BEYOND: Final = 500_000
"""So far after its own numbers are those that a tenant is given by the gateway."""

PATIENCE: Final = 60.0
FIRST_WALL: Final = re.compile(r"\b(?:\w+\.)?tenant_id = \$1\b")
LEAST_PREDICATES: Final = 100
_DOORS: Final = re.compile(rb"href='/docs/([a-z-]+)'")
_UNDONE: Final = """
select key from lanes
where last_done < last_enqueued and parked_reason is null and due_at <= now() and not held limit 1
"""
_IDS: Final = """
select endpoint_id::text as id from endpoints where tenant_id = $1 union all
select secret_id::text from endpoint_secrets where tenant_id = $1 union all
select id::text from kcis where tenant_id = $1 union all
select replay_id::text from replays where tenant_id = $1
"""
_REFERENCES: Final = """
select reference as id from reservations where tenant_id = $1 union
select supplier_reference from orders where tenant_id = $1 and supplier_reference is not null union
select service_id from services where tenant_id = $1 union
select service_id from ethernet_circuits where tenant_id = $1
"""
_GIVEN: Final = """
insert into gateway_numbers (tenant_id, kind, last_number)
select t.tenant_no, kind, $2
from tenants as t, unnest(array['APPOINTMENT', 'ORDER', 'AMENDMENT', 'CANCELLATION']) as kind
where t.code = $1
"""
_NUMBER: Final = "select tenant_no from tenants where code = $1"
_WALLS: Final = "select relname as name from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace"


class NoWall(Exception):
    """The first wall cannot be taken away, because it is not written as it was."""


@dataclass
class Stage:
    """One gateway with its tenants."""

    gateway: Gateway
    wire: Wire
    doors: list[Process]
    hears: Process
    owner: Owner
    other: Owner

    @property
    def door(self) -> Process:
        return self.doors[0]

    async def quiet(self) -> None:
        """Until nobody has anything to do."""
        if not await until_none(self.gateway, _UNDONE, patience=PATIENCE):
            raise TimeoutError("the worker never gets to the end of its work")


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    chance = random.Random(figures.get("seed", 11))
    async with _stage(source, folder / "a") as stage:
        say("T11: both walls")
        await _look(stage, figures, findings, chance, lambda invariant: invariant)
        if figures["first"]:
            say("T11: the first wall alone")
            for row in await rows(stage.gateway, _WALLS):
                await rows(stage.gateway, f'alter table "{row["name"]}" disable row level security')
            await _look(stage, _few(figures, "first"), findings, chance, lambda _: FIRST)
    if figures["second"]:
        say("T11: the second wall alone")
        async with _stage(_without_first_wall(source, folder / "second"), folder / "b") as stage:
            await _look(stage, _few(figures, "second"), findings, chance, lambda _: SECOND)
    return findings


def _few(figures: Figures, wall: str) -> Figures:
    """As many rounds as are asked of this wall; and behind one alone nothing is timed."""
    return {**figures, "pairs": 0, "rounds": figures[wall]}


def _without_first_wall(source: Path, folder: Path) -> Path:
    """A copy whose statements take any tenant's rows."""
    copied = seeds.copy(source, folder)
    taken = 0
    for file in copied.rglob("store.py"):
        text, found = FIRST_WALL.subn("($1::integer is not null)", file.read_text("utf-8"))
        file.write_text(text, "utf-8")
        taken += found
    if taken < LEAST_PREDICATES:
        raise NoWall(f"only {taken} statements name the tenant as they used to")
    return copied


@asynccontextmanager
async def _stage(source: Path, folder: Path) -> AsyncGenerator[Stage]:
    async with AsyncExitStack() as parts:
        gateway = Gateway(folder / "g", source, SETTINGS)
        await settle(gateway, TOWN)
        await parts.enter_async_context(gateway)
        serve = await gateway.serve()
        web = await gateway.web()
        hears = await traffic.receiver_of(gateway, folder, "--bodies")
        await rows(gateway, "update premises set unlimited_lines = true")
        slots = await open_slots(gateway, [100_000] * 4, apart=timedelta(days=1))
        wire = await parts.enter_async_context(Wire())
        ways = credentials(gateway)
        network = Caller(wire, lambda: web.url, ways[SUPPLIER], is_tenant=False)
        owners = [
            Owner(Caller(wire, lambda: web.url, ways[code]), network, slots, hears.url, first, _mark(code))
            for code, first in ((OWNER, 100_000), (OTHER, 900_000))
        ]
        await gateway.cli_rounds(*_far(owners[0].mark))
        for one in owners:
            await rows(gateway, _GIVEN, one.code, one.first + BEYOND)
            one.standing = await one.endpoint()
            await one.told(await one.order())
            one.visited = await one.with_visit()
        yield Stage(gateway, wire, [web, serve], hears, *owners)


def _far(mark: str) -> list[list[list[str]]]:
    """The commands that give the owner a supplier of its own, with its canary for a name."""
    way = ("--tenant", "GATEWAY1", "--user", "gateway", "--password", mark)
    return [
        [["supplier", "add", FAR, "--name", mark]],
        [["supplier", "account", FAR, "http://127.0.0.1:9", *way]],
        [["supplier", "let", FAR, OWNER]],
    ]


def _mark(code: str) -> str:
    """Short enough for every field."""
    return f"canary-{code.lower()}-{secrets.token_hex(4)}"


async def _look(
    stage: Stage, figures: Figures, findings: Findings, chance: random.Random, wrong: Callable[[str], str]
) -> None:
    """The whole matrix once, as it stands then."""
    matrix = Matrix(
        owner=stage.owner,
        strangers=await strangers(stage.gateway, stage.wire, stage.door, stage.owner, stage.other),
        operations=await _operations(stage),
        findings=findings,
        wrong=wrong,
        chance=chance,
    )
    await matrix.prepare()
    await stage.quiet()
    (row,) = await rows(stage.gateway, _NUMBER, OWNER)
    matrix.secrets = frozenset(one["id"] for one in await rows(stage.gateway, _IDS, row["tenant_no"]))
    matrix.references = frozenset(one["id"] for one in await rows(stage.gateway, _REFERENCES, row["tenant_no"]))
    matrix.covered()
    await tokens.judge(matrix, stage.wire, stage.door.url, credentials(stage.gateway))
    tables = await listed(stage.gateway)
    before = await digest(stage.gateway, tables, f"= {row['tenant_no']}")
    await matrix.replay(figures["rounds"])
    for first in (stage.owner.first, stage.owner.first + BEYOND):
        await matrix.enumerate(range(first, first + figures["numbers"]))
    await t11_timing.judge(matrix, figures["pairs"])
    await stage.quiet()
    after = await digest(stage.gateway, tables, f"= {row['tenant_no']}")
    for name in after:
        if before[name] != after[name]:
            matrix.broke(CHANGED, f"{name}: {before[name]} and {after[name]}")
    await matrix.controls()
    await stage.quiet()
    await _elsewhere(stage, matrix)
    await stage.owner.clear()


async def _operations(stage: Stage) -> dict[str, Operation]:
    """Every route, from the documents that the gateway itself publishes."""
    page = await stage.wire.send("GET", f"{stage.door.url}/docs", {}, None)
    found: dict[str, Operation] = {}
    for door in sorted({name.decode() for name in _DOORS.findall(page.raw)}):
        document = (await stage.wire.send("GET", f"{stage.door.url}/openapi/{door}.json", {}, None)).body
        for path, operations in document["paths"].items():
            for method, one in operations.items():
                found[f"{door} {one['operationId']}"] = _operation(method, path, one)
    if not found:
        raise RuntimeError("the gateway publishes no routes")
    return found


def _operation(method: str, path: str, one: Mapping[str, Any]) -> Operation:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    wants = any(part["in"] == "header" and part["name"] == "Tenant" for part in one.get("parameters", ()))
    return Operation(method.upper(), re.compile(pattern), one.get("x-scope") or "", wants)


async def _elsewhere(stage: Stage, matrix: Matrix) -> None:
    """Canaries where nobody asked for them: the other's webhooks, logs and metrics."""
    mark = stage.owner.mark
    heard = list(read(stage.hears.log.with_suffix(".jsonl")))
    for one in heard:
        if one["path"].startswith(f"/{OTHER.lower()}") and mark in f"{one['headers']}{one['body']}":
            matrix.broke(CANARIES, f"a webhook to {one['path']}: {one['body'][:200]}")
    if not any(one["path"].startswith(f"/{OWNER.lower()}") and mark in one["body"] for one in heard):
        matrix.broke(ROUTES, "no webhook has the canary even of its own tenant")
    matrix.findings.done["webhooks looked at"] += len(heard)
    hidden = (mark, stage.owner.caller.who.secret, await stage.owner.caller.token(), "whsec_")
    for door in stage.doors:
        page = (await stage.wire.send("GET", f"{door.url}/metrics", {}, None)).raw.decode()
        _search(matrix, f"metrics of {door.name}", page, hidden)
        _search(matrix, f"log of {door.name}", door.log.read_text(errors="replace"), hidden)


def _search(matrix: Matrix, where: str, text: str, hidden: Collection[str]) -> None:
    """For canaries, and for what opens a door."""
    matrix.findings.done["lines of logs and metrics"] += text.count("\n")
    for line in text.splitlines():
        if any(one in line for one in hidden):
            matrix.broke(CANARIES, f"{where}: {line[:300]}")


_SMOKE: Final[Mapping[str, Any]] = {"rounds": 1, "numbers": 10, "pairs": 8, "first": 0, "second": 0}

PROOF: Final = Proof(
    name="T11",
    title="cross-tenant matrix: nothing of a tenant's is shown to another or changed by it, behind either wall",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: _SMOKE,
        Size.CI: {"rounds": 5, "numbers": 75, "pairs": 150, "first": 5, "second": 5},
        Size.FULL: {"rounds": 200, "numbers": 500, "pairs": 2_000, "first": 50, "second": 50},
    },
    seeded={"rounds": 1, "numbers": 10, "pairs": 0, "first": 0, "second": 0},
    run=run,
    alone=True,
)
