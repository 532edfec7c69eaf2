"""Ask suppliers for prices and keep what they answer; find it again. Rules: `docs/reference/ethernet.md`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fibregate.appointments.model import Asker
from fibregate.db import Row, Statements, Tx
from fibregate.errors import GatewayError, Invalid, NotImplementedHere, SupplierFault, Unknown
from fibregate.quotes import keeping, store
from fibregate.quotes.model import ItemWish, Quote, QuoteItem, Said, Status, Wish
from fibregate.suppliers.accounts.model import Capability, Route
from fibregate.suppliers.accounts.routing import lacks
from fibregate.suppliers.network.ethernet import actions as ethernet
from fibregate.suppliers.network.ethernet.actions import Question
from fibregate.suppliers.quoting import NotQuoted, Quoted
from fibregate.tenants import audit
from fibregate.vocabulary import SupplierId, TenantId

ASKED: Final = "quote.ask"

NOBODY: Final[Mapping[int, Said]] = {}
"""Nobody far away was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the supplier of an item said, or why it said nothing."""

    item: ItemWish
    supplier: SupplierId
    said: Said


async def ask(
    tx: Tx,
    tenant: TenantId,
    wish: Wish,
    ways: Mapping[str, Route],
    *,
    far: Mapping[int, Said] = NOBODY,
    asker: Asker,
    now: datetime,
) -> Quote:
    """The quote, kept: each item answered by the supplier that it names, whatever the others say.

    `ways` are the tenant's to every supplier that is named, and `far` what those far away have said, by their items'
    places. Raises `Invalid` with every fault of every item, and the suppliers' own refusal where none of them gave an
    answer.
    """
    asked = [
        (one, far[place] if place in far else await _question(tx, one, ways[one.supplier]))
        for place, one in enumerate(wish.items)
    ]
    found = _faults(wish, [question for _, question in asked])
    if found:
        raise Invalid(found)
    answers = await _told_once(tx, tenant, await _answers(tx, asked, ways, now))
    _refuse_where_nobody_answered(answers)
    return await keep(tx, tenant, wish.external_identifier, answers, asker=asker, now=now)


async def keep(
    tx: Tx,
    tenant: TenantId,
    external_identifier: str,
    answers: Sequence[Answered],
    *,
    asker: Asker,
    now: datetime,
    called: tuple[int, bytes] | None = None,
) -> Quote:
    """With its audit row. `called` as the store has it."""
    quote = uuid4()
    await store.insert(
        tx,
        tenant,
        quote,
        external_identifier=external_identifier,
        request_id=asker.request_id,
        conversation_id=asker.conversation_id,
        called=called,
        now=now,
    )
    await store.insert_items(tx, tenant, quote, [row for place, one in enumerate(answers) for row in _rows(place, one)])
    await audit.record(
        tx,
        tenant=tenant,
        actor=asker.client,
        act=ASKED,
        subject=f"quote {quote}",
        origin=asker.origin,
        request_id=asker.request_id,
    )
    return await get(tx, tenant, quote)


async def _answers(
    tx: Tx, asked: Sequence[tuple[ItemWish, Question | Said]], ways: Mapping[str, Route], now: datetime
) -> list[Answered]:
    """In their order; numbers are taken supplier by supplier, so that no two quotes wait for each other."""
    suppliers = [ways[one.supplier].supplier.supplier_id for one, _ in asked]
    answers: dict[int, Answered] = {}
    for place in sorted(range(len(asked)), key=lambda one: (suppliers[one], one)):
        item, question = asked[place]
        said = await ethernet.quote(tx, question, now) if isinstance(question, Question) else question
        answers[place] = Answered(item=item, supplier=suppliers[place], said=said)
    return [answers[place] for place in range(len(asked))]


async def _told_once(tx: Tx, tenant: TenantId, answers: Sequence[Answered]) -> list[Answered]:
    """An order names its price by its supplier's number: a number that a supplier gives again is no price."""
    known = await store.list_numbers(
        tx, tenant, [(one.supplier, number) for one in answers for number in _numbers(one)]
    )
    found: list[Answered] = []
    for one in answers:
        mine = [(one.supplier, number) for number in _numbers(one)]
        if known.intersection(mine) or len(set(mine)) < len(mine):
            again = SupplierFault(f"{one.item.supplier}: gave the number of a quote twice, so that it names no price")
            found.append(replace(one, said=again))
        else:
            found.append(one)
            known |= set(mine)
    return found


def _numbers(one: Answered) -> list[str]:
    match one.said:
        case Quoted(quote_id=number):
            return [number]
        case NotQuoted(alternates=others):
            return [other.quote_id for other in others]
        case _:
            return []


def _rows(place: int, one: Answered) -> list[dict[str, Any]]:
    return keeping.rows(one.item, place, one.supplier, one.said)


def _refuse_where_nobody_answered(answers: Sequence[Answered]) -> None:
    refusals = [one.said for one in answers if isinstance(one.said, GatewayError)]
    if len(refusals) == len(answers):
        raise type(refusals[0])(dict.fromkeys(message for one in refusals for message in one.messages))


async def faults(on: Statements, wish: Wish, ways: Mapping[str, Route]) -> list[str]:
    """All that `ask` would raise `Invalid` for; items of suppliers that are not among `ways` are left to others."""
    asked = [await _question(on, one, ways[one.supplier]) if one.supplier in ways else None for one in wish.items]
    return _faults(wish, asked)


async def _question(on: Statements, item: ItemWish, route: Route) -> Question | GatewayError:
    """What our own network is asked; or why the supplier cannot be asked at all, or not from here."""
    refusal = lacks(route, Capability.QUOTES)
    if refusal:
        return refusal
    code = route.supplier.code
    if not route.supplier.own:
        return NotImplementedHere(f"supplier: {code} was not asked")
    prices = await ethernet.find_prices(on, route.supplier.supplier_id)
    if prices is None:
        return NotImplementedHere(f"supplier: {code} has no price list for Ethernet")
    return await ethernet.question(on, prices, item.question)


def _faults(wish: Wish, asked: Sequence[Question | Said | None]) -> list[str]:
    times = Counter(one.id for one in wish.items)
    found = [
        f"quoteItems: id {number} is there {n} times; each item has its own" for number, n in times.items() if n > 1
    ]
    for place, question in zip(wish.places, asked, strict=True):
        if isinstance(question, Question):
            found += [f"quoteItems[{place}].{fault}" for fault in question.faults]
    return found


async def get(on: Statements, tenant: TenantId, quote: UUID) -> Quote:
    """With all its items. Raises `Unknown`, too, where it is another tenant's."""
    row = await store.find(on, tenant, quote)
    if row is None:
        raise Unknown(f"id: there is no quote {quote}")
    return (await whole(on, tenant, [row]))[0]


async def list_quotes(
    on: Statements,
    tenant: TenantId,
    *,
    external_identifier: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Quote]:
    """The latest first."""
    rows = await store.list_quotes(on, tenant, external_identifier=external_identifier, before=before, limit=limit)
    return await whole(on, tenant, rows)


async def whole(on: Statements, tenant: TenantId, rows: Sequence[Row]) -> list[Quote]:
    """Quotes from their rows, with their items."""
    items: dict[UUID, list[QuoteItem]] = {row["quote_id"]: [] for row in rows}
    for one in await store.list_items(on, tenant, list(items)):
        items[one["quote_id"]].append(_item(one))
    return [
        Quote(
            id=row["quote_id"],
            external_identifier=row["external_identifier"],
            created_at=row["created_at"],
            items=items[row["quote_id"]],
        )
        for row in rows
    ]


def _item(row: Row) -> QuoteItem:
    return QuoteItem(
        id=row["item_id"],
        alternate=row["alternate"],
        supplier=row["supplier"],
        supplier_quote_id=row["supplier_quote_id"],
        sites=row["sites"],
        contract=row["contract"],
        services=row["services"],
        answered=Status(row["status"]),
        level=row["level"],
        months=row["months"],
        one_off=row["one_off"],
        monthly=row["monthly"],
        one_off_charges=row["one_off_charges"],
        recurring_charges=row["recurring_charges"],
        construction=row["construction"],
        lead_days=row["lead_days"],
        valid_until=row["valid_until"],
        reasons=row["reasons"],
        notes=row["notes"],
    )
