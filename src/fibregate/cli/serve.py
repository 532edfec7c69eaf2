"""`serve`, `web`, `work` and `migrate`: the gateway itself."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from fibregate import migrate as migrations
from fibregate import rounds
from fibregate.cli import processes
from fibregate.cli.context import REFUSALS, Refused, in_words, settings_of
from fibregate.cli.context import database as opened_database
from fibregate.cli.processes import Plan
from fibregate.settings import Settings
from fibregate.suppliers.network.books import actions as books
from fibregate.web.server import run

Port = Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free one.")]
Host = Annotated[str, typer.Option(help="Address to listen at.")]
DatabaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="PostgreSQL of the runtime role, instead of the embedded server.")
]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the embedded database and the keys.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve", epilog="Example: fibregate serve --port 8080 --data /var/lib/fibregate")(serve)
    app.command("web", epilog="Example: fibregate web --database postgresql://fibregate_runtime@db/fibregate")(web)
    app.command("work", epilog="Example: fibregate work --database postgresql://fibregate_runtime@db/fibregate")(work)
    app.command("migrate", epilog="Example: fibregate migrate --database postgresql://owner@db/fibregate")(migrate)


def serve(port: Port = 8080, host: Host = "127.0.0.1", database: DatabaseUrl = None, data: Data = None) -> None:
    """Run the whole gateway, web and worker, in one process. Stop it with Ctrl-C or SIGTERM."""
    start(_settings(data, database), web=(host, port), worker=True)


def web(database: DatabaseUrl = None, port: Port = 8080, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Run the doors only; any number may run, on any hosts, beside any number of `fibregate work`."""
    start(_apart(data, database), web=(host, port), worker=False)


def work(
    *,
    database: DatabaseUrl = None,
    data: Data = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Show metrics there, at /metrics; 0 takes a free one.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address at which metrics are shown.")] = "127.0.0.1",
) -> None:
    """Run the worker only: dispatch, updates in, timers, KCIs out."""
    metrics = None if metrics_port is None else (host, metrics_port)
    start(_apart(data, database), web=None, worker=True, metrics=metrics)


def _settings(data: Path | None, database: str | None) -> Settings:
    try:
        return settings_of(data, database)
    except Refused as error:
        fail(str(error), code=2)
        raise


def _apart(data: Path | None, database: str | None) -> Settings:
    settings = _settings(data, database)
    if settings.database_url is None:
        fail("The halves meet in a PostgreSQL of your own: give --database or FIBREGATE_DATABASE_URL.", code=2)
    return settings


def start(
    settings: Settings, *, web: tuple[str, int] | None, worker: bool, metrics: tuple[str, int] | None = None
) -> None:
    """Run until stopped; a refusal to start is told in words, with exit code 1."""
    try:
        with opened_database(settings) as (dsn, server):
            plan = Plan(
                settings=settings,
                dsn=dsn,
                server=server,
                web=web,
                worker=worker,
                metrics=metrics,
                prepare=_prepare,
            )
            run(processes.serve(plan))
    except REFUSALS as error:
        fail(in_words(error))


async def _prepare(shared: processes.Shared) -> None:
    now = await shared.clock.now()
    await books.schedule_daily(shared.db, now)
    await rounds.begin(shared.db, now)


def migrate(
    database: Annotated[str, typer.Option(metavar="OWNER_URL", help="PostgreSQL as the owner of the schema.")],
    runtime_role: Annotated[str, typer.Option(help="Login that the service will use.")] = migrations.RUNTIME,
) -> None:
    """Create or update the schema and the runtime role.

    The role's password is taken from FIBREGATE_RUNTIME_PASSWORD. Without it a new role gets one that is shown once, and
    a role that is there keeps its own.
    """
    try:
        asyncio.run(_migrate(database, runtime_role))
    except migrations.MigrationRefused as error:
        fail(str(error))
    except REFUSALS as error:
        fail(f"the schema was not brought up to date: {in_words(error)}")


async def _migrate(database: str, role: str) -> None:
    applied = await migrations.apply(database)
    for name in applied:
        typer.echo(f"applied {name}")
    given = os.environ.get("FIBREGATE_RUNTIME_PASSWORD")
    made = None if given or await migrations.has_role(database, role) else secrets.token_urlsafe(24)
    await migrations.ensure_runtime_role(database, name=role, password=given or made)
    if made:
        typer.echo(f"runtime role {role} has the password {made} (shown once)")
    typer.echo("schema is current")


def fail(message: str, *, code: int = 1) -> None:
    """Say it on standard error and end."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
