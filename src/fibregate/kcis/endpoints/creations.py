"""What a tenant makes under an id of its own is made once: the same request again is answered with what it made."""

from dataclasses import dataclass, field
from uuid import UUID

from fibregate.db import Statements, Tx
from fibregate.errors import Invalid
from fibregate.kcis.endpoints import store
from fibregate.kcis.endpoints.secrets import actions as secrets
from fibregate.kcis.endpoints.secrets.actions import NewSecret
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId


@dataclass(frozen=True, slots=True)
class Creation:
    """An id of the caller's choice, and the fingerprint of what it asked with it."""

    creation_id: UUID
    fingerprint: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What the first request made; the secret is still live."""

    endpoint: UUID
    secret: NewSecret


async def find(
    tx: Tx, tenant: TenantId, creation: Creation | None, vault: Vault, *, of: UUID | None = None
) -> Made | None:
    """What was made before; `of` is the endpoint that was asked for a secret. The tenant makes nothing else meanwhile.

    Raises `Invalid` where something else was asked under this id, or what was made is gone.
    """
    if creation is None:
        return None
    await store.lock_count(tx, tenant)
    row = await store.find_creation(tx, tenant, creation.creation_id)
    if row is None:
        return None
    if row["asked_hash"] != _hash(creation, vault, of):
        raise Invalid(
            f"creationId: something else was asked with {creation.creation_id}; the same id needs the same request"
        )
    secret = await secrets.reveal(tx, tenant, row["endpoint_id"], row["secret_id"], vault)
    if secret is None:
        raise Invalid(f"creationId: what was made with {creation.creation_id} is gone; take another id to make it anew")
    return Made(row["endpoint_id"], secret)


async def note(
    on: Statements,
    tenant: TenantId,
    creation: Creation | None,
    vault: Vault,
    *,
    endpoint: UUID,
    secret: UUID,
    of: UUID | None = None,
) -> None:
    """Remember it, in the transaction that makes it."""
    if creation is not None:
        await store.insert_creation(
            on, tenant, creation.creation_id, asked_hash=_hash(creation, vault, of), endpoint=endpoint, secret=secret
        )


def _hash(creation: Creation, vault: Vault, of: UUID | None) -> bytes:
    """Keyed, because what was asked has credentials in it."""
    return vault.keyed_hash(f"{of or ''} {creation.fingerprint.hex()}")
