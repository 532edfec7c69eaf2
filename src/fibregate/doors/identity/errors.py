"""How the token endpoints spell refusals: OAuth's words in OAuth's shape, never the gateway's error object."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field

from fibregate import errors
from fibregate.errors import GatewayError, Invalid
from fibregate.web.dialect import Dialect, Refusal

_QUOTES: Final = str.maketrans({'"': "'", "\\": "/"})


class UnsupportedGrantType(Invalid):
    """Another grant than that of client credentials."""


class InvalidScope(Invalid):
    """A scope that we do not know, or that this client has not."""


class OAuthError(BaseModel):
    """A refusal as OAuth has it."""

    error: str = Field(description="OAuth's word for it")
    error_description: str = Field(description="what is wrong and what is accepted, in printable ASCII")


def _render(refusal: Refusal) -> Mapping[str, Any]:
    return {"error": refusal.code, "error_description": _printable("; ".join(refusal.messages))}


def _printable(text: str) -> str:
    """OAuth allows neither quotes, backslashes nor anything beyond ASCII here."""
    return "".join(one if " " <= one <= "~" else "?" for one in text.translate(_QUOTES))


OAUTH: Final = Dialect(
    name="identity",
    title="Identity",
    description="Access tokens for the clients of tenants and suppliers, by OAuth's client credentials grant.",
    spelling={
        GatewayError: (400, "invalid_request"),
        errors.Malformed: (400, "invalid_request"),
        errors.Invalid: (400, "invalid_request"),
        UnsupportedGrantType: (400, "unsupported_grant_type"),
        InvalidScope: (400, "invalid_scope"),
        errors.NotAuthorised: (401, "invalid_client"),
        errors.Forbidden: (403, "access_denied"),
        errors.Unknown: (404, "invalid_request"),
        errors.MethodNotAllowed: (405, "invalid_request"),
        errors.TooLarge: (413, "invalid_request"),
        errors.HeadTooLarge: (431, "invalid_request"),
        errors.Unavailable: (503, "temporarily_unavailable"),
        errors.SupplierTimedOut: (503, "temporarily_unavailable"),
    },
    fault=(500, "server_error"),
    missing_body_field=400,
    request_id=False,
    conversation_id=False,
    render=_render,
    error_model=OAuthError,
)

ACCESS: Final = Dialect(
    name="auth",
    title="Access tokens",
    description="Access tokens for the tenant door and for supplier updates, each at an address of its own.",
    spelling={
        **OAUTH.spelling,
        InvalidScope: (400, "invalid_request"),
        errors.NotAuthorised: (400, "invalid_client"),
        errors.Forbidden: (400, "unauthorized_client"),
    },
    fault=(500, "server_error"),
    missing_body_field=400,
    request_id=False,
    conversation_id=False,
    render=_render,
    error_model=OAuthError,
)

KEYS: Final = Dialect(
    name="keys",
    title="Keys",
    description="The keys that verify our access tokens, those about to be used included, and our signed webhooks.",
    request_id=False,
    conversation_id=False,
)
