"""`/manage/v1/endpoints/{id}/secrets`: what signs, replaced without a gap."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from fibregate.doors.manage.endpoint_shapes import CREATION_ID, EXAMPLE_CREATION
from fibregate.doors.manage.services import SCOPE, Manage, actor_of, creation_of, tenant_of, uuid_of
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.secrets.actions import LONGEST_OVERLAP, MOST_LIVE
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire

_ID: Final = "7f1f1e0c-3c1b-4c55-8d0e-2f0e7a1f6b12"
_SHOWN: Final[dict[str, Any]] = {"id": _ID, "created": "2025-07-01T09:00:00.000Z"}


class SecretAsked(Wire):
    """How long those before it go on signing."""

    overlap_days: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP.days)] = Field(
        description="0 ends them at once; never longer than they would have lived", examples=[7]
    )
    creation_id: UUID | None = CREATION_ID


class SecretShown(Wire):
    """A live secret, by its id, which is also the `kid` of its public key. Times are of the real clock."""

    id: UUID
    created: Stamp
    expires: Stamp | None = Field(default=None, description="absent for the one that lives until it is replaced")


class SecretCreated(SecretShown):
    """With the secret, which is shown to the request that made it and never else."""

    secret: str = Field(description="as Standard Webhooks writes it: `whsec_` and base64")


class SecretList(Wire):
    """Those that sign now, the newest first."""

    secrets: Annotated[list[SecretShown], Field(max_length=MOST_LIVE)]


async def create(call: Call[None, SecretAsked, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    async with call.services.db.tx(tenant) as tx:
        made = await endpoints.replace_secret(
            tx,
            tenant,
            endpoint,
            overlap=timedelta(days=call.body.overlap_days),
            vault=call.services.rules.vault,
            by=actor_of(call),
            creation=creation_of(call, call.body.creation_id),
        )
    return Answer(201, SecretCreated(id=made.secret_id, created=made.created_at, secret=made.shown))


async def list_all(call: Call[None, None, Manage]) -> Answer:
    found = await endpoints.list_secrets(call.services.db, tenant_of(call), uuid_of(call, "endpoint"))
    shown = [SecretShown(id=one.secret_id, created=one.created_at, expires=one.expires_at) for one in found]
    return Answer(200, SecretList(secrets=shown))


async def delete(call: Call[None, None, Manage]) -> Answer:
    tenant, endpoint = tenant_of(call), uuid_of(call, "endpoint")
    secret = uuid_of(call, "live secret", "secretId")
    async with call.services.db.tx(tenant) as tx:
        await endpoints.delete_secret(tx, tenant, endpoint, secret, by=actor_of(call))
    return Answer(204)


ROUTES: Final = [
    Route(
        method="POST",
        path="/endpoints/{id}/secrets",
        name="createEndpointSecret",
        summary="Make a new secret for an endpoint",
        description="It signs from now on, and those before it as long as you ask for, at most five at a time.",
        scope=SCOPE,
        action=create,
        body=SecretAsked,
        answers={201: SecretCreated},
        errors=(404,),
        tags=("Endpoints",),
        body_examples={"overlap": {"overlapDays": 7, "creationId": EXAMPLE_CREATION}},
        answer_examples={201: {**_SHOWN, "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}},
    ),
    Route(
        method="GET",
        path="/endpoints/{id}/secrets",
        name="listEndpointSecrets",
        summary="List the live secrets of an endpoint, without the secrets",
        scope=SCOPE,
        action=list_all,
        answers={200: SecretList},
        errors=(404,),
        tags=("Endpoints",),
        answer_examples={200: {"secrets": [_SHOWN]}},
    ),
    Route(
        method="DELETE",
        path="/endpoints/{id}/secrets/{secretId}",
        name="deleteEndpointSecret",
        summary="End a secret at once",
        description="The one that lives until it is replaced is not ended so: make a new one with `overlapDays` 0.",
        scope=SCOPE,
        action=delete,
        answers={204: None},
        errors=(404,),
        tags=("Endpoints",),
    ),
]
