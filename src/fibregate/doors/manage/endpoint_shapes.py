"""An endpoint on the wire: what is asked of it, and what is shown, which is never a secret of it."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.kcis.endpoints import checks
from fibregate.kcis.endpoints.model import KEEP, MOST, Auth, AuthKind, Change, Endpoint, Options
from fibregate.web.fields import Stamp, Text50, Text255, Text1000
from fibregate.web.guard import LONGEST_URL
from fibregate.web.wire import Wire

KEYS_URL: Final = "/.well-known/webhook-keys/"

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
Pem = Annotated[str, StringConstraints(min_length=1, max_length=checks.LONGEST_PEM)]

EXAMPLE_URL: Final = "https://hooks.example.com/kcis"
EXAMPLE_RENDERING: Final = "wholesale-webhook"
EXAMPLE_CREATION: Final = "5a0f1f9e-8b0c-4a55-9d57-0f8f6a4e7c21"
EXAMPLE_ID: Final = "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7"
EXAMPLE: Final[dict[str, Any]] = {
    "id": EXAMPLE_ID,
    "url": EXAMPLE_URL,
    "rendering": EXAMPLE_RENDERING,
    "enabled": True,
    "created": "2025-07-01T09:00:00.000Z",
    "ratePerSecond": 20,
    "concurrency": 4,
    "headerNames": ["X-Api-Key"],
    "auth": {"type": "OAUTH2"},
    "keysUrl": KEYS_URL + EXAMPLE_ID,
    "health": {"state": "UP", "failures": 0},
}

CREATION_ID: Final[Any] = Field(
    default=None,
    description="chosen by you; the same request under the same id makes one thing and has one answer",
    examples=[EXAMPLE_CREATION],
)

_LIMITS: Final = ("rate_per_second", "concurrency", "connect_seconds", "total_seconds")
_SECRETS: Final = (
    "username",
    "password",
    "token_url",
    "client_id",
    "client_secret",
    "scope",
    "client_auth",
    "certificate",
    "private_key",
)


class AuthAsked(Wire):
    """Who the gateway is to the receiver; `type` tells which of the others are wanted."""

    type: Literal["NONE", "BASIC", "OAUTH2", "MTLS"]
    username: Text255 | None = Field(default=None, description="for BASIC; without a colon")
    password: Secret | None = Field(default=None, description="for BASIC")
    token_url: Url | None = Field(default=None, description="for OAUTH2: where a token is fetched; as `url` may be")
    client_id: Text255 | None = Field(default=None, description="for OAUTH2")
    client_secret: Secret | None = Field(default=None, description="for OAUTH2")
    scope: Text1000 | None = Field(default=None, description="for OAUTH2, where the token URL wants one")
    client_auth: Literal["client_secret_basic", "client_secret_post"] | None = Field(
        default=None, description="for OAUTH2: whether id and secret go in a header, as is usual, or in the form"
    )
    certificate: Pem | None = Field(default=None, description="for MTLS: PEM, your own first, then those that vouch")
    private_key: Pem | None = Field(default=None, description="for MTLS: PEM, not protected by a password")


class OptionsAsked(Wire):
    """What may be asked beside the address; null takes a thing away."""

    rate_per_second: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="the most calls in any second; null for no limit"
    )
    concurrency: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="the most calls at a time; null for no limit"
    )
    connect_seconds: Annotated[float, Field(ge=0.1, le=30)] | None = Field(
        default=None, description="time to connect; null for the gateway's own"
    )
    total_seconds: Annotated[float, Field(ge=0.1, le=60)] | None = Field(
        default=None, description="time for a whole call; null for the gateway's own"
    )
    headers: Annotated[dict[str, str], Field(max_length=checks.MOST_HEADERS)] | None = Field(
        default=None, description="sent with every call, by name; only the names are ever shown"
    )
    auth: AuthAsked | None = Field(default=None, description="never shown again, but for its type")


class EndpointAsked(OptionsAsked):
    """A new endpoint."""

    url: Url = Field(description="where KCIs are posted; https, and a public host unless the operator allows more")
    rendering: Text50 = Field(description="the shape of the KCIs, such as `wholesale-webhook`")
    creation_id: UUID | None = CREATION_ID


class EndpointChange(OptionsAsked):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    rendering: Text50 | None = Field(default=None, description="for KCIs that have not been rendered yet")
    enabled: bool | None = Field(
        default=None, description="false suspends: KCIs gather, in order, until it is true again"
    )


class AuthShown(Wire):
    """Its kind only."""

    type: AuthKind


class SuspendedShown(Wire):
    """Why nothing is sent, and since when, by the business clock."""

    because: str
    at: Stamp


class HealthShown(Wire):
    """How deliveries fare. DOWN: one event is tried now and then, the others wait for it."""

    state: Literal["UP", "DOWN"]
    failures: int = Field(description="in a row, of any events")
    failing_since: Stamp | None = None
    last_failure: str | None = None
    next_probe: Stamp | None = None


class EndpointShown(Wire):
    """An endpoint, without its secrets, its credentials and the values of its headers."""

    id: UUID
    url: str
    rendering: str
    enabled: bool
    created: Stamp
    rate_per_second: int | None = None
    concurrency: int | None = None
    connect_seconds: float | None = None
    total_seconds: float | None = None
    header_names: Annotated[list[str], Field(max_length=checks.MOST_HEADERS)]
    auth: AuthShown
    keys_url: str = Field(description="where the public keys of the `v1a` signatures are, for anybody")
    verified: Stamp | None = Field(default=None, description="when this URL last answered a challenge")
    suspended: SuspendedShown | None = None
    health: HealthShown


class EndpointCreated(EndpointShown):
    """An endpoint with its secret, which is shown to the request that made it and never else."""

    secret: str = Field(description="the key of the signatures, as Standard Webhooks writes it: `whsec_` and base64")


class EndpointList(Wire):
    """All endpoints of the tenant, the oldest first."""

    endpoints: Annotated[list[EndpointShown], Field(max_length=MOST)]


def options(asked: OptionsAsked) -> Options:
    """What was left out stays, what is null goes."""
    given = asked.model_fields_set
    found: dict[str, Any] = {name: getattr(asked, name) for name in _LIMITS if name in given}
    return Options(
        **found,
        headers=asked.headers if "headers" in given else KEEP,
        auth=_auth(asked.auth) if "auth" in given else KEEP,
    )


def change(asked: EndpointChange) -> Change:
    return Change(url=asked.url, rendering=asked.rendering, enabled=asked.enabled, options=options(asked))


def shown(one: Endpoint) -> EndpointShown:
    return EndpointShown(**fields(one))


def fields(one: Endpoint) -> dict[str, Any]:
    """Of `EndpointShown`."""
    suspended = None
    if one.suspended_at is not None:
        suspended = SuspendedShown(because=one.suspended_because or "", at=one.suspended_at)
    return {
        "id": one.endpoint_id,
        "url": one.url,
        "rendering": one.rendering,
        "enabled": one.enabled,
        "created": one.created_at,
        **{name: getattr(one, name) for name in _LIMITS},
        "header_names": one.header_names,
        "auth": AuthShown(type=one.auth_kind),
        "keys_url": f"{KEYS_URL}{one.endpoint_id}",
        "verified": one.verified_at,
        "suspended": suspended,
        "health": HealthShown(
            state=one.health.state,
            failures=one.health.failures,
            failing_since=one.health.failing_since,
            last_failure=one.health.last_failure,
            next_probe=one.health.probe_at,
        ),
    }


def _auth(asked: AuthAsked | None) -> Auth | None:
    if asked is None or asked.type == "NONE":
        return None
    secrets = {AuthAsked.model_fields[name].alias or name: getattr(asked, name) for name in _SECRETS}
    return Auth(asked.type, {name: value for name, value in secrets.items() if value is not None})
