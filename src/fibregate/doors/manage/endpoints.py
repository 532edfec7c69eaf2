"""`/manage/v1/endpoints`: where KCIs go."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.doors.manage.services import SCOPE, Manage, actor_of, tenant_of, uuid_of
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import MOST, Change, Endpoint
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp, Text50
from fibregate.web.guard import LONGEST_URL
from fibregate.web.route import Route
from fibregate.web.wire import Wire

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]

_URL: Final = "https://hooks.example.com/kcis"
_RENDERING: Final = "wholesale-webhook"
_ID: Final = "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7"
_SHOWN: Final = {
    "id": _ID,
    "url": _URL,
    "rendering": _RENDERING,
    "enabled": True,
    "created": "2025-07-01T09:00:00.000Z",
}


class EndpointAsked(Wire):
    """A new endpoint."""

    url: Url = Field(description="where KCIs are posted; https, and a public host unless the operator allows more")
    rendering: Text50 = Field(description="the shape of the KCIs, such as `wholesale-webhook`")


class EndpointChange(Wire):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    rendering: Text50 | None = Field(default=None, description="for KCIs that have not been rendered yet")
    enabled: bool | None = Field(
        default=None, description="false suspends: KCIs gather, in order, until it is true again"
    )


class EndpointShown(Wire):
    """An endpoint, without its secret."""

    id: UUID
    url: str
    rendering: str
    enabled: bool
    created: Stamp


class EndpointCreated(EndpointShown):
    """An endpoint with its secret, which is never shown again."""

    secret: str = Field(description="the key of the signatures, as Standard Webhooks writes it: `whsec_` and base64")


class EndpointList(Wire):
    """All endpoints of the tenant, the oldest first."""

    endpoints: Annotated[list[EndpointShown], Field(max_length=MOST)]


async def create(call: Call[None, EndpointAsked, Manage]) -> Answer:
    tenant = tenant_of(call)
    async with call.services.db.tx(tenant) as tx:
        made, secret = await endpoints.create(
            tx,
            tenant,
            url=call.body.url,
            rendering=call.body.rendering,
            rules=call.services.rules,
            by=actor_of(call),
        )
    return Answer(201, EndpointCreated(**_shown(made).model_dump(by_alias=False), secret=secret))


async def list_all(call: Call[None, None, Manage]) -> Answer:
    found = await endpoints.list_all(call.services.db, tenant_of(call))
    return Answer(200, EndpointList(endpoints=[_shown(one) for one in found]))


async def get(call: Call[None, None, Manage]) -> Answer:
    return Answer(200, _shown(await endpoints.get(call.services.db, tenant_of(call), uuid_of(call, "endpoint"))))


async def change(call: Call[None, EndpointChange, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    to = Change(url=call.body.url, rendering=call.body.rendering, enabled=call.body.enabled)
    async with call.services.db.tx(tenant) as tx:
        found = await endpoints.change(tx, tenant, endpoint, to=to, rules=call.services.rules, by=actor_of(call))
    return Answer(200, _shown(found))


async def delete(call: Call[None, None, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    async with call.services.db.tx(tenant) as tx:
        await endpoints.delete(tx, tenant, endpoint, by=actor_of(call))
    return Answer(204)


def _shown(one: Endpoint) -> EndpointShown:
    return EndpointShown(
        id=one.endpoint_id, url=one.url, rendering=one.rendering, enabled=one.enabled, created=one.created_at
    )


ROUTES: Final = [
    Route(
        method="POST",
        path="/endpoints",
        name="createEndpoint",
        summary="Register where KCIs are sent",
        description="KCIs told from now on are sent there; older ones stay in the feed. Nothing is sent now.",
        scope=SCOPE,
        action=create,
        body=EndpointAsked,
        answers={201: EndpointCreated},
        tags=("Endpoints",),
        body_examples={"webhook": {"url": _URL, "rendering": _RENDERING}},
        answer_examples={201: {**_SHOWN, "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}},
    ),
    Route(
        method="GET",
        path="/endpoints",
        name="listEndpoints",
        summary="List your endpoints",
        scope=SCOPE,
        action=list_all,
        answers={200: EndpointList},
        tags=("Endpoints",),
        answer_examples={200: {"endpoints": [_SHOWN]}},
    ),
    Route(
        method="GET",
        path="/endpoints/{id}",
        name="getEndpoint",
        summary="Read an endpoint",
        scope=SCOPE,
        action=get,
        answers={200: EndpointShown},
        errors=(404,),
        tags=("Endpoints",),
        answer_examples={200: _SHOWN},
    ),
    Route(
        method="PATCH",
        path="/endpoints/{id}",
        name="changeEndpoint",
        summary="Change, suspend or resume an endpoint",
        scope=SCOPE,
        action=change,
        body=EndpointChange,
        answers={200: EndpointShown},
        errors=(404,),
        tags=("Endpoints",),
        body_examples={"resume": {"enabled": True}},
        answer_examples={200: _SHOWN},
    ),
    Route(
        method="DELETE",
        path="/endpoints/{id}",
        name="deleteEndpoint",
        summary="End an endpoint",
        description="What was queued for it is not sent any more; it stays in the feed.",
        scope=SCOPE,
        action=delete,
        answers={204: None},
        errors=(404,),
        tags=("Endpoints",),
    ),
]
