"""`POST /v1/auth/tenant/access-token` and its twin for suppliers: each takes clients of its own kind only."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from fibregate.doors.identity.errors import ACCESS, InvalidScope, UnsupportedGrantType
from fibregate.doors.identity.token import BEARER, EVERYTHING, Identity, answered, recognised
from fibregate.errors import Forbidden
from fibregate.tenants.model import Client
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire

Kind = Literal["tenant", "supplier"]
_ALL_OF: Final = re.compile(r"com\.fibregateway\.[A-Za-z0-9-]{1,20}/(tenant|supplier)\.all\.all")


class AccessTokenRequest(Wire):
    """The form. The client is named here, or by HTTP Basic."""

    model_config = ConfigDict(alias_generator=None)

    grant_type: Annotated[str, Field(max_length=255)] = Field(
        description="`client_credentials`, the only grant", examples=["client_credentials"]
    )
    scope: Annotated[str, Field(max_length=255)] | None = Field(
        default=None,
        description="separated by spaces; absent for all that the client has",
        examples=["com.fibregateway.prod/tenant.all.all"],
    )
    client_id: Annotated[str, Field(max_length=255)] | None = Field(default=None, description="unless in HTTP Basic")
    client_secret: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="unless in HTTP Basic"
    )


class AccessTokenAnswer(Wire):
    """An access token; reuse it until it expires, there is no refresh token."""

    model_config = ConfigDict(alias_generator=None)

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="in seconds", examples=[3600])


async def for_tenants(call: Call[None, AccessTokenRequest, Identity]) -> Answer:
    return await answered(call, ACCESS, _granted(call, "tenant"), headers={})


async def for_suppliers(call: Call[None, AccessTokenRequest, Identity]) -> Answer:
    return await answered(call, ACCESS, _granted(call, "supplier"), headers={})


async def _granted(call: Call[None, AccessTokenRequest, Identity], kind: Kind) -> AccessTokenAnswer:
    asked = call.body
    client = await recognised(call, asked.client_id, asked.client_secret)
    if kind != ("tenant" if client.tenant_id is not None else "supplier"):
        raise Forbidden(f"client: is not a {kind}'s; ask at the other address, /v1/auth/{_other(kind)}/access-token")
    if asked.grant_type != "client_credentials":
        raise UnsupportedGrantType("grant_type: accepted is client_credentials")
    token, seconds = await call.services.callers.token_for(client, _scopes(client, kind, asked.scope))
    return AccessTokenAnswer(access_token=token, token_type=BEARER, expires_in=seconds)


def _other(kind: Kind) -> Kind:
    return "supplier" if kind == "tenant" else "tenant"


def _scopes(client: Client, kind: Kind, asked: str | None) -> frozenset[str]:
    """All of the client's, but where only names of ours are asked for."""
    held = frozenset(map(str, client.scopes))
    wanted = frozenset((asked or EVERYTHING).split(" "))
    whole = {one for one in wanted if one == EVERYTHING or _is_all_of(kind, one)}
    if not wanted - whole <= held:
        raise InvalidScope(
            f"scope: accepted for this client is com.fibregateway.ENV/{kind}.all.all, or of {' '.join(sorted(held))}"
        )
    return held if whole else wanted


def _is_all_of(kind: Kind, scope: str) -> bool:
    found = _ALL_OF.fullmatch(scope)
    return found is not None and found[1] == kind


def _route(kind: Kind, name: str, action: Any) -> Route[None, AccessTokenRequest, Identity]:
    return Route(
        method="POST",
        path=f"/{kind}/access-token",
        name=name,
        summary=f"Get a {kind}'s access token",
        description="Name the client by HTTP Basic or in the form. Use a token until it expires, an hour later.",
        scope=None,
        action=action,
        body=AccessTokenRequest,
        media="form",
        headers=("Authorization",),
        answers={200: AccessTokenAnswer},
        tags=("Identity",),
    )


ROUTES: Final = [
    _route("tenant", "getTenantAccessToken", for_tenants),
    _route("supplier", "getSupplierAccessToken", for_suppliers),
]
