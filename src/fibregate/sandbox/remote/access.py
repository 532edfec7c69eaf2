"""Who may call: HTTP Basic, or a token that Basic or a form was given for."""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from fibregate.errors import NotAuthorised
from fibregate.sandbox.remote.done import Reply, as_json
from fibregate.sandbox.remote.model import Client

TOKEN_SECONDS: Final = 3600
_BAD: Final = NotAuthorised("Authorization: accepted is Basic, or Bearer with a token of this network")


class Access:
    """The clients, and their tokens. Without clients whoever names one is let in."""

    def __init__(self, clients: Iterable[Client] = ()) -> None:
        self._clients = {one.id: one for one in clients}
        self._tokens: dict[str, tuple[Client, float]] = {}

    def token(self, authorization: str | None, form: bytes) -> Reply:
        """The answer of the token endpoint, in OAuth's shape."""
        asked = dict(parse_qsl(form.decode("utf-8", errors="replace")))
        client = self._basic(authorization or "") or self._known(
            asked.get("client_id", ""), asked.get("client_secret", "")
        )
        if client is None:
            return as_json(401, {"error": "invalid_client", "error_description": "client: is not known"}).having(
                WWW_Authenticate="Basic"
            )
        if asked.get("grant_type", "client_credentials") != "client_credentials":
            return as_json(400, {"error": "unsupported_grant_type"})
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (client, time.monotonic() + TOKEN_SECONDS)
        body = {"access_token": token, "token_type": "Bearer", "scope": "default", "expires_in": TOKEN_SECONDS}
        return as_json(200, body)

    def client(self, headers: Mapping[str, str]) -> Client:
        """Who calls; raises `NotAuthorised`."""
        given = headers.get("authorization", "")
        kind, _, token = given.partition(" ")
        if kind.lower() == "bearer":
            client, until = self._tokens.get(token.strip(), (None, 0.0))
            client = client if time.monotonic() < until else None
        else:
            client = self._basic(given)
        if client is None:
            raise _BAD
        tenant = headers.get("tenant")
        if client.tenant is not None and tenant is not None and tenant != client.tenant:
            raise NotAuthorised("Tenant: is not the tenant of this client")
        return client

    def forget(self, headers: Mapping[str, str]) -> None:
        """Throw the token of a call away."""
        self._tokens.pop(headers.get("authorization", "").partition(" ")[2].strip(), None)

    def _basic(self, given: str) -> Client | None:
        kind, _, rest = given.partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._known(name, secret)

    def _known(self, name: str, secret: str) -> Client | None:
        if not name:
            return None
        if not self._clients:
            return Client(name, secret)
        found = self._clients.get(name)
        return found if found and hmac.compare_digest(found.secret.encode(), secret.encode()) else None
