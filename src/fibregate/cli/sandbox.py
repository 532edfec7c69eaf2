"""`sandbox`: the whole gateway with an invented network, a clock that can be moved, and a story at each address."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from fibregate import rounds
from fibregate.cli import processes, sandbox_folder
from fibregate.cli.context import REFUSALS, database, in_words, origin, settings_of
from fibregate.cli.processes import Plan, Shared
from fibregate.cli.sandbox_folder import Folder
from fibregate.cli.serve import Host, Port, fail
from fibregate.doors.sandbox import door
from fibregate.doors.sandbox.services import OPERATOR, SCOPE, Sandbox
from fibregate.sandbox import clock as sandbox_clock
from fibregate.sandbox import parts, store
from fibregate.sandbox.clock import SandboxClock
from fibregate.sandbox.world import actions as world
from fibregate.settings import Settings
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import SANDBOX_SUPPLIER_SCOPES, SANDBOX_TENANT_SCOPES, Actor
from fibregate.web.door import Door
from fibregate.web.fields import Instant
from fibregate.web.server import run

TENANTS = ("YOUR_TENANT", "ISP1", "ISP2")
SUPPLIERS = ("NETWORK1",)


class ClockKeeper(StrEnum):
    """Who may move a sandbox's clock."""

    ANYONE = "anyone"
    OPERATOR = "operator"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("sandbox", epilog="Example: fibregate sandbox --port 8080 --data ./sandbox --now 2025-07-01")(sandbox)


def sandbox(
    *,
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the sandbox; what it holds is resumed.")],
    port: Port = 8080,
    host: Host = "127.0.0.1",
    now: Annotated[str | None, typer.Option(metavar="ISO", help="What a new sandbox's clock first shows.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the sandbox in DIR away and begin anew.")] = False,
    clock: Annotated[ClockKeeper, typer.Option(help="Who may move the clock.")] = ClockKeeper.ANYONE,
) -> None:
    """Run a sandbox. When it prints `ready …`, DIR/sandbox.json holds its address, clients and secrets."""
    try:
        folder = sandbox_folder.claim(data, now=instant(now), fresh=fresh)
        settings = _settings(folder)
        with database(settings) as (dsn, server):
            plan = Plan(
                settings=settings,
                dsn=dsn,
                server=server,
                web=(host, port),
                clock=SandboxClock,
                wholesale=lambda shared: parts.hooks(shared.db, shared.clock),
                doors=partial(_doors, by_operator_only=clock is ClockKeeper.OPERATOR),
                working=lambda _: parts.working(),
                lanes=lambda shared: parts.handlers(shared.db, shared.clock),
                prepare=partial(_prepare, folder),
                settled=partial(_write_address, folder),
            )
            run(processes.serve(plan))
    except REFUSALS as error:
        fail(in_words(error))


def instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = Instant.read(text) if "T" in text else datetime.fromisoformat(f"{text}T00:00:00+00:00")
    except ValueError:
        fail(f"--now: {text!r} is not accepted; write 2025-07-01 or 2025-07-01T09:00:00Z", code=2)
        return None
    return found.astimezone(UTC)


def _settings(folder: Folder) -> Settings:
    """The environment's settings, but for what makes a sandbox safe and open: loopback receivers, no limits.

    Its hourly looks come once a day, for each is a stop on every walk of its clock.
    """
    given = settings_of(folder.path, None)
    return given.model_copy(
        update={
            "database_url": None,
            "webhook_allow": ["127.0.0.0/8", "::1/128"],
            "webhook_ports": [],
            "webhook_plain_http": True,
            "supplier_allow": ["127.0.0.0/8", "::1/128"],
            "supplier_ports": [],
            "supplier_plain_http": True,
            "one_open_order": False,
            "hold_limit": 0,
            "checks_minutes": 1440,
        }
    )


def _doors(shared: Shared, *, by_operator_only: bool) -> tuple[Door[Any], ...]:
    services = Sandbox(db=shared.db, clock_scope=OPERATOR if by_operator_only else SCOPE)
    return (door.door(services, shared.callers.authenticate),)


async def _prepare(folder: Folder, shared: Shared) -> None:
    """Make the sandbox, or go on where its making was cut off; one that is there ticks on."""
    db = shared.db
    if (await store.read_clock(db))["sandbox"]:
        await sandbox_clock.resume(db)
    else:
        await sandbox_clock.set_start(db, folder.began_at)
    codes = {one.code: one.tenant_id for one in await tenants.list_all(db)}
    for code in TENANTS:
        if code not in codes:
            async with db.tx(None) as tx:
                codes[code] = (await tenants.add(tx, code, by=_maker())).tenant_id
    now = await shared.clock.now()
    await world.seed(db, codes, now)
    await rounds.begin(db, now)
    if not folder.read_card():
        folder.write_card(await _new_card(shared))


def _maker() -> Actor:
    return Actor(origin(), "sandbox")


async def _new_card(shared: Shared) -> dict[str, Any]:
    async with shared.db.tx(None) as tx:
        made = [
            (code, await tenants.add_tenant_client(tx, shared.vault, code, scopes=SANDBOX_TENANT_SCOPES, by=_maker()))
            for code in TENANTS
        ]
        speaking = [
            (
                code,
                await tenants.add_supplier_client(tx, shared.vault, code, scopes=SANDBOX_SUPPLIER_SCOPES, by=_maker()),
            )
            for code in SUPPLIERS
        ]
        operator = await tenants.add_operator_token(tx, shared.vault, "sandbox", by=_maker())
    return {
        "baseUrl": None,
        "tenants": [{"tenant": code, "clientId": one.client_id, "clientSecret": one.secret} for code, one in made],
        "suppliers": [
            {"supplier": code, "clientId": one.client_id, "clientSecret": one.secret} for code, one in speaking
        ],
        "operator": {"token": operator},
    }


def _write_address(folder: Folder, url: str) -> None:
    folder.write_card({**folder.read_card(), "baseUrl": url})
