"""Nouns of the room: tenants, clients, what they may do, and who did something."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from fibregate.vocabulary import SupplierId, TenantId


class Scope(StrEnum):
    """What a token opens."""

    GATEWAY = "gateway"
    MANAGE = "manage"
    SANDBOX = "sandbox"
    UPDATES = "updates"
    OPERATOR = "operator"


TENANT_SCOPES: Final = (Scope.GATEWAY, Scope.MANAGE)
SANDBOX_TENANT_SCOPES: Final = (Scope.GATEWAY, Scope.MANAGE, Scope.SANDBOX)
SUPPLIER_SCOPES: Final = (Scope.UPDATES,)
SANDBOX_SUPPLIER_SCOPES: Final = (Scope.UPDATES, Scope.SANDBOX)
OPERATOR_SCOPES: Final = frozenset({Scope.OPERATOR, Scope.SANDBOX})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, from where, and under which request; for the audit."""

    name: str
    origin: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A communications provider that orders through us."""

    tenant_id: TenantId
    code: str
    name: str
    disabled_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A tenant's or a supplier's way in. `enabled` counts its tenant in; secrets are keyed hashes, the oldest first."""

    client_id: str
    tenant_id: TenantId | None
    tenant_code: str | None
    supplier_id: SupplierId | None
    supplier_code: str | None
    scopes: tuple[Scope, ...]
    epoch: int
    enabled: bool
    created_at: datetime
    secret_hashes: tuple[bytes, ...] = field(repr=False)

    @property
    def owner(self) -> str:
        """Code of the tenant or supplier."""
        return self.tenant_code or self.supplier_code or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorToken:
    """That an operator has a token, not the token itself."""

    name: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A client and its new secret, for showing once; nothing can tell it again."""

    client_id: str
    secret: str = field(repr=False)
