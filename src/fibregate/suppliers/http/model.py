"""How one supplier is reached, and as whom: an account. Its secrets are sealed where they are kept, and open here."""

from dataclasses import dataclass, field
from typing import Final

from fibregate.suppliers.answers import Extension

PREFIX: Final = "/WholesaleGateway/v1.0/gateway"
EVERYTHING: Final = frozenset(Extension)
"""What another Fibregate offers beyond the dialect."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2: a token is fetched from `token_url` and used until shortly before its end."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    in_body: bool = False
    """Id and secret go in the form and not in HTTP Basic."""


@dataclass(frozen=True, slots=True)
class Basic:
    """A user and a password with every call."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Mutual TLS; both are PEM."""

    certificate: str
    private_key: str = field(repr=False)


Auth = ClientCredentials | Basic | ClientCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`name` is the supplier's code, as tenants know it; `tenant` is who we are there, in header and body.

    `url` has no slash at its end; the dialect's paths stand under `url` and `prefix`, which may be empty. Seconds are
    those of the real clock: for a connection, and for a whole call. With `enabled` false nothing is called.
    """

    name: str
    url: str
    tenant: str
    auth: Auth | None
    prefix: str = PREFIX
    connect_seconds: float = 5
    total_seconds: float = 30
    extensions: frozenset[Extension] = frozenset()
    enabled: bool = True
