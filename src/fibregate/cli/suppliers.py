"""`fibregate supplier`: by when a supplier's next update is expected, and whether it keeps to the rules."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from fibregate.cli import objections, supplier_accounts, supplier_sight
from fibregate.cli.conformance import command as conformance
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.tables import table
from fibregate.errors import Invalid
from fibregate.orders.watch import actions as watch
from fibregate.orders.watch.model import Expectation, Unit, Who
from fibregate.vocabulary import OrderStatus

supplier = typer.Typer(no_args_is_help=True, help="The networks that orders go to.")
supplier_sight.register(supplier)
supplier_accounts.register(supplier)
expectations = typer.Typer(no_args_is_help=True, help="By when a supplier's next update is expected.")
objections.register(supplier)
supplier.add_typer(expectations, name="expectations", epilog="Example: fibregate supplier expectations list")
conformance.register(supplier)

_UNITS = {
    Unit.WORKING_HOURS: "working hours",
    Unit.WORKING_DAYS: "working days",
    Unit.WORKING_DAYS_AFTER_TARGET: "working days after the target date",
}


@expectations.command("list", epilog="Example: fibregate supplier expectations list")
def list_expectations(data: Data = None, database: Database = None) -> None:
    """Show how long an order may stay in each status without news; without a supplier: the default for all."""

    async def work(bench: Workbench) -> list[Expectation]:
        return await watch.list_expectations(bench.db)

    table(
        ["supplier", "status", "news within", "who must act", "what the tenant is told"],
        [
            [one.supplier or "", one.status.value, _span(one), one.who.value, one.text]
            for one in run(work, data, database)
        ],
    )


def _span(one: Expectation) -> str:
    if one.span is None:
        return "not watched"
    otherwise = f"; without one {one.days_without_target} working days" if one.days_without_target is not None else ""
    return f"{one.span} {_UNITS[one.unit]}{otherwise}"


@expectations.command("set", epilog="Example: fibregate supplier expectations set ACKNOWLEDGED --hours 4")
def set_expectation(
    status: Annotated[OrderStatus, typer.Argument(help="The status that an order stays in.")],
    *,
    code: Annotated[
        str | None, typer.Option("--supplier", metavar="SUPPLIER", help="For this supplier; else for all others.")
    ] = None,
    hours: Annotated[int | None, typer.Option(min=0, max=10_000, help="Working hours.")] = None,
    days: Annotated[int | None, typer.Option(min=0, max=1000, help="Working days.")] = None,
    after_target: Annotated[
        int | None, typer.Option(min=0, max=1000, help="Working days after the order's target date.")
    ] = None,
    without_target: Annotated[
        int | None, typer.Option(min=0, max=1000, help="Working days for orders that have none; with --after-target.")
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="Expect nothing.")] = False,
    who: Annotated[Who | None, typer.Option(help="Who must act when nothing comes.")] = None,
    text: Annotated[str | None, typer.Option(help="What the tenant is told; {span} and {since} are filled in.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Set by when news is expected of orders in a status, from their next update on.

    Give one of --hours, --days, --after-target and --never. What is not given stays as it is, or as in the default.
    """
    spans = {Unit.WORKING_HOURS: hours, Unit.WORKING_DAYS: days, Unit.WORKING_DAYS_AFTER_TARGET: after_target}
    given = [(unit, span) for unit, span in spans.items() if span is not None]
    if len(given) + never > 1 or (without_target is not None and after_target is None):
        raise typer.BadParameter("give one of --hours, --days, --after-target [--without-target] and --never")
    changes: dict[str, Any] = {"supplier": code}
    changes |= {name: value for name, value in (("who", who), ("text", text)) if value is not None}
    if never:
        changes["span"] = None
    for unit, span in given:
        changes |= {"unit": unit, "span": span, "days_without_target": without_target}
    run(partial(_set, status, changes), data, database)
    say(f"{status.value}: set{f' for {code}' if code else ''}; it counts from each order's next update on.")


async def _set(status: OrderStatus, changes: Mapping[str, Any], bench: Workbench) -> None:
    async with bench.db.tx(None) as tx:
        before = await watch.find_expectation(tx, changes["supplier"], status)
        if before is None:
            raise Invalid(f"status: nothing can be expected of an order that is {status.value}")
        await watch.expect(tx, replace(before, **changes), by=operator_here())
