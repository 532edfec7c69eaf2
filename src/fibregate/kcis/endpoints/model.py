"""Nouns of the room: an endpoint, what may change about it, and the rules for both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, Literal
from uuid import UUID

from fibregate.vault import Vault
from fibregate.web.guard import Guard

MOST: Final = 20
"""Endpoints of one tenant."""

AuthKind = Literal["NONE", "BASIC", "OAUTH2", "MTLS"]


class Keep(Enum):
    """What a change says of a thing that it leaves as it is, where None takes the thing away."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Auth:
    """Who we are to the receiver; `secrets` are by their names on the wire."""

    kind: AuthKind
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an endpoint may have beside its address; seconds are of the real clock."""

    rate_per_second: int | Keep | None = KEEP
    concurrency: int | Keep | None = KEEP
    connect_seconds: float | Keep | None = KEEP
    total_seconds: float | Keep | None = KEEP
    headers: Mapping[str, str] | Keep | None = field(default=KEEP, repr=False)
    auth: Auth | Keep | None = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """None leaves a thing as it is."""

    url: str | None = None
    rendering: str | None = None
    enabled: bool | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is written of an endpoint: all that a change may touch."""

    url: str
    rendering: str
    enabled: bool
    rate_per_second: int | None = None
    concurrency: int | None = None
    connect_seconds: float | None = None
    total_seconds: float | None = None
    headers: bytes | None = field(default=None, repr=False)
    header_names: list[str] = field(default_factory=list[str])
    auth_kind: AuthKind = "NONE"
    auth: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How deliveries to an endpoint fare; times are of the business clock."""

    state: Literal["UP", "DOWN"]
    failures: int
    failing_since: datetime | None
    last_failure: str | None
    probe_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`enabled` False is suspended, by the tenant or by an answer of 410."""

    endpoint_id: UUID
    url: str
    rendering: str
    enabled: bool
    suspended_because: str | None
    suspended_at: datetime | None
    rate_per_second: int | None
    concurrency: int | None
    connect_seconds: float | None
    total_seconds: float | None
    header_names: list[str]
    auth_kind: AuthKind
    verified_at: datetime | None
    created_at: datetime
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What this gateway allows: whom it may call, and what it can render."""

    guard: Guard
    renderings: Collection[str]
    vault: Vault
