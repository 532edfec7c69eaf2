"""`fibregate kci`: what tenants were told, and how it stands with their endpoints."""

from typing import Annotated, Any
from uuid import UUID

import typer

from fibregate.cli import kci_replay, kci_skip
from fibregate.cli.context import Refused, Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_words import local, one_line
from fibregate.cli.tables import table
from fibregate.db import Row
from fibregate.errors import Unknown
from fibregate.kcis.standing import actions as standing
from fibregate.kcis.standing import store
from fibregate.kcis.standing.model import Way
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import Tenant
from fibregate.vocabulary import OrderKey

kci = typer.Typer(no_args_is_help=True, help="What tenants were told, and whether it reached them.")
kci_replay.register(kci)
kci_skip.register(kci)

UNDELIVERED = ("PENDING", "HELD", "PARKED")
PARKED = ("PARKED",)
_HEADS = ["tenant", "order", "no", "reason", "told", "endpoint", "state", "attempts", "KCI"]
_ATTEMPT_HEADS = ["started", "endpoint", "no", "outcome", "ms", "peer", "next", "answer"]


@kci.command("list", epilog="Example: fibregate kci list ISP1 --parked")
def list_kcis(
    tenant: Annotated[str | None, typer.Argument(metavar="[TENANT]", help="Whose; else everybody's.")] = None,
    *,
    parked: Annotated[bool, typer.Option("--parked", help="Only what was given up.")] = False,
    undelivered: Annotated[bool, typer.Option("--undelivered", help="Only what waits, parked included.")] = False,
    order: Annotated[int | None, typer.Option(min=1, help="Only of this order.")] = None,
    endpoint: Annotated[UUID | None, typer.Option(help="Only for this endpoint.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of a tenant.")] = 200,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show KCIs and how each stands with each endpoint: the latest ones, or the oldest of those that wait.

    A KCI without an endpoint is only in the feed. Times are UK local time.
    """
    states = PARKED if parked else UNDELIVERED if undelivered else ()

    async def work(bench: Workbench) -> list[list[str]]:
        asked = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
        found: list[list[str]] = []
        for one in asked:
            key = await _key_of(bench, one, order)
            if order is not None and key is None and tenant:
                raise Unknown(f"there is no order {order} of {tenant}")
            if order is None or key is not None:
                rows = await _rows(bench, one, states, order=key, endpoint=endpoint, limit=limit)
                found += [_line(one.code, row) for row in rows]
        return found

    lines = run(work, data, database)
    if lines:
        table(_HEADS, lines)
    else:
        say("There are none.")


@kci.command("show", epilog="Example: fibregate kci show 570185ca-b25d-54d5-86ec-682acab796b8")
def show_kci(
    identity: Annotated[UUID, typer.Argument(metavar="KCI-ID", help="Its id: `webhook-id` of its deliveries.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Show what a KCI says, where it stands with each endpoint, and every attempt to deliver it."""

    async def work(bench: Workbench) -> tuple[Tenant, Row, list[Way]]:
        for one in await tenants.list_all(bench.db):
            try:
                return one, *await standing.of_kci(bench.db, one.tenant_id, identity)
            except Unknown:
                continue
        raise Refused(f"there is no KCI {identity}")

    tenant, row, ways = run(work, data, database)
    for name, value in _facts(tenant, row):
        if value:
            say(f"{name:<12} {value}")
    say("\nTimes are UK local time." if ways else "\nNo endpoint is to have it; it is in the feed.")
    for way in ways:
        say(f"{way.endpoint_id} {way.url}: {_standing(way)}")
    attempts = [(way, row) for way in ways for row in way.attempts]
    if attempts:
        attempts.sort(key=lambda one: (one[1]["started_at"], one[1]["attempt"]))
        table(_ATTEMPT_HEADS, [_attempt(way, row) for way, row in attempts])


async def _key_of(bench: Workbench, tenant: Tenant, order: int | None) -> OrderKey | None:
    found = None if order is None else await store.find_order(bench.db, tenant.tenant_id, order)
    return None if found is None else OrderKey(found["order_key"])


async def _rows(
    bench: Workbench,
    tenant: Tenant,
    states: tuple[str, ...],
    *,
    order: OrderKey | None,
    endpoint: UUID | None,
    limit: int,
) -> list[Row]:
    whose = tenant.tenant_id
    if states:
        return await store.list_waiting(bench.db, whose, states=states, order=order, endpoint=endpoint, limit=limit)
    return await store.list_newest(bench.db, whose, order=order, endpoint=endpoint, limit=limit)


def _line(tenant: str, row: Row) -> list[str]:
    return [
        tenant,
        str(row["order_id"]),
        str(row["sequence_number"]),
        row["reason"],
        local(row["told_at"]),
        str(row["endpoint_id"] or "none"),
        row["state"] or "",
        str(row["attempt_count"] or ""),
        str(row["kci_id"]),
    ]


def _facts(tenant: Tenant, row: Row) -> list[tuple[str, Any]]:
    facts: dict[str, Any] = row["facts"]
    return [
        ("KCI", f"{row['sequence_number']} of order {facts.get('orderId')} of {tenant.code}"),
        ("says", row["reason"] + (f", {facts['problemCode']}" if facts.get("problemCode") else "")),
        ("status", row["status"]),
        ("text", one_line(facts.get("text") or "")),
        ("told", local(row["created_at"])),
        ("placed as", f"request {facts.get('requestId')}, conversation {facts.get('conversationId')}"),
    ]


def _standing(way: Way) -> str:
    when = {
        "DELIVERED": way.delivered_at,
        "SKIPPED": way.skipped_at,
        "PENDING": way.next_attempt_at,
    }.get(way.state)
    words = {"PENDING": "next attempt "}.get(way.state, "")
    more = f", {words}{local(when)}" if when else f": {way.parked_reason}" if way.parked_reason else ""
    return f"{way.state}{more}, {way.attempt_count} attempts"


def _attempt(way: Way, row: Row) -> list[str]:
    return [
        local(row["started_at"]),
        str(way.endpoint_id),
        str(row["attempt"]),
        f"{row['outcome']} {row['http_status'] or ''}".strip(),
        f"{row['took_ms']:.0f}",
        row["peer"] or "",
        local(row["next_attempt_at"]),
        one_line(row["answer"] or "")[:80],
    ]
