"""`fibregate alarms`: what a person should look at."""

from typing import Annotated

import typer

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Alarm
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_words import local
from fibregate.cli.tables import table
from fibregate.db import WORK_ROLE
from fibregate.tenants import actions as tenants

MOST = 1000


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("alarms", epilog="Example: fibregate alarms --all")(show_alarms)


def show_alarms(
    *,
    cleared: Annotated[bool, typer.Option("--all", help="Cleared ones, too.")] = False,
    tenant: Annotated[str | None, typer.Option(metavar="TENANT", help="Only those about this tenant.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many of a tenant.")] = 100,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show what is wrong: open alarms first, of all tenants and the gateway's own. Times are UK local time."""

    async def work(bench: Workbench) -> list[tuple[str, Alarm]]:
        codes = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
        whose = (
            [("", None), *((one.code, one.tenant_id) for one in codes)]
            if tenant is None
            else [(one.code, one.tenant_id) for one in codes]
        )
        return [
            (code, one)
            for code, number in whose
            for one in await alarms.list_of(bench.db, number, cleared=cleared, limit=limit)
        ]

    found = run(work, data, database, role=WORK_ROLE)
    if not found:
        say("No alarms." if cleared else "No open alarms.")
        return
    found.sort(key=lambda one: (one[1].cleared_at is not None, -one[1].id))
    table(
        ["alarm", "tenant", "kind", "about", "raised", "cleared", "what", "not told because"], list(map(_line, found))
    )


def _line(found: tuple[str, Alarm]) -> list[str]:
    code, one = found
    kind = one.kind.value if one.level == 1 else f"{one.kind.value} ({one.level})"
    return [
        str(one.id),
        code,
        kind,
        one.subject,
        local(one.raised_at),
        local(one.cleared_at),
        one.text,
        one.untold_because or "",
    ]
