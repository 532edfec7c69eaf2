"""`fibregate premises`: what the network covers, and a whole list of premises at once."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say, show
from fibregate.cli.premises_report import ScreenReport, took
from fibregate.errors import Invalid
from fibregate.sandbox import store as sandbox
from fibregate.sandbox.world.places import FIRST_UPRN, LAST_UPRN, is_sandbox_uprn
from fibregate.suppliers.network.catalogue import ORDER_CHARACTERISTICS
from fibregate.suppliers.network.footprint import actions, store
from fibregate.suppliers.network.footprint.model import COLUMNS, Outcome, UprnRule
from fibregate.tenants import actions as tenants
from fibregate.tenants import audit
from fibregate.vocabulary import Nation

premises = typer.Typer(no_args_is_help=True, help="What the network covers: areas, profiles, handovers, premises.")

_CODE: Final = re.compile(r"[A-Z0-9_-]{1,20}")
_TEMPLATE: Final = f"""\
{",".join(COLUMNS)}
100012345678,FENBRIDGE,GPON,READY,,,STANDARD,false,,,12,High Street,,Fenbridge,FB1 2AB,UK
100012345679,FENBRIDGE,GPON,READY,,,STANDARD,false,Flat 2,Mill House,1,Mill Lane,,Fenbridge,FB1 2AC,UK
100012345680,FENBRIDGE,,PLANNED,Being built,2026-03-01,,false,,,14,High Street,,Fenbridge,FB1 2AB,UK
"""
_HELP_OF_COLUMNS = "\n\n".join(f"{name}: {says}." for name, says in COLUMNS.items())


@premises.command(
    "import",
    epilog="Example: fibregate premises import premises.csv --skip-bad",
    help=(
        "Import a CSV file: all of its lines or none. What is there already is updated.\n\n"
        "The first line names the columns, in any order; a column that is left out changes nothing. UTF-8, one premises"
        f" a line.\n\n{_HELP_OF_COLUMNS}\n\n"
        "Bad lines are told on the screen and kept, with their reasons, in FILE.bad.csv; with any of them nothing is "
        "imported, unless --skip-bad is given. Exit code 0: imported. 1: nothing was imported."
    ),
)
def import_premises(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help="What to import.")
    ],
    *,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good lines, leave out the bad.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    async def work(bench: Workbench) -> Outcome:
        is_sandbox = bool((await sandbox.read_clock(bench.db))["sandbox"])
        may = await actions.known(bench.db, rule_of(is_sandbox=is_sandbox))
        with report, file.open("rb", buffering=1 << 20) as source:
            async with bench.db.tx(None) as tx:
                found = await actions.run(tx, source, may, report, skip_bad=skip_bad)
                if not found.refused:
                    await _note(tx, file, found)
            return found

    report = ScreenReport(file)
    outcome = run(work, data, database)
    report.tell_bad(outcome)
    if outcome.refused:
        typer.secho("Nothing was imported.", err=True, fg="red")
        raise typer.Exit(1)
    say(
        f"{outcome.new:,} new, {outcome.changed:,} changed, {outcome.same:,} as they were, {outcome.bad:,} left out; "
        f"{took(report.seconds, outcome.read)}."
    )


def rule_of(*, is_sandbox: bool) -> UprnRule:
    """Which premises may come into this system."""

    def refuse(uprn: int) -> str | None:
        if is_sandbox == is_sandbox_uprn(uprn):
            return None
        if is_sandbox:
            return f"{uprn} may be a real premises; a sandbox takes {FIRST_UPRN} to {LAST_UPRN} only"
        return f"{uprn} belongs to sandboxes ({FIRST_UPRN} to {LAST_UPRN}) and is no real premises"

    return refuse


async def _note(tx: actions.Tx, file: Path, found: Outcome) -> None:
    by = operator_here()
    details = {"new": found.new, "changed": found.changed, "same": found.same, "left out": found.bad}
    await audit.record(
        tx,
        tenant=None,
        actor=by.name,
        act="premises.import",
        subject=file.name,
        origin=by.origin,
        details=details,
    )


@premises.command("template", epilog="Example: fibregate premises template > premises.csv")
def template() -> None:
    """Print a file to begin with: every column, and three premises that show how they are filled in."""
    typer.echo(_TEMPLATE, nl=False)


@premises.command("area", epilog='Example: fibregate premises area FENBRIDGE --name "Fenbridge" --nation ENG')
def put_area(
    area: Annotated[str, typer.Argument(metavar="AREA", help="Capital letters, digits, - and _; at most 20.")],
    nation: Annotated[Nation, typer.Option(help="Whose bank holidays its engineers keep.")],
    *,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Make an area, or change it. Premises, handovers and slot books belong to one."""
    if not _CODE.fullmatch(area):
        raise typer.BadParameter(f"{area!r}: 1 to 20 capital letters, digits, - and _ are accepted")

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await store.put_area(tx, area, name=name, nation=nation.value)
            await _record(tx, "premises.area", area)

    run(work, data, database)
    say(f"Area {area} is there. Next: fibregate premises handover TENANT {area}; fibregate slots book-create {area}")


@premises.command("areas", epilog="Example: fibregate premises areas")
def list_areas(data: Data = None, database: Database = None) -> None:
    """Show all areas, with how many slot books each has."""

    async def work(bench: Workbench) -> list[list[str]]:
        found = await store.list_areas(bench.db)
        return [[one["area"], one["name"], one["nation"], str(one["books"])] for one in found]

    show(["area", "name", "nation", "slot books"], run(work, data, database))


@premises.command(
    "profile",
    epilog="Example: fibregate premises profile GPON --offer LINE_PROFILE=55/55,80/20 --offer MINIMUM_SPEED=100,200",
)
def put_profile(
    code: Annotated[str, typer.Argument(metavar="PROFILE", help="As premises name it.")],
    offer: Annotated[list[str], typer.Option(metavar="NAME=A,B", help="A characteristic and its values; repeat it.")],
    *,
    service: Annotated[str, typer.Option(help="The service specification's id.")] = "fttp",
    service_name: Annotated[str, typer.Option(help="Its name.")] = "FTTP",
    ont_ports: Annotated[int, typer.Option(min=1, max=16, help="Ports of a terminal that is fitted there.")] = 4,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a profile, or change it: what availability lists at the premises that name it."""
    offers = [_offer(one) for one in offer]

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await store.put_service(tx, service, service_name, ORDER_CHARACTERISTICS)
            await store.put_profile(tx, code, service, offers, ports=ont_ports)
            await _record(tx, "premises.profile", code)

    run(work, data, database)
    say(f"Profile {code} is there.")


def _offer(text: str) -> dict[str, object]:
    name, equals, values = text.partition("=")
    listed = [one.strip() for one in values.split(",") if one.strip()]
    if not equals or not name.strip() or not listed:
        raise typer.BadParameter(f"{text!r}: write a name, = and values, such as LINE_PROFILE=55/55,80/20")
    return {"name": name.strip().upper(), "values": listed}


@premises.command(
    "handover",
    epilog="Example: fibregate premises handover ISP1 FENBRIDGE --enni ENNI-011 --outer-vlan 111",
)
def put_handover(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Who takes its traffic over.")],
    area: Annotated[str, typer.Argument(metavar="AREA", help="Of which area.")],
    enni: Annotated[str, typer.Option(help="The interface: its enniId.")],
    outer_vlan: Annotated[int, typer.Option(min=2, max=4094, help="The tenant's outer VLAN there.")],
    *,
    site_name: Annotated[str | None, typer.Option(help="Where it stands.")] = None,
    site_location: Annotated[str | None, typer.Option(help="Where in that building.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say where a tenant takes its traffic over in an area, or change it. Without one it can order nothing there."""

    async def work(bench: Workbench) -> None:
        found = (await tenants.get(bench.db, tenant)).tenant_id
        if area not in {one["area"] for one in await store.list_areas(bench.db)}:
            raise Invalid(f"area {area} is not known; make it: fibregate premises area {area}")
        async with bench.db.tx(found) as tx:
            await store.put_handover(
                tx,
                found,
                area,
                enni=enni,
                site_name=site_name,
                site_location=site_location,
                outer_vlan=outer_vlan,
            )
            await _record(tx, "premises.handover", f"{tenant} in {area}")

    run(work, data, database)
    say(f"{tenant} takes its traffic of {area} over at {enni}.")


async def _record(tx: actions.Tx, act: str, subject: str) -> None:
    by = operator_here()
    await audit.record(tx, tenant=tx.tenant, actor=by.name, act=act, subject=subject, origin=by.origin)
