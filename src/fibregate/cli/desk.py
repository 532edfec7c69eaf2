"""What the operator's commands share: a run with the database open, a refusal, a table, a time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from fibregate.cli.context import REFUSALS, Workbench, opened, origin
from fibregate.db import APP_ROLE
from fibregate.errors import GatewayError
from fibregate.tenants.model import Actor

T = TypeVar("T")

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the embedded database.")]
Database = Annotated[str | None, typer.Option("--database", help="PostgreSQL of your own, as a URL.")]


def run(
    work: Callable[[Workbench], Awaitable[T]], data: Path | None, database: str | None, *, role: str = APP_ROLE
) -> T:
    """What `work` gives; when it is refused, the reason on stderr and exit code 1."""

    async def inside() -> T:
        async with opened(data, database, role=role) as bench:
            return await work(bench)

    try:
        return asyncio.run(inside())
    except (GatewayError, *REFUSALS) as error:
        typer.secho(f"refused: {error}", err=True, fg="red")
        raise typer.Exit(1) from error


def operator_here() -> Actor:
    """Who sits at this machine, as the system says."""
    return Actor(origin(), origin=socket.gethostname())


def say(text: str) -> None:
    typer.echo(text)


def show(heads: list[str], lines: list[list[str]]) -> None:
    """A table, or a word when it would be empty."""
    if not lines:
        say("None yet.")
        return
    table = Table(*heads)
    for line in lines:
        table.add_row(*line)
    Console().print(table, markup=False)


def written(at: datetime | None) -> str:
    """In UTC, to the second."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
