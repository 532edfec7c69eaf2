"""`GET /.well-known/webhook-keys/{id}`: what anybody may check the `v1a` signatures of an endpoint with."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from fibregate.doors.identity.token import Identity
from fibregate.kcis.endpoints.secrets import actions as secrets
from fibregate.kcis.endpoints.secrets.actions import MOST_LIVE
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MAX_AGE_SECONDS: Final = 60


class WebhookKey(Wire):
    """A public key on the curve Ed25519 (RFC 8037); its `kid` is the id of the secret it lives with."""

    model_config = ConfigDict(alias_generator=None)

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class WebhookKeySet(Wire):
    """Those that sign now; none for an endpoint that is not there."""

    keys: Annotated[list[WebhookKey], Field(max_length=MOST_LIVE)]


async def published(call: Call[None, None, Identity]) -> Answer:
    """An id that is nobody's, or no id, answers as an endpoint without keys: the answer tells nothing else."""
    try:
        endpoint = UUID(str(call.path["id"]))
    except ValueError:
        endpoint = UUID(int=0)
    keys = [WebhookKey.model_validate(one) for one in await secrets.public_keys(call.services.db, endpoint)]
    return Answer(200, WebhookKeySet(keys=keys), {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"})


ROUTES: Final = [
    Route(
        method="GET",
        path="/webhook-keys/{id}",
        name="getWebhookKeys",
        summary="Get the public keys of an endpoint's signatures",
        scope=None,
        action=published,
        answers={200: WebhookKeySet},
        tags=("Keys",),
    )
]
