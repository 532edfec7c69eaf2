"""`GET /.well-known/jwks.json`."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from fibregate.doors.identity.token import Identity
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MAX_AGE_SECONDS: Final = 300


class Key(Wire):
    """A public key on the curve P-256."""

    model_config = ConfigDict(alias_generator=None)

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class KeySet(Wire):
    """All that verify tokens now, and those that will sign next."""

    keys: Annotated[list[Key], Field(max_length=1000)]


async def published(call: Call[None, None, Identity]) -> Answer:
    keys = [Key.model_validate(one) for one in await call.services.callers.ring.published()]
    return Answer(200, KeySet(keys=keys), {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"})


ROUTES: Final = [
    Route(
        method="GET",
        path="/jwks.json",
        name="getKeys",
        summary="Get the keys that verify access tokens",
        scope=None,
        action=published,
        answers={200: KeySet},
        tags=("Keys",),
    )
]
