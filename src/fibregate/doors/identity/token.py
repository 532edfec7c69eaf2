"""`POST /IdentityModule/v1.0/oauth/token`."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from fibregate.db import Db
from fibregate.doors.identity import credentials, failures
from fibregate.doors.identity.errors import OAUTH, InvalidScope, UnsupportedGrantType
from fibregate.doors.identity.failures import Failures
from fibregate.doors.identity.limits import Buckets
from fibregate.errors import Forbidden, GatewayError, NotAuthorised, Unavailable
from fibregate.tenants.callers import Callers
from fibregate.tenants.model import Client
from fibregate.web.call import Answer, Call
from fibregate.web.dialect import Dialect
from fibregate.web.route import Route
from fibregate.web.wire import Wire

EVERYTHING: Final = "default"
"""The scope that is answered, and may be asked for, when a client wants all that it has."""
BEARER: Final = "Bearer"
_UNCACHED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="fibregate", charset="UTF-8"'}


def _per_address() -> Buckets:
    return Buckets(rate=100, burst=1000)


def _per_client() -> Buckets:
    return Buckets(rate=50, burst=500)


@dataclass(frozen=True, slots=True)
class Identity:
    """What these doors work with. Only who showed the secret is counted against a client's own limit."""

    callers: Callers
    db: Db
    per_address: Buckets = field(default_factory=_per_address)
    per_client: Buckets = field(default_factory=_per_client)
    failures: Failures = field(default_factory=lambda: Failures(most=20))


class TokenRequest(Wire):
    """The form; all of it may be absent when the client is named by HTTP Basic."""

    model_config = ConfigDict(alias_generator=None)

    grant_type: Annotated[str, Field(max_length=255)] | None = Field(
        default=None,
        description="`client_credentials`, the only grant; may be absent here",
        examples=["client_credentials"],
    )
    scope: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="separated by spaces; absent for all that the client has", examples=["gateway"]
    )
    client_id: Annotated[str, Field(max_length=255)] | None = Field(default=None, description="unless in HTTP Basic")
    client_secret: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="unless in HTTP Basic"
    )


class TokenAnswer(Wire):
    """An access token; ask again when it has expired, there is no refresh token."""

    model_config = ConfigDict(alias_generator=None)

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="in seconds", examples=[3600])
    scope: str = Field(description="`default` when none was asked for", examples=[EVERYTHING])


async def issue(call: Call[None, TokenRequest | None, Identity]) -> Answer:
    return await answered(call, OAUTH, _granted(call), headers=_CHALLENGE)


async def answered(
    call: Call[None, Any, Identity], dialect: Dialect, granting: Awaitable[Wire], *, headers: Mapping[str, str]
) -> Answer:
    """A token, or a refusal, which is spelt here because OAuth wants its own headers with it.

    `headers` go with the refusal of a client that is not known.
    """
    try:
        return Answer(200, await granting, _UNCACHED)
    except Unavailable:
        raise
    except GatewayError as error:
        if isinstance(error, NotAuthorised | Forbidden):
            await failures.note(call.services.db, call.services.failures, peer=call.peer, client_id=_named(call))
        refusal = dialect.refusal(error)
        return Answer(
            refusal.status,
            dialect.render(refusal),
            {**_UNCACHED, **(headers if isinstance(error, NotAuthorised) else {})},
        )


def _named(call: Call[None, Any, Identity]) -> str | None:
    """The client that somebody says to be."""
    asked = call.body or TokenRequest()
    try:
        return credentials.presented(call.headers.get("authorization"), asked.client_id, asked.client_secret)[0]
    except GatewayError:
        return None


async def recognised(call: Call[None, Any, Identity], client_id: str | None, client_secret: str | None) -> Client:
    """The enabled client that shows its secret. Raises `NotAuthorised`, `Forbidden`, and `Unavailable` when hurried."""
    identity = call.services
    identity.per_address.take(call.peer)
    client_id, secret = credentials.presented(call.headers.get("authorization"), client_id, client_secret)
    client = await identity.callers.recognise(client_id, secret)
    if client is None:
        raise credentials.refused()
    identity.per_client.take(client_id)
    if not client.enabled:
        raise Forbidden("client: is disabled; ask the operator of this gateway")
    return client


async def _granted(call: Call[None, TokenRequest | None, Identity]) -> TokenAnswer:
    asked = call.body or TokenRequest()
    client = await recognised(call, asked.client_id, asked.client_secret)
    if asked.grant_type not in {None, "", "client_credentials"}:
        raise UnsupportedGrantType("grant_type: accepted is client_credentials")
    scopes = _scopes(client, asked.scope or EVERYTHING)
    token, seconds = await call.services.callers.token_for(client, scopes)
    return TokenAnswer(access_token=token, token_type=BEARER, expires_in=seconds, scope=asked.scope or EVERYTHING)


def _scopes(client: Client, asked: str) -> frozenset[str]:
    held = frozenset(map(str, client.scopes))
    if asked == EVERYTHING:
        return held
    wanted = frozenset(asked.split(" "))
    if not wanted <= held:
        raise InvalidScope(f"scope: accepted for this client is {EVERYTHING}, or of {' '.join(sorted(held))}")
    return wanted


ROUTES: Final = [
    Route(
        method="POST",
        path="/token",
        name="getAccessToken",
        summary="Get an access token",
        description="Name the client by HTTP Basic or in the form. Use a token until it expires, an hour later.",
        scope=None,
        action=issue,
        body=TokenRequest,
        media="form",
        body_required=False,
        headers=("Authorization",),
        answers={200: TokenAnswer},
        errors=(401, 403),
        tags=("Identity",),
    )
]
