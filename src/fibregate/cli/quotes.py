"""`fibregate quote`: what tenants asked the price of, and the answers side by side."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.cli.order_words import local
from fibregate.cli.tables import table
from fibregate.errors import Invalid
from fibregate.quotes import actions
from fibregate.quotes.keeping import money
from fibregate.quotes.model import Quote, QuoteItem
from fibregate.suppliers.quoting import BANDWIDTH
from fibregate.tenants import actions as tenants

quote = typer.Typer(no_args_is_help=True, help="What tenants asked the price of, and what suppliers answered.")

_ROWS: Final = (
    "supplier",
    "what",
    "term",
    "monthly",
    "one-off",
    "total over the term",
    "construction",
    "level",
    "lead time",
    "valid until",
    "status",
    "supplier's quote",
)
Tenant = Annotated[str, typer.Argument(metavar="TENANT", help="Whose it is.")]


@quote.command("list", epilog="Example: fibregate quote list YOUR_TENANT")
def list_quotes(
    tenant: Tenant,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show a tenant's quotes, the latest first. Times are UK local time."""

    async def work(bench: Workbench) -> tuple[list[Quote], datetime]:
        whose = (await tenants.get(bench.db, tenant)).tenant_id
        return await actions.list_quotes(bench.db, whose, limit=limit), await bench.clock.now()

    found, now = run(work, data, database)
    lines = [
        [
            str(one.id),
            one.external_identifier,
            local(one.created_at),
            ", ".join(dict.fromkeys(item.supplier for item in one.items)),
            ", ".join(dict.fromkeys(item.status(now).value for item in one.items if not item.alternate)),
        ]
        for one in found
    ]
    table(["quote", "reference", "asked", "suppliers", "items"], lines)


@quote.command(
    "compare",
    epilog="Example: fibregate quote compare YOUR_TENANT 5f6d6a3e-0c57-4bb5-8d2e-4e0f6d1c9a10",
)
def compare(
    tenant: Tenant,
    quote_id: Annotated[str, typer.Argument(metavar="QUOTE", help="Its id, or its reference of the tenant's.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Put the answers of a quote side by side: what each costs a month, once and over its term, how firm, how soon.

    Prices are in pounds without VAT. The total is without construction, which is named by itself. What could not be
    had has its reasons below; what can be had instead is marked "instead".

    By reference the latest quote of that reference is meant.
    """

    async def work(bench: Workbench) -> tuple[Quote, datetime]:
        whose = (await tenants.get(bench.db, tenant)).tenant_id
        named = _id(quote_id)
        if named is not None:
            return await actions.get(bench.db, whose, named), await bench.clock.now()
        found = await actions.list_quotes(bench.db, whose, external_identifier=quote_id, limit=1)
        if not found:
            raise Invalid(f"quote: {tenant} has none with the id or the reference {quote_id!r}")
        return found[0], await bench.clock.now()

    found, now = run(work, data, database)
    say(f"Quote {found.id} of {tenant}, {found.external_identifier or 'no reference'}, asked {local(found.created_at)}")
    columns = [_column(one, now) for one in found.items]
    heads = [f"item {one.id}{', instead' if one.alternate else ''}" for one in found.items]
    table(["", *heads], [[row, *cells] for row, *cells in zip(_ROWS, *columns, strict=True)])
    for one in _told(found):
        say(one)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _column(one: QuoteItem, now: datetime) -> list[str]:
    return [
        one.supplier,
        ", ".join(_what(service) for service in one.services),
        f"{one.months or one.contract['contractLength']['value']} months",
        _amount(one.monthly),
        _amount(one.one_off),
        _amount(one.over_the_term),
        ", ".join(f"{each['amount']} at {each['site']}" for each in one.construction),
        (one.level or "").lower().replace("_", " "),
        "" if one.lead_days is None else f"{one.lead_days} working days",
        "" if one.valid_until is None else local(one.valid_until),
        one.status(now).value,
        one.supplier_quote_id or "",
    ]


def _what(service: Mapping[str, Any]) -> str:
    said = [each["value"] for each in service.get("serviceCharacteristic", ()) if each["name"] == BANDWIDTH]
    return " ".join([service["serviceSpecification"]["id"], *said])


def _amount(amount: Any) -> str:
    return "" if amount is None else money(amount)


def _told(found: Quote) -> Iterator[str]:
    for one in found.items:
        yield from (f"item {one.id}, {one.supplier}: {reason['text']}" for reason in one.reasons)
        yield from (f"item {one.id}, {one.supplier}: {note}" for note in one.notes)
