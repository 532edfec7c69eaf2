"""`/manage/v1/endpoints`: where KCIs go."""

from typing import Any, Final

from pydantic import ValidationError

from fibregate.doors.manage import endpoint_shapes
from fibregate.doors.manage.endpoint_shapes import (
    EXAMPLE,
    EXAMPLE_CREATION,
    EXAMPLE_RENDERING,
    EXAMPLE_URL,
    EndpointAsked,
    EndpointChange,
    EndpointCreated,
    EndpointList,
    EndpointShown,
)
from fibregate.doors.manage.services import SCOPE, Manage, actor_of, creation_of, tenant_of, uuid_of
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints import checks
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route

_SECRET: Final = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - an example, no secret


async def further(partial: Partial[Manage]) -> list[str]:
    """What else is wrong with an endpoint of which some field could not be read."""
    readable = {name: value for name, value in partial.body.items() if name not in partial.spoilt}
    try:
        asked = EndpointChange.model_validate(readable, by_alias=True, by_name=False)
    except ValidationError:
        return []
    return checks.faults(endpoint_shapes.change(asked), partial.services.rules)


async def create(call: Call[None, EndpointAsked, Manage]) -> Answer:
    tenant = tenant_of(call)
    async with call.services.db.tx(tenant) as tx:
        made, secret = await endpoints.create(
            tx,
            tenant,
            url=call.body.url,
            rendering=call.body.rendering,
            options=endpoint_shapes.options(call.body),
            rules=call.services.rules,
            by=actor_of(call),
            creation=creation_of(call, call.body.creation_id),
        )
    return Answer(201, EndpointCreated(**endpoint_shapes.fields(made), secret=secret))


async def list_all(call: Call[None, None, Manage]) -> Answer:
    found = await endpoints.list_all(call.services.db, tenant_of(call))
    return Answer(200, EndpointList(endpoints=[endpoint_shapes.shown(one) for one in found]))


async def get(call: Call[None, None, Manage]) -> Answer:
    found = await endpoints.get(call.services.db, tenant_of(call), uuid_of(call, "endpoint"))
    return Answer(200, endpoint_shapes.shown(found))


async def change(call: Call[None, EndpointChange, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    to = endpoint_shapes.change(call.body)
    async with call.services.db.tx(tenant) as tx:
        found = await endpoints.change(tx, tenant, endpoint, to=to, rules=call.services.rules, by=actor_of(call))
    return Answer(200, endpoint_shapes.shown(found))


async def delete(call: Call[None, None, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    async with call.services.db.tx(tenant) as tx:
        await endpoints.delete(tx, tenant, endpoint, by=actor_of(call))
    return Answer(204)


_ASKED: Final[dict[str, Any]] = {
    "webhook": {"url": EXAMPLE_URL, "rendering": EXAMPLE_RENDERING, "creationId": EXAMPLE_CREATION},
    "limited": {
        "url": EXAMPLE_URL,
        "rendering": EXAMPLE_RENDERING,
        "ratePerSecond": 20,
        "concurrency": 4,
        "headers": {"X-Api-Key": "0123456789"},
        "auth": {
            "type": "OAUTH2",
            "tokenUrl": "https://login.example.com/oauth/token",
            "clientId": "gateway",
            "clientSecret": "9876543210",
            "scope": "kcis",
        },
    },
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/endpoints",
        name="createEndpoint",
        summary="Register where KCIs are sent",
        description=(
            "KCIs told from now on are sent there; older ones stay in the feed. Nothing is sent now. With a "
            "`creationId` the same request again makes nothing and has the same answer, the secret included, as long "
            "as that secret lives."
        ),
        scope=SCOPE,
        action=create,
        body=EndpointAsked,
        further=further,
        answers={201: EndpointCreated},
        tags=("Endpoints",),
        body_examples=_ASKED,
        answer_examples={201: {**EXAMPLE, "secret": _SECRET}},
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
        answer_examples={200: {"endpoints": [EXAMPLE]}},
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
        answer_examples={200: EXAMPLE},
    ),
    Route(
        method="PATCH",
        path="/endpoints/{id}",
        name="changeEndpoint",
        summary="Change, suspend or resume an endpoint",
        scope=SCOPE,
        action=change,
        body=EndpointChange,
        further=further,
        answers={200: EndpointShown},
        errors=(404,),
        tags=("Endpoints",),
        body_examples={"resume": {"enabled": True}, "unlimited": {"ratePerSecond": None}},
        answer_examples={200: EXAMPLE},
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
