"""`fibregate ethernet`: what our own network sells between sites, and where."""

from pathlib import Path
from typing import Annotated, Final

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.premises import rule_of
from fibregate.cli.premises_report import ScreenReport
from fibregate.cli.tables import table
from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.quotes.keeping import money
from fibregate.sandbox import store as sandbox
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.model import Supplier
from fibregate.suppliers.network.ethernet import actions, lists, sites
from fibregate.suppliers.network.ethernet.model import PriceList
from fibregate.suppliers.network.footprint.model import Bad, Outcome
from fibregate.tenants import audit

ethernet = typer.Typer(no_args_is_help=True, help="What our own network sells between sites, and where.")

_HELP_OF_COLUMNS: Final = "\n\n".join(f"{name}: {says}." for name, says in sites.COLUMNS.items())
_TEMPLATE: Final = """\
# Prices are in pounds without VAT. A quote holds for so many days.
validity_days = 30
# Building is free up to this, at each site.
included_construction = 2800.00
# Working days: without a survey, with one, and where something is built.
lead_days = { none = 15, survey = 30, civils = 65 }
# Days between the order of a cease and the first day on which the circuit can end.
cease_notice_days = 30
# Per cent of the monthly price, by months of the term.
terms = { 12 = 100, 36 = 85, 60 = 76 }

# What a service costs more a month from so many metres of straight line on.
distances = [
    { from_metres = 0, monthly = 0.00 },
    { from_metres = 5000, monthly = 35.00 },
]

# roles: ENDS joins one A-END with one B-END, ANY takes sites of any role.
[[products]]
id = "ethernet-epl"
name = "Ethernet private line"
roles = "ENDS"

# The rate, then the bearer.
[products.bandwidths]
100M1G = { monthly = 260.00, connection = 950.00 }
1G1G = { monthly = 350.00, connection = 1200.00 }
"""
Code = Annotated[str | None, typer.Option("--supplier", metavar="CODE", help="Under which of our own network's codes.")]


@ethernet.command("template", epilog="Example: fibregate ethernet template > prices.toml")
def template() -> None:
    """Print a price list to begin with."""
    typer.echo(_TEMPLATE, nl=False)


@ethernet.command("prices", epilog="Example: fibregate ethernet prices prices.toml --dry-run")
def put_prices(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.toml", exists=True, dir_okay=False, readable=True, help="The price list.")
    ],
    *,
    supplier: Code = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge, change nothing.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Put a price list in the place of the one before; quotes that were given stay as they are.

    TOML; `fibregate ethernet template` prints one. A longer term must not cost more a month, a higher rate or a longer
    way not less. Every fault is told, and then nothing is changed.
    """

    async def work(bench: Workbench) -> tuple[str, lists.Listed]:
        with file.open("rb") as source:
            found = lists.read(source)
        async with bench.db.tx(None) as tx:
            own = await _own(tx, supplier)
            if not dry_run:
                await lists.put(tx, own.supplier_id, found)
                await _note(tx, "ethernet.prices", own.code, {"file": file.name, "products": len(found.products)})
        return own.code, found

    code, found = run(work, data, database)
    bandwidths = sum(len(one.bandwidths) for one in found.products)
    said = "could be sold" if dry_run else "are sold"
    say(f"{code}: {len(found.products)} products at {bandwidths} bandwidths {said}, for {_months(found)} months.")


def _months(found: lists.Listed) -> str:
    return ", ".join(map(str, sorted(found.terms)))


async def _own(tx: Tx, code: str | None) -> Supplier:
    """The one of that code, or our own network under its usual one."""
    known = [one for one in await accounts.list_suppliers(tx) if one.own]
    for one in known:
        if one.code == code or (code is None and not one.only_ethernet):
            return one
    raise Invalid(f"supplier: {code} is none of our own; accepted: {', '.join(one.code for one in known)}")


async def _note(tx: Tx, act: str, subject: str, details: dict[str, object]) -> None:
    by = operator_here()
    await audit.record(tx, tenant=None, actor=by.name, act=act, subject=subject, origin=by.origin, details=details)


@ethernet.command(
    "sites",
    epilog="Example: fibregate ethernet sites sites.csv --dry-run",
    help=(
        "Import a CSV file of sites: all of its lines or none. What is there already is updated.\n\n"
        f"The first line names the columns, in any order. UTF-8, one site a line.\n\n{_HELP_OF_COLUMNS}\n\n"
        "Bad lines are told on the screen and kept, with their reasons, in FILE.bad.csv; with any of them nothing is "
        "imported. Exit code 0: imported, or could be. 1: nothing was imported."
    ),
)
def import_sites(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help="What to import.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and tell, import nothing.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    async def work(bench: Workbench) -> Outcome:
        is_sandbox = bool((await sandbox.read_clock(bench.db))["sandbox"])
        with report, file.open("rb", buffering=1 << 20) as source:
            lines = sites.lines(source, refuse=rule_of(is_sandbox=is_sandbox))
            report.header(lines.names)
            read = list(lines.entries())
            bad = [one for one in read if isinstance(one, Bad)]
            good = [one for one in read if isinstance(one, sites.Entry)]
            for one in bad:
                report.bad(one)
            if bad or dry_run:
                return Outcome(len(read), len(bad), refused=bool(bad))
            async with bench.db.tx(None) as tx:
                new, changed = await sites.put(tx, good)
                await _note(tx, "ethernet.sites", file.name, {"new": new, "changed": changed})
        return Outcome(len(read), 0, new=new, changed=changed, same=len(good) - new - changed)

    report = ScreenReport(file)
    outcome = run(work, data, database)
    report.tell_bad(outcome)
    if outcome.refused:
        typer.secho("Nothing was imported.", err=True, fg="red")
        raise typer.Exit(1)
    if dry_run:
        say(f"{outcome.read:,} could be imported.")
    else:
        say(f"{outcome.new:,} new, {outcome.changed:,} changed, {outcome.same:,} as they were.")


@ethernet.command("show", epilog="Example: fibregate ethernet show")
def show_prices(data: Data = None, database: Database = None) -> None:
    """Show what is sold under each code: every bandwidth, a month at the shortest term and once, without distance."""

    async def work(bench: Workbench) -> list[tuple[str, PriceList]]:
        own = [one for one in await accounts.list_suppliers(bench.db) if one.own]
        found = [(one.code, await actions.find_prices(bench.db, one.supplier_id)) for one in own]
        return [(code, prices) for code, prices in found if prices is not None]

    for code, prices in run(work, data, database):
        terms = ", ".join(f"{months} months {percent:f} %" for months, percent in sorted(prices.terms.items()))
        table(
            ["product", "bandwidth", "monthly", "connection"],
            [
                [product.id, one.code, money(one.monthly), money(one.connection)]
                for product in prices.products.values()
                for one in product.bandwidths
            ],
            title=(
                f"{code}: {terms}; quotes hold {prices.validity_days} days; "
                f"a cease has {prices.cease_notice_days} days' notice"
            ),
        )
