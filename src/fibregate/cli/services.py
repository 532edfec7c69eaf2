"""`fibregate services`: what lives on our network, and what lived there before."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from fibregate.calendars import uk_date
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.premises import rule_of
from fibregate.cli.premises_report import SHOWN, ScreenReport
from fibregate.cli.tables import table
from fibregate.db import Row, Tx
from fibregate.sandbox import store as sandbox
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.suppliers.network.footprint.model import Bad, Outcome
from fibregate.suppliers.network.inventory import actions, store
from fibregate.suppliers.network.inventory.lines import lines as lines_of
from fibregate.suppliers.network.inventory.model import COLUMNS, Entry, Reconciled
from fibregate.suppliers.network.sheets import Sheet
from fibregate.tenants import actions as tenants
from fibregate.tenants import audit

services = typer.Typer(no_args_is_help=True, help="Services that live on our network.")

_TEMPLATE: Final = f"""\
{",".join(COLUMNS)}
OLD-7712,ISP1,100012345678,ONT0000000001,1,1001,2023-07-16,80/20,CARE_LEVEL=STANDARD,,,,LN0000000001,FGTE00000001,\
Fenwick Optical,4,Ground,Hallway,Left of front door
"""
_HELP_OF_COLUMNS = "\n\n".join(f"{name}: {says}." for name, says in COLUMNS.items())


@services.command(
    "import",
    epilog="Example: fibregate services import services.csv --dry-run",
    help=(
        "Bring in services that live already: all of a file's or none, with the ids that they have.\n\n"
        "The file and the network are reconciled first: what only the file has is brought in; what only the network "
        "has, and what the two tell differently, is told and left as it is. All of that is kept in "
        "FILE.reconciliation.csv."
        f"\n\nThe first line names the columns, in any order. UTF-8, one service a line.\n\n{_HELP_OF_COLUMNS}\n\n"
        "Bad lines are told on the screen and kept, with their reasons, in FILE.bad.csv; with any of them nothing is "
        "imported. Exit code 0: imported, or could be. 1: nothing was imported."
    ),
)
def import_services(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help="What to import.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Reconcile and tell, import nothing.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    async def work(bench: Workbench) -> tuple[Reconciled, Outcome]:
        is_sandbox = bool((await sandbox.read_clock(bench.db))["sandbox"])
        now = await bench.clock.now()
        with report, file.open("rb", buffering=1 << 20) as source:
            lines = lines_of(source, refuse=rule_of(is_sandbox=is_sandbox))
            report.header(lines.names)
            entries = list(_readable(lines, report, bad := []))
            async with bench.db.tx(None) as tx:
                found, wrong, there = await actions.reconcile(tx, entries, now)
                for one in wrong:
                    report.bad(one)
                refused = bool(bad or wrong)
                if not refused and not dry_run:
                    await actions.place(tx, found.new, there)
                    await _note(tx, file, found)
        read, count = len(entries) + len(bad), len(bad) + len(wrong)
        return found, Outcome(read, count, new=len(found.new), same=found.same, refused=refused)

    report = ScreenReport(file)
    found, outcome = run(work, data, database)
    report.tell_bad(outcome)
    _tell(file, found)
    if outcome.refused:
        typer.secho("Nothing was imported.", err=True, fg="red")
        raise typer.Exit(1)
    brought = "could be brought in" if dry_run else "brought in"
    say(f"{len(found.new):,} {brought}, {found.same:,} as they were.")


def _readable(lines: Sheet[Entry], report: ScreenReport, bad: list[Bad]) -> Iterator[Entry]:
    for one in lines.entries():
        if isinstance(one, Bad):
            bad.append(one)
            report.bad(one)
        else:
            yield one


def _tell(file: Path, found: Reconciled) -> None:
    """What differs and what only the network has: the first on the screen, all of it in a file."""
    where = file.with_name(f"{file.stem}.reconciliation.csv")
    with where.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out).writerow
        write(["what", "tenant", "service_id", "details"])
        for row in _rows(found):
            write(row)
    for what, tenant, service, details in [row for row in _rows(found) if row[0] != "only in the file"][:SHOWN]:
        say(f"{what}: {service} of {tenant}{f': {details}' if details else ''}")
    say(
        f"Reconciled: {len(found.new):,} only in the file, {found.same:,} the same, {len(found.differs):,} told "
        f"differently, {len(found.only_there):,} only on the network; all of them: {where}"
    )


def _rows(found: Reconciled) -> Iterator[tuple[str, str, str, str]]:
    for one in found.differs:
        details = "; ".join(
            f"{name} is {ours} here, {theirs} in the file" for name, (ours, theirs) in one.columns.items()
        )
        yield "differs", one.tenant, one.service_id, f"line {one.line}: {details}"
    for one in found.only_there:
        at = f"UPRN {one.facts['uprn']}, {one.facts['ont_reference']} port {one.facts['port']}"
        yield "only on the network", one.tenant, one.service_id, at
    for one in found.new:
        yield "only in the file", one.tenant, one.service_id, f"line {one.line}"


async def _note(tx: Tx, file: Path, found: Reconciled) -> None:
    by = operator_here()
    details = {"new": len(found.new), "same": found.same, "differ": len(found.differs)}
    await audit.record(
        tx, tenant=None, actor=by.name, act="services.import", subject=file.name, origin=by.origin, details=details
    )


@services.command("template", epilog="Example: fibregate services template > services.csv")
def template() -> None:
    """Print a file to begin with: every column, and one service that shows how they are filled in."""
    typer.echo(_TEMPLATE, nl=False)


@services.command("list", epilog="Example: fibregate services list --tenant ISP1")
def list_services(
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    uprn: Annotated[int | None, typer.Option(min=1, help="Only at this premises.")] = None,
    ceased: Annotated[bool, typer.Option("--ceased", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many of a tenant.")] = 200,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show services of our own network, the oldest of each tenant first; lines before circuits."""

    async def work(bench: Workbench) -> list[list[str]]:
        if tenant is not None:
            asked = [await tenants.get(bench.db, tenant)]
        else:
            asked = await tenants.list_all(bench.db)
        found: list[list[str]] = []
        for one in asked:
            lines = await store.list_live(bench.db, one.tenant_id, ceased=ceased, uprn=uprn, limit=limit)
            others = await circuits.list_live(bench.db, one.tenant_id, ceased=ceased, uprn=uprn, limit=limit)
            found += [*(_line(one.code, row) for row in lines), *(_circuit(one.code, each) for each in others)]
        return found

    table(
        ["service", "tenant", "state", "uprn", "ont", "port", "handed over at", "vlan", "since", "order", "what"],
        run(work, data, database),
    )


def _line(code: str, row: Row) -> list[str]:
    return [
        row["service_id"],
        code,
        row["state"] if row["ceased_at"] is None else f"{row['state']} {uk_date(row['ceased_at']).isoformat()}",
        str(row["uprn"]),
        row["ont_reference"],
        str(row["port_number"]),
        row["enni_id"],
        f"{row['outer_vlan']}.{row['inner_vlan']}",
        uk_date(row["since"]).isoformat(),
        str(row["order_id"] or ""),
        ", ".join(f"{one['name']} {one['value']}" for one in row["characteristics"]),
    ]


def _circuit(code: str, one: Circuit) -> list[str]:
    """Its sites stand one below the other."""
    return [
        one.service_id,
        code,
        one.state if one.ceased_at is None else f"{one.state} {uk_date(one.ceased_at).isoformat()}",
        "\n".join(str(each.address["id"]) for each in one.ends),
        "",
        "",
        "\n".join(f"{each.role} {each.name}" for each in one.ends),
        "\n".join(each.vlan for each in one.ends),
        uk_date(one.since).isoformat() if one.since else "",
        str(one.order_id or ""),
        f"{one.reference}, {one.product} {one.bandwidth}, {one.months} months, {one.monthly:.2f} a month",
    ]
