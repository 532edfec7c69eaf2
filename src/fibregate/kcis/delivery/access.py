"""What an attempt needs beyond its signature: the endpoint's own headers, and who we are to the receiver."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

import orjson

from fibregate.vault import Vault
from fibregate.web.certificates import Certificates
from fibregate.web.connector import Connector
from fibregate.web.tokens import Tokens, basic

_OPEN_SECRETS: Final = 4096


@dataclass(frozen=True, slots=True)
class Access:
    """For one attempt; the gateway's own headers go over these."""

    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    tls: ssl.SSLContext | None = None


def headers_purpose(endpoint: UUID) -> str:
    """What an endpoint's static headers are sealed for."""
    return f"webhook headers of {endpoint}"


def auth_purpose(endpoint: UUID) -> str:
    """What an endpoint's credentials are sealed for."""
    return f"webhook credentials of {endpoint}"


def sealed(vault: Vault, secrets: Mapping[str, str], purpose: str) -> bytes:
    """Headers or credentials as they are kept."""
    return vault.seal(orjson.dumps(secrets), purpose)


@lru_cache(maxsize=_OPEN_SECRETS)
def opened(vault: Vault, kept: bytes, purpose: str) -> Mapping[str, str]:
    """What `sealed` kept."""
    return MappingProxyType(orjson.loads(vault.open(kept, purpose)))


class Accesses:
    """One for a process: keeps tokens and client certificates ready."""

    def __init__(self, connector: Connector, vault: Vault) -> None:
        self._vault = vault
        self._tokens, self._certificates = Tokens(connector), Certificates(connector)

    async def of(self, endpoint: UUID, *, auth_kind: str, auth: bytes | None, headers: bytes | None) -> Access:
        """From a row of `endpoints`. Raises `NotDelivered` of the kind `auth` when it cannot be had."""
        found = {} if headers is None else dict(opened(self._vault, headers, headers_purpose(endpoint)))
        if auth is None:
            return Access(found)
        held = opened(self._vault, auth, auth_purpose(endpoint))
        if auth_kind == "MTLS":
            return Access(found, await self._certificates.of(auth, held["certificate"], held["privateKey"]))
        if auth_kind == "OAUTH2":
            found["Authorization"] = f"Bearer {await self._tokens.of(endpoint, auth, held)}"
        else:
            found["Authorization"] = basic(held["username"], held["password"])
        return Access(found)

    def forget(self, endpoint: UUID) -> None:
        """The receiver did not take the endpoint's token: the next attempt fetches another."""
        self._tokens.forget(endpoint)
