"""`fibregate work-order`: what the network has to do, and what it says of it."""

from typing import Annotated, Any

import typer

from fibregate import calendars
from fibregate.cli import store, work_order_updates
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.order_words import band, day, local, one_line
from fibregate.cli.tables import table
from fibregate.cli.work_order_building import there
from fibregate.cli.work_order_desk import Found, Words, find, speak
from fibregate.cli.work_order_options import Reference
from fibregate.db import Row, Tx
from fibregate.errors import Unknown
from fibregate.orders import actions as orders
from fibregate.orders.model import Order
from fibregate.orders.states import AFTER_THE_END, MOVES
from fibregate.suppliers.network import store as network
from fibregate.suppliers.port import Draft
from fibregate.tenants import actions as tenants
from fibregate.tenants import audit
from fibregate.vocabulary import ENDED, Reason

work_order = typer.Typer(no_args_is_help=True, help="What our network does for its orders, and tells of them.")
work_order_updates.register(work_order)


@work_order.command("list", epilog="Example: fibregate work-order list --area FENBRIDGE")
def list_work_orders(
    *,
    area: Annotated[str | None, typer.Option(help="Only this area.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of a tenant.")] = 200,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show open work orders of all tenants, the next visit first. Times are UK local time."""

    async def work(bench: Workbench) -> list[tuple[Row, str]]:
        ends = [one.value for one in ENDED]
        return [
            (row, tenant.code)
            for tenant in await tenants.list_all(bench.db)
            for row in await store.list_work_orders(
                bench.db, tenant.tenant_id, ended=ended, ends=ends, area=area, limit=limit
            )
        ]

    found = run(work, data, database)
    found.sort(key=lambda one: (one[0]["starts_at"] is None, one[0]["starts_at"] or one[0]["created_at"]))
    table(
        ["work order", "tenant", "order", "type", "status", "uprn", "area", "visit", "target"],
        [
            [
                row["reference"],
                tenant,
                str(row["id"]),
                row["order_type"],
                row["status"],
                str(row["uprn"]),
                row["area"] or "",
                band(row["starts_at"], row["ends_at"]),
                local(row["target_at"]),
            ]
            for row, tenant in found
        ],
    )


@work_order.command("show", epilog="Example: fibregate work-order show NW1-10000001")
def show_work_order(reference: Reference, data: Data = None, database: Database = None) -> None:
    """Show one work order: who, where, when, what, and what the network may say next."""

    async def work(bench: Workbench) -> tuple[Found, Order, str]:
        found = await find(bench, reference)
        order = await orders.get(bench.db, found.tenant, found.row["id"])
        return found, order, await there(bench.db, found)

    found, order, set_up = run(work, data, database)
    for name, value in _facts(found, order, set_up):
        if value:
            say(f"{name:<14} {value}")


def _facts(found: Found, order: Order, set_up: str) -> list[tuple[str, str | None]]:
    row = found.row
    visit = one_line(band(row["starts_at"], row["ends_at"]))
    return [
        ("work order", found.reference),
        ("order", f"{order.id} of {found.tenant_code}, {order.order_type}"),
        ("status", order.status.value),
        ("address", f"UPRN {order.uprn}, area {row['area']}"),
        ("wished for", order.requested_completion_date.isoformat() if order.requested_completion_date else None),
        ("ceases", f"{order.cease_reason}, {local(order.requested_cease_date)}" if order.cease_reason else None),
        ("visit", f"{visit} ({row['classification']})" if visit else "none"),
        ("committed", day(order.committed_at)),
        ("target", day(order.target_at)),
        ("contact", _contact(order.primary_contact)),
        ("second contact", _contact(order.secondary_contact)),
        ("service", f"{order.service_name}: {_characteristics(order)}"),
        ("live service", order.service_id),
        ("tasks", ", ".join(order.engineer_tasks or ())),
        ("hazards", order.hazards),
        ("restrictions", order.on_site_restrictions),
        ("tenant's notes", order.notes),
        ("set up", set_up),
        *(("engineer", one_line(f"{one['created']}: {one['note']}")) for one in row["engineer_notes"]),
        ("may say now", ", ".join(_possible(order))),
    ]


def _contact(contact: Any) -> str | None:
    return ", ".join(str(value) for value in contact.values()) if contact else None


def _characteristics(order: Order) -> str:
    return ", ".join(f"{one['name']} {one['value']}" for one in order.characteristics)


def _possible(order: Order) -> list[str]:
    if order.status.ended:
        return sorted(one.value for one in AFTER_THE_END)
    return sorted({move.reason.value for move in MOVES if order.status in move.source})


@work_order.command(
    "note", epilog='Example: fibregate work-order note NW1-10000001 "Gate code needed" --tell --text "See note"'
)
def note(
    reference: Reference,
    words: Annotated[str, typer.Argument(metavar="NOTE", help="What the engineer noted.")],
    *,
    tell: Annotated[bool, typer.Option("--tell", help="Send it to the tenant too, as an UPDATE.")] = False,
    text: Annotated[str | None, typer.Option(help="With --tell: what the tenant reads beside the note.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Keep an engineer's note with the work order."""

    async def work(bench: Workbench) -> None:
        found = await find(bench, reference)
        now = await bench.clock.now()
        by = operator_here()
        async with bench.db.tx(found.tenant) as tx:
            kept = {"note": words, "by": by.name, "created": calendars.stamp(now)}
            if await network.add_note(tx, found.tenant, found.order, kept) is None:
                raise Unknown(f"there is no work order {reference}")
            await audit.record(
                tx,
                tenant=found.tenant,
                actor=by.name,
                act="work-order.note",
                subject=f"work order {reference}",
                origin=by.origin,
            )

    run(work, data, database)
    say(f"Noted on {reference}.")
    if tell:
        _tell(reference, Words(text, notes=(words,)), data, database)


def _tell(reference: str, words: Words, data: Data, database: Database) -> None:
    async def compose(_: Tx, __: Found, now: Any) -> Draft:
        return Draft(reason=Reason.UPDATE, text=words.text, notes=words.checked_notes(now))

    speak(reference, "note", compose, data, database)
