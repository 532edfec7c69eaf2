"""`fibregate supplier list|check`: which suppliers there are, and how they answer."""

from typing import Annotated

import typer

from fibregate.cli import outbound
from fibregate.cli.context import Refused, Workbench
from fibregate.cli.desk import Data, Database, run, say, written
from fibregate.cli.tables import table
from fibregate.db import Row
from fibregate.suppliers.accounts import actions, store
from fibregate.suppliers.accounts.model import CAPABILITIES, Supplier
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.circuits import actions as circuits
from fibregate.suppliers.circuits.model import Circuit, Condition
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.questions import Trace
from fibregate.web.connector import Connector


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("list", epilog="Example: fibregate supplier list")(list_all)
    app.command("check", epilog="Example: fibregate supplier check ALTNET1")(check)


def list_all(data: Data = None, database: Database = None) -> None:
    """Show all suppliers, what they can do, the accounts at them, and how they answer."""

    async def work(bench: Workbench) -> list[tuple[Supplier, list[Row], Condition | None]]:
        rows = await store.list_accounts(bench.db)
        known = await circuits.conditions(bench.db)
        found = await actions.list_suppliers(bench.db)
        return [(one, [row for row in rows if row["code"] == one.code], known.get(one.code)) for one in found]

    lines = [
        [
            f"{one.code}{'' if one.enabled else ' (disabled)'}",
            one.name,
            "own network" if one.own else "\n".join(_account(row) for row in rows) or "no account",
            "all" if one.capabilities >= set(CAPABILITIES) else ", ".join(sorted(one.capabilities)),
            ", ".join(sorted(one.extensions)) + (" replays" if one.replays else ""),
            "" if one.own else "\n".join(_told(health)),
        ]
        for one, rows, health in run(work, data, database)
    ]
    table(["supplier", "name", "accounts", "can do", "extensions", "answers"], lines)


def _account(row: Row) -> str:
    told = f"{row['name']}: {row['tenant_name']} at {row['base_url']}{row['prefix']} ({row['auth_kind']})"
    return told if row["enabled"] else f"{told} disabled"


def _told(health: Condition | None) -> list[str]:
    if health is None:
        return ["not called yet"]
    good = written(health.last_good_at) or "never"
    state = health.state.value if health.since is None else f"{health.state.value} since {written(health.since)}"
    lines = [state, f"last success {good}"]
    if health.last_fault_at is not None:
        lines.append(f"last failure {written(health.last_fault_at)} {health.last_fault}")
    if health.failing_since is not None:
        lines.append(f"failing since {written(health.failing_since)}")
    return [*lines, *(_circuit(one) for one in health.opened)]


def _circuit(one: Circuit) -> str:
    of = one.process
    return f"{one.state.value} in {of.name} ({of.host}, process {of.pid}) since {written(one.since)}"


Code = Annotated[str, typer.Argument(metavar="SUPPLIER", help="Its code.")]


def check(code: Code, data: Data = None, database: Database = None) -> None:
    """Show how a supplier answers the gateway, and call it now, under each of its accounts.

    Exit code 1 when one gave no answer.
    """

    async def work(bench: Workbench) -> tuple[Condition | None, list[list[str]]]:
        rows = [row for row in await store.list_accounts(bench.db) if row["code"] == code]
        if not rows:
            raise Refused(f"{code} has no account; see fibregate supplier account --help")
        guard = outbound.to_suppliers(bench.settings)
        async with Connector(guard, connect_seconds=5, total_seconds=30) as connector:
            networks = Networks(bench.db, bench.vault, Accesses(connector))
            tried = [[row["name"], *await _tried(networks, row)] for row in rows]
        return (await circuits.conditions(bench.db)).get(code), tried

    health, found = run(work, data, database)
    for line in _told(health):
        say(line)
    if health is not None and health.last_fault_text:
        say(f"in its words: {health.last_fault_text}")
    table(["account", "", "what came now"], found)
    if any(line[1] not in {"well", "disabled"} for line in found):
        raise typer.Exit(1)


async def _tried(networks: Networks, row: Row) -> list[str]:
    if not row["called"]:
        return ["disabled", "nothing is called"]
    try:
        await (await networks.at(row["account_id"])).probe(Trace("check"))
    except SupplierFailed as failed:
        return [failed.kind.value, str(failed)]
    standing = networks.health[row["code"]].standing()
    return ["well", f"answered in {standing.p50_ms or 0:.0f} ms"]
