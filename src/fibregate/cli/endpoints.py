"""`fibregate endpoint`: how tenants' endpoints fare."""

from typing import Annotated

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_words import local, one_line
from fibregate.cli.tables import table
from fibregate.db import Row
from fibregate.kcis.standing import store
from fibregate.tenants import actions as tenants

endpoint = typer.Typer(no_args_is_help=True, help="Where tenants want their KCIs, and how those places fare.")

_HEADS = ["tenant", "endpoint", "state", "since", "waiting", "parked", "oldest", "next probe", "limits", "URL"]


@endpoint.command("status", epilog="Example: fibregate endpoint status ISP1")
def status(
    tenant: Annotated[str | None, typer.Argument(metavar="[TENANT]", help="Whose; else everybody's.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show each endpoint: its state and since when, what waits for it, what was parked, and when it is probed next.

    FAILING has refused the last attempt and is still tried for every order; DOWN is probed with one; SUSPENDED is not
    tried at all. `oldest` is when the oldest KCI that waits was told. Times are UK local time.
    """

    async def work(bench: Workbench) -> list[tuple[str, Row]]:
        asked = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
        return [(one.code, row) for one in asked for row in await store.list_endpoints(bench.db, one.tenant_id)]

    found = run(work, data, database)
    if not found:
        say("There are no endpoints.")
        return
    table(_HEADS, [_line(code, row) for code, row in found])
    for _, row in found:
        because = row["suspended_because"] if not row["enabled"] else row["last_failure"]
        if because:
            say(f"{row['endpoint_id']}: {one_line(because)}")


def _line(tenant: str, row: Row) -> list[str]:
    state, since = _state(row)
    return [
        tenant,
        str(row["endpoint_id"]),
        state,
        since,
        str(row["waiting"]),
        str(row["parked"]),
        local(row["oldest"]),
        local(row["probe_at"]) if state == "DOWN" else "",
        _limits(row),
        row["url"],
    ]


def _state(row: Row) -> tuple[str, str]:
    if not row["enabled"]:
        return "SUSPENDED", local(row["suspended_at"])
    if row["state"] == "DOWN":
        return "DOWN", local(row["failing_since"])
    return ("FAILING", local(row["failing_since"])) if row["failures"] else ("UP", "")


def _limits(row: Row) -> str:
    rate = f"{row['rate_per_second']}/s" if row["rate_per_second"] else ""
    at_once = f"{row['concurrency']} at once" if row["concurrency"] else ""
    return ", ".join(one for one in (rate, at_once) if one)
