"""`fibregate actions`: what waits for somebody, and for whom, the overdue first."""

from datetime import datetime
from typing import Annotated

import typer

from fibregate.cli.cases import needs
from fibregate.cli.cases.needs import Need
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_words import local
from fibregate.cli.tables import table
from fibregate.tenants import actions as tenants

HEADS = ["", "who", "by", "tenant", "about", "what", "since"]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("actions", epilog="Example: fibregate actions ISP1 --who TENANT")(actions)


def actions(
    tenant: Annotated[str | None, typer.Argument(metavar="[TENANT]", help="Whose; else everybody's.")] = None,
    *,
    who: Annotated[str | None, typer.Option(help="Only what waits for this one: TENANT, SUPPLIER or OPERATOR.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show who must act on what, and by when: overdue ones first and marked.

    Orders that wait for an answer of their tenant, suppliers of which no news came in time, endpoints that take nothing
    or were suspended, deliveries that are parked or refused. Times are UK local time.
    """

    async def work(bench: Workbench) -> tuple[list[Need], datetime]:
        asked = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
        found = [one for each in asked for one in await needs.of_tenant(bench.db, each)]
        return [one for one in found if who is None or who.upper() in one.who.split()], await bench.clock.now()

    found, now = run(work, data, database)
    if not found:
        say("Nothing waits for anybody.")
        return
    table(HEADS, [_line(one, now) for one in sorted(found, key=lambda one: one.ranks(now))])
    late = sum(one.overdue(now) for one in found)
    say(f"{len(found)} open, {late} overdue. The story of an order: fibregate why ORDER.")


def _line(one: Need, now: datetime) -> list[str]:
    mark = "OVERDUE" if one.overdue(now) else ""
    by = local(one.by) or "as soon as possible"
    return [mark, one.who, by, one.tenant, one.about, one.what, local(one.since)]
