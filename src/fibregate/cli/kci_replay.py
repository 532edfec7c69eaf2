"""`fibregate kci replay`: count what would be sent again, ask, send it, and watch."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.tables import table
from fibregate.clock import UK
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays.model import Asked, Outline, Replay
from fibregate.tenants import actions as tenants
from fibregate.vocabulary import TenantId

PATIENCE: Final = 30.0
"""Seconds without anything being sent after which `--wait` waits no longer."""


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("replay", epilog="Example: fibregate kci replay ISP1 --undelivered --preview")(replay)


def replay(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Whose KCIs.")],
    *,
    kci: Annotated[UUID | None, typer.Option(help="This one, by its id.")] = None,
    order: Annotated[int | None, typer.Option(min=1, help="All of this order.")] = None,
    told_from: Annotated[
        str | None, typer.Option("--from", help="All told from then on; UK time without zone.")
    ] = None,
    told_to: Annotated[str | None, typer.Option("--to", help="All told before then.")] = None,
    undelivered: Annotated[bool, typer.Option("--undelivered", help="All that waits, parked included.")] = False,
    endpoint: Annotated[UUID | None, typer.Option(help="To this endpoint; else to all of the tenant's.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Count them, and send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Watch until all is sent.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Send KCIs again: one, an order's, those of a time, or all that is undelivered.

    They go out in order, with the same `webhook-id` and bytes as ever and the header `webhook-replay`. Replaying what
    is undelivered sets parked lanes going.
    """
    given = [kci is not None, order is not None, bool(told_from or told_to), undelivered]
    if sum(given) != 1:
        raise typer.BadParameter("say exactly one of --kci, --order, --from and --to, --undelivered")
    first, end = _instant(told_from), _instant(told_to)
    asked = Asked(endpoint=endpoint, kci=kci, order_id=order, told_from=first, told_to=end, undelivered=undelivered)
    how = _How(preview=preview, yes=yes, wait=wait)

    async def work(bench: Workbench) -> None:
        await _replay(bench, tenant, asked, how)

    run(work, data, database)


@dataclass(frozen=True, slots=True)
class _How:
    preview: bool
    yes: bool
    wait: bool


async def _replay(bench: Workbench, tenant: str, asked: Asked, how: _How) -> None:
    whose = (await tenants.get(bench.db, tenant)).tenant_id
    found = await replays.preview(bench.db, whose, asked)
    _tell(found)
    if how.preview or not (found.count or found.resumed):
        return
    if not how.yes:
        typer.confirm("Send them?", abort=True)
    made = await replays.make(bench.db, whose, asked, replay=None, by=operator_here())
    say(f"Replay {made.replay}: {made.outline.count} KCIs.")
    if how.wait:
        now = await _watch(bench, whose, made)
        say(f"{now.sent} sent, {now.open} open." + (" They go on by themselves." if now.open else ""))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time; accepted is one such as 2025-07-01T09:00 or 2025-07-01T08:00Z"
        raise typer.BadParameter(message) from None
    return found if found.tzinfo else found.replace(tzinfo=UK)


def _tell(found: Outline) -> None:
    if found.parts:
        table(["endpoint", "KCIs"], [[str(part.endpoint), str(part.count)] for part in found.parts])
    resumed = f", and {found.resumed} of earlier replays that were parked go on" if found.resumed else ""
    say(f"{found.count} KCIs{resumed}.")


async def _watch(bench: Workbench, whose: TenantId, made: Replay) -> Replay:
    """Until all is sent, or nothing has been for a while: an endpoint that is down takes its time."""
    columns = (TextColumn("sent"), BarColumn(), MofNCompleteColumn())
    loop = asyncio.get_running_loop()
    moved, sent = loop.time(), -1
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sent", total=made.outline.count)
        while True:
            now = await replays.get(bench.db, whose, made.replay)
            bar.update(task, completed=now.sent)
            if now.sent != sent:
                moved, sent = loop.time(), now.sent
            if not now.open or loop.time() - moved > PATIENCE:
                return now
            await asyncio.sleep(0.2)
