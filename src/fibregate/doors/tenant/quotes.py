"""`POST /quote`: what Ethernet between sites would cost, from each supplier that is named."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson
from pydantic import ValidationError

from fibregate.db import Tx
from fibregate.doors.tenant.quote_shapes import (
    MOST_ITEMS,
    MOST_SITES,
    QUOTE,
    QUOTED,
    ItemIn,
    QuoteIn,
    QuoteOut,
    ServiceIn,
    SiteIn,
)
from fibregate.doors.tenant.services import IDEMPOTENCY_KEY, SCOPE, TenantDoor, asked_of, asker_of, tenant_of
from fibregate.doors.tenant.wire import Characteristic
from fibregate.errors import Invalid
from fibregate.quotes import actions, far, view
from fibregate.quotes.model import ItemWish, Said, Wish
from fibregate.suppliers import questions
from fibregate.suppliers.accounts.model import Route as Way
from fibregate.suppliers.questions import Trace
from fibregate.suppliers.quoting import QuoteAsked, ServiceAsked, SiteAsked
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route
from fibregate.web.wire import Wire

ASK: Final = "askQuote"


async def ask(call: Call[None, QuoteIn, TenantDoor]) -> Answer:
    services, tenant, asked = call.services, tenant_of(call), call.body
    now = await services.clock.now()
    wish = _wish(asked.external_identifier, asked.quote_items, range(len(asked.quote_items)))
    ways, unknown = await _ways(services, tenant, wish)
    if unknown:
        raise Invalid([*unknown, *await actions.faults(services.db, wish, ways)])

    told: dict[int, Said] = {}

    async def ahead() -> None:
        faults = await actions.faults(services.db, wish, ways)
        if faults:
            raise Invalid(faults)
        how = far.Asking(db=services.db, networks=services.networks, seconds=services.answer_seconds)
        told.update(await far.ask_all(how, tenant, wish, ways, Trace(call.conversation_id or "")))

    async def work(tx: Tx) -> Stored:
        quote = await actions.ask(tx, tenant, wish, ways, far=told, asker=asker_of(call), now=now)
        return Stored(201, orjson.dumps(view.entity(quote, now)))

    beyond = any(ways[one.supplier].account_id is not None for one in wish.items)
    done = await services.once.do(tenant, asked_of(call, ASK), now, work, ahead=ahead if beyond else None)
    return Answer(done.status, done.body)


async def further(partial: Partial[TenantDoor]) -> list[str]:
    """The faults of the items that could be read, beside those of what could not."""
    sent = partial.body.get("quoteItems")
    if not isinstance(sent, list) or len(cast("list[object]", sent)) > MOST_ITEMS:
        return []
    read = {place: one for place, raw in enumerate(cast("list[object]", sent)) if (one := _read(raw))}
    wish = _wish("", list(read.values()), list(read))
    ways, unknown = await _ways(partial.services, TenantId(partial.caller.tenant), wish)
    return [*unknown, *await actions.faults(partial.services.db, wish, ways)]


def _read(raw: object) -> ItemIn | None:
    try:
        return ItemIn.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError:
        return None


async def _ways(services: TenantDoor, tenant: TenantId, wish: Wish) -> tuple[Mapping[str, Way], list[str]]:
    """To the suppliers that are named, by their codes; and a fault for each that is none of the tenant's."""
    known = {one.supplier.code: one for one in await services.routing.of(tenant)}
    accepted = ", ".join(sorted(known)) or "none, you have no supplier"
    unknown = [
        f"quoteItems[{place}].supplier: {one.supplier} is no supplier of yours; accepted: {accepted}"
        for place, one in zip(wish.places, wish.items, strict=True)
        if one.supplier not in known
    ]
    return known, unknown


def _wish(external_identifier: str, items: Sequence[ItemIn], places: Sequence[int]) -> Wish:
    return Wish(external_identifier=external_identifier, items=[_item(one) for one in items], places=places)


def _item(asked: ItemIn) -> ItemWish:
    contract = asked.contract_details
    question = QuoteAsked(
        sites=tuple(site_asked(one) for one in asked.sites),
        services=tuple(service_asked(one) for one in asked.service),
        months=contract.contract_length.value,
        billing=contract.billing_frequency,
        price_alteration=contract.price_alteration,
    )
    return ItemWish(
        id=asked.id,
        supplier=asked.supplier,
        question=question,
        sites=[as_sent(one) for one in asked.sites],
        contract=as_sent(contract),
        services=[as_sent(one) for one in asked.service],
    )


def as_sent(part: Wire) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True, exclude_none=True)


def site_asked(asked: SiteIn) -> SiteAsked:
    return SiteAsked(
        name=asked.name,
        postcode=asked.postcode,
        role=asked.role,
        address=asked.address.asked,
        characteristics=_characteristics(asked.site_characteristics or ()),
    )


def service_asked(asked: ServiceIn) -> ServiceAsked:
    return ServiceAsked(asked.service_specification.id, _characteristics(asked.service_characteristic))


def _characteristics(asked: Sequence[Characteristic]) -> tuple[questions.Characteristic, ...]:
    return tuple(questions.Characteristic(one.name, one.value) for one in asked)


ROUTES: Final = [
    Route(
        method="POST",
        path="/quote",
        name=ASK,
        summary="Ask what Ethernet would cost",
        description=(
            "All suppliers that the items name are asked at once, and each item is answered by itself: with a price, "
            "with a rejection and its reasons, or, where the supplier gave no answer, with the reason of that; where "
            "none of them gave one, that is the answer. A quote is kept as it was answered. At most "
            f"{MOST_ITEMS} items, of at most {MOST_SITES} sites each. An equal body under the same `X-Request-ID` has "
            "the same answer again for 30 days, and asks nobody twice."
        ),
        scope=SCOPE,
        action=ask,
        body=QuoteIn,
        headers=(IDEMPOTENCY_KEY,),
        further=further,
        answers={201: QuoteOut},
        errors=(501,),
        tags=("Quotes",),
        body_examples={"point-to-point": QUOTE},
        answer_examples={201: QUOTED},
    )
]
