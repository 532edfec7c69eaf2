"""`fibregate order`: what tenants ordered, and what became of it, in words."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_timeline import Entry, timeline
from fibregate.cli.order_words import band, day, local, one_line
from fibregate.cli.tables import table
from fibregate.doors.manage import store
from fibregate.orders import actions as orders
from fibregate.orders import view
from fibregate.orders.model import Order
from fibregate.tenants import actions as tenants
from fibregate.vocabulary import OrderStatus, TenantId

order = typer.Typer(no_args_is_help=True, help="What tenants ordered, and what became of it.")
_STYLES = {"refused": "red", "waits": "yellow", "date": "cyan", "kci": "bold", "delivery": "dim"}


@order.command("list", epilog="Example: fibregate order list YOUR_TENANT --status IN_PROGRESS")
def list_orders(
    tenant: Annotated[str | None, typer.Argument(metavar="[TENANT]", help="Whose; else everybody's.")] = None,
    *,
    status: Annotated[list[OrderStatus] | None, typer.Option(help="Only these; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of a tenant.")] = 200,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show orders, the oldest first. Times are UK local time."""

    async def work(bench: Workbench) -> list[list[str]]:
        asked = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
        like = store.Filter(statuses=[one.value for one in status] if status else None)
        return [
            [
                one.code,
                str(row["id"]),
                row["order_type"],
                row["status"],
                str(row["address"].get("id", "")),
                row["supplier_reference"] or "",
                local(row["created_at"]),
                day(row["target_at"]),
            ]
            for one in asked
            for row in await store.list_orders(bench.db, one.tenant_id, like, after=(None, 0), limit=limit)
        ]

    table(
        ["tenant", "order", "type", "status", "address", "reference", "placed", "target"],
        run(work, data, database),
    )


@order.command("show", epilog="Example: fibregate order show YOUR_TENANT 127")
def show_order(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Whose order it is.")],
    order_id: Annotated[int, typer.Argument(metavar="ID", min=1, help="The number that the tenant knows it by.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Tell the story of an order: what the network said, what the tenant was told, who moved its dates."""

    async def work(bench: Workbench) -> tuple[Order, list[Entry]]:
        whose: TenantId = (await tenants.get(bench.db, tenant)).tenant_id
        found = await orders.get(bench.db, whose, order_id)
        return found, await timeline(bench.db, found)

    found, entries = run(work, data, database)
    for name, value in _head(tenant, found):
        if value:
            say(f"{name:<12} {value}")
    say("\nTimes are UK local time.")
    _print(entries)


def _head(tenant: str, found: Order) -> list[tuple[str, str | None]]:
    visit = found.appointment
    held = one_line(band(view.instant(visit["starts_at"]), view.instant(visit["ends_at"]))) if visit else ""
    return [
        ("order", f"{found.id} of {tenant}, {found.order_type}, {found.service_name}"),
        ("status", found.status.value + (f", then {found.returns_to.value}" if found.returns_to else "")),
        ("at", f"{found.supplier}, {found.supplier_reference or 'no reference yet'}"),
        ("address", f"UPRN {found.uprn}"),
        ("visit", f"{held} ({visit['state'].lower()}, {visit['reference']})" if visit else "none"),
        ("wished for", found.requested_completion_date.isoformat() if found.requested_completion_date else None),
        ("committed", day(found.committed_at)),
        ("target", day(found.target_at)),
        ("placed as", f"request {found.request_id}, conversation {found.conversation_id}"),
    ]


def _print(entries: list[Entry]) -> None:
    console = Console(highlight=False)
    for one in entries:
        when = local(one.at) if one.at else ""
        console.print(Text(f"{when:<22} {one.text}", style=_STYLES.get(one.kind, "")), soft_wrap=True)
