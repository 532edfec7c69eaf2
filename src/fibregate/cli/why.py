"""`fibregate why`: the causal story of one order, in plain sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from fibregate.cli.cases import causes, finding, needs, now, store
from fibregate.cli.cases.finding import Found
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run
from fibregate.cli.order_timeline import Entry, timeline
from fibregate.cli.order_words import day, local
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.standing import actions as standing
from fibregate.orders import actions as orders

_STYLES: Final = {"refused": "red", "waits": "yellow", "date": "cyan", "kci": "bold"}
_LEFT_OUT: Final = frozenset({"delivery"})
"""Told in the last part, together."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is told of one order, in three parts."""

    head: Sequence[str]
    waits: Sequence[str]
    entries: Sequence[Entry]
    undelivered: Sequence[str]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("why", epilog="Example: fibregate why 127 --tenant ISP1")(why)


def why(
    order: Annotated[
        str,
        typer.Argument(
            metavar="ORDER", help="Its number, a network's reference, a KCI's id or an appointment's reference."
        ),
    ],
    *,
    tenant: Annotated[str | None, typer.Option(help="Whose order, where several tenants use its number.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Tell why an order stands where it stands: what happened and because of what, and what it waits for now.

    Who must act and by when, who moved which date, which KCIs have not reached their tenant and why. Times are UK local
    time.
    """

    async def work(bench: Workbench) -> Story:
        return await read(bench, await finding.find(bench, order, tenant))

    _print(run(work, data, database))


async def read(bench: Workbench, found: Found) -> Story:
    """Everything at the moment at which the order was read."""
    db, order, at = bench.db, found.order, await bench.clock.now()
    open_needs = await needs.of_orders(db, found.tenant, order.key)
    wait = await store.find_wait(db, order.tenant, order.key)
    told = await orders.list_updates(db, order)
    said = await store.list_causes(db, order.tenant, order.key)
    story = await store.find_story(db, order.tenant, order.key)
    ways = await standing.of_order(db, order.tenant, order.id)
    receivers = await endpoints.list_all(db, order.tenant)
    sentences = causes.sentences(order, told, said, story)
    return Story(
        head=list(_head(found, at)),
        waits=list(now.waits_for(found.tenant.code, order, open_needs, wait, now=at)),
        entries=[
            Entry(one.at, one.kind, sentences.get(one.kci, one.text) if one.kci else one.text, one.kci)
            for one in await timeline(db, order)
            if one.kind not in _LEFT_OUT
        ],
        undelivered=[*now.undelivered(ways, receivers), *_no_endpoint(found, bool(receivers))],
    )


def _head(found: Found, at: datetime) -> Iterator[str]:
    order, code = found.order, found.tenant.code
    reference = f", which calls it {order.supplier_reference}" if order.supplier_reference else ""
    by = "" if found.by == "number" else f" (found by {found.by})"
    yield f"Order {order.id} of {code}{by} is {order.status}."
    what = f"{order.order_type}, {order.service_name} at UPRN {order.uprn}"
    yield f"{code} placed it on {local(order.created_at)}: {what}, with {order.supplier}{reference}."
    if order.committed_at:
        promised = f"{order.supplier} promised {day(order.committed_at)}"
        moved = order.target_at is not None and order.target_at != order.committed_at
        yield f"{promised}, and now expects {day(order.target_at)}." if moved else f"{promised}."
    yield f"It is {local(at)} now."


def _no_endpoint(found: Found, has_any: bool) -> Iterator[str]:  # noqa: FBT001 - what it is about
    if not has_any:
        yield f"{found.tenant.code} has no endpoint: it fetches its KCIs from the feed."


def _print(story: Story) -> None:
    page = Console(highlight=False)
    for line in story.head:
        page.print(Text(line), soft_wrap=True)
    for title, lines in (("Now", story.waits), ("Not delivered", story.undelivered)):
        if lines:
            page.print(Text(f"\n{title}", style="bold"))
        for line in lines:
            page.print(Text(f"  {line}"), soft_wrap=True)
    page.print(Text("\nHow it came to this", style="bold"))
    for one in story.entries:
        when = local(one.at) if one.at else ""
        page.print(Text(f"  {when:<22} {one.text}", style=_STYLES.get(one.kind, "")), soft_wrap=True)
