"""Nouns of the room: an endpoint, what may change about it, and the rules for both."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from fibregate.vault import Vault
from fibregate.web.guard import Guard

MOST: Final = 20
"""Endpoints of one tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`enabled` False is suspended, by the tenant or by an answer of 410."""

    endpoint_id: UUID
    url: str
    rendering: str
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """None leaves a thing as it is."""

    url: str | None = None
    rendering: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What this gateway allows: whom it may call, and what it can render."""

    guard: Guard
    renderings: Collection[str]
    vault: Vault
