"""`/manage/v1/quotes`: what was asked the price of, and what was answered."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.doors.manage.cursors import quote_cursor, read_quote_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of, uuid_of
from fibregate.quotes import actions, view
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 100
USUAL: Final = 20


class QuotesQuery(Wire):
    """Which quotes, and where to read on."""

    external_identifier: Annotated[str, StringConstraints(max_length=64)] | None = None
    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class QuoteShown(Wire):
    """A quote as the tenant door answered it, but for prices that have grown old: their status is `EXPIRED`."""

    id: UUID
    created: Stamp
    external_id: str
    quote_items: list[dict[str, Any]] = Field(description="as in the answer of `POST /v1/quote`")


class QuotesPage(Wire):
    """Quotes, the latest first; with `nextCursor` while there are more."""

    quotes: Annotated[list[QuoteShown], Field(max_length=MOST)]
    next_cursor: str | None = None


async def list_all(call: Call[QuotesQuery, None, Manage]) -> Answer:
    services, tenant, asked = call.services, tenant_of(call), call.query
    found = await actions.list_quotes(
        services.db,
        tenant,
        external_identifier=asked.external_identifier,
        before=read_quote_cursor(asked.after, tenant),
        limit=asked.limit + 1,
    )
    now = await services.clock.now()
    page = found[: asked.limit]
    more = {"nextCursor": quote_cursor(tenant, page[-1].created_at, page[-1].id)} if len(found) > len(page) else {}
    return Answer(200, {"quotes": [view.entity(one, now) for one in page], **more})


async def read(call: Call[None, None, Manage]) -> Answer:
    services = call.services
    quote = await actions.get(services.db, tenant_of(call), uuid_of(call, "quote"))
    return Answer(200, view.entity(quote, await services.clock.now()))


_QUOTE: Final[dict[str, Any]] = {
    "id": "5f6d6a3e-0c57-4bb5-8d2e-4e0f6d1c9a10",
    "created": "2025-07-01T09:00:00.000Z",
    "externalId": "TENDER-7",
    "quoteItems": [
        {
            "id": 1,
            "supplier": "NETWORK1",
            "sites": [
                {
                    "name": "Head office",
                    "postcode": "FB1 3AA",
                    "role": "A-END",
                    "address": {"id": "999900002001", "type": "UPRN"},
                },
                {
                    "name": "Data hall",
                    "postcode": "FB1 9ZZ",
                    "role": "B-END",
                    "address": {"id": "999900002900", "type": "UPRN"},
                },
            ],
            "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}},
            "service": [
                {
                    "serviceSpecification": {"id": "ethernet-epl", "name": "Ethernet private line"},
                    "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
                }
            ],
            "status": "EXPIRED",
            "supplierQuoteId": "NETWORK1-QUO-ETH-17",
            "level": "FIRM",
            "currency": "GBP",
            "oneOffCharges": [{"name": "Connection ethernet-epl 1G1G", "amount": "1200.00"}],
            "oneOffTotal": "1200.00",
            "recurringCharges": [
                {"name": "Rental ethernet-epl 1G1G, 36 months", "amount": "297.50", "frequency": "MONTHLY"}
            ],
            "monthlyTotal": "297.50",
            "contractTotal": "11910.00",
            "leadTimeWorkingDays": 15,
            "validUntil": "2025-07-31T09:00:00.000Z",
        }
    ],
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/quotes",
        name="listQuotes",
        summary="List your quotes",
        scope=SCOPE,
        action=list_all,
        query=QuotesQuery,
        answers={200: QuotesPage},
        tags=("Quotes",),
        query_examples={"externalIdentifier": "TENDER-7"},
        answer_examples={200: {"quotes": [_QUOTE]}},
    ),
    Route(
        method="GET",
        path="/quotes/{id}",
        name="readQuote",
        summary="Read a quote",
        scope=SCOPE,
        action=read,
        answers={200: QuoteShown},
        errors=(404,),
        tags=("Quotes",),
        answer_examples={200: _QUOTE},
    ),
]
