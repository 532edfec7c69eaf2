"""`POST /quote`: what Ethernet between sites would cost on our network."""

from typing import Any, Final

from fibregate.doors.wholesale.quote_shapes import (
    MOST_SERVICES,
    MOST_SITES,
    QUOTE,
    QUOTED,
    STAND_INS,
    QuoteIn,
    QuoteOut,
)
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.quotes import single, view
from fibregate.quotes.model import ItemWish
from fibregate.quotes.single import Single
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route
from fibregate.web.wire import Wire


async def ask(call: Call[None, QuoteIn, Wholesale]) -> Answer:
    services = call.services
    asked = _single(call.body, call.fingerprint or b"")
    now = await services.clock.now()
    quote = await single.answer(services.db, tenant_of(call), asked, asker_of(call), now)
    return Answer(201, view.single(quote))


async def further(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of a question beyond those of the fields that could not be read."""
    unread, readable = partial.filled(STAND_INS)
    asked = _single(QuoteIn.model_validate(readable, by_alias=True, by_name=False), b"", unread)
    return await single.faults(partial.services.db, asked)


def _single(asked: QuoteIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Single:
    item = ItemWish(
        id=asked.id,
        supplier="",
        question=asked.asked,
        sites=[as_sent(one) for one in asked.sites],
        contract=as_sent(asked.contract_details),
        services=[as_sent(one) for one in asked.service],
    )
    return Single(item=item, external_identifier=asked.external_identifier, body_hash=fingerprint, unread=unread)


def as_sent(part: Wire) -> dict[str, Any]:
    """To be shown again."""
    return part.model_dump(mode="json", by_alias=True, exclude_none=True)


ROUTES: Final = [
    Route(
        method="POST",
        path="/quote",
        name="askQuote",
        summary="Ask what Ethernet would cost",
        description=(
            "One question, answered at once: with a price, or with a rejection and its reasons. An answer is kept as "
            "it was given: the same id with an equal body has it again, and the same id with another body is 422. At "
            f"most {MOST_SITES} sites and {MOST_SERVICES} services, which all join these sites."
        ),
        scope=SCOPE,
        action=ask,
        body=QuoteIn,
        further=further,
        answers={201: QuoteOut},
        errors=(501,),
        tags=("Quotes",),
        body_examples={"point-to-point": QUOTE},
        answer_examples={201: QUOTED},
    )
]
