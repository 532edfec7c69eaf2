"""Make, replace, see and end the secrets of an endpoint. The caller has locked the endpoint where it changes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis.delivery import signing
from fibregate.kcis.delivery.signing import Keyring
from fibregate.kcis.endpoints.secrets import store
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

MOST_LIVE: Final = 5
LONGEST_OVERLAP: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A live one, without the secret; `expires_at` None lives until it is replaced. Times are of the real clock."""

    secret_id: UUID
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """`shown` is what the tenant gets to see, in the answer to the request that made it and nowhere else."""

    secret_id: UUID
    created_at: datetime
    shown: str = field(repr=False)


async def create(tx: Tx, tenant: TenantId, endpoint: UUID, vault: Vault) -> NewSecret:
    """The one that lives until it is replaced."""
    secret_id, secret, private = uuid4(), signing.new_secret(), signing.new_private_key()
    row = await store.insert(
        tx,
        tenant,
        endpoint,
        secret_id=secret_id,
        secret=vault.seal(secret, signing.purpose(endpoint)),
        private_key=vault.seal(private, signing.key_purpose(endpoint)),
    )
    await store.publish(tx, tenant, endpoint, secret_id=secret_id, public_key=signing.public_key(secret_id, private))
    return NewSecret(secret_id=secret_id, created_at=row["created_at"], shown=signing.shown(secret))


async def reveal(on: Statements, tenant: TenantId, endpoint: UUID, secret_id: UUID, vault: Vault) -> NewSecret | None:
    """A secret that lives, for the request that made it and is asked again; None where it has ended."""
    row = await store.find_live(on, tenant, endpoint, secret_id)
    if row is None:
        return None
    shown = signing.shown(vault.open(row["secret"], signing.purpose(endpoint)))
    return NewSecret(secret_id=secret_id, created_at=row["created_at"], shown=shown)


async def replace(tx: Tx, tenant: TenantId, endpoint: UUID, *, overlap: timedelta, vault: Vault) -> NewSecret:
    """A new one; those before it end after the overlap, or when they would have. Raises `Invalid` with five live."""
    live = await list_live(tx, tenant, endpoint)
    if overlap and len(live) >= MOST_LIVE:
        ends = ", ".join(f"{one.secret_id} ends {_told(one.expires_at)}" for one in live if one.expires_at)
        raise Invalid(
            f"overlapDays: {len(live)} secrets live, and at most {MOST_LIVE} may; wait for one to end, delete one, or"
            f" give 0 to end them all now: {ends}"
        )
    await store.end_all(tx, tenant, endpoint, overlap=overlap)
    await store.delete_ended(tx, tenant, endpoint)
    return await create(tx, tenant, endpoint, vault)


async def list_live(on: Statements, tenant: TenantId, endpoint: UUID) -> list[Secret]:
    """The newest first."""
    return [Secret(**dict(row)) for row in await store.list_live(on, tenant, endpoint)]


async def delete(tx: Tx, tenant: TenantId, endpoint: UUID, secret_id: UUID) -> None:
    """Ends one at once. Raises `Unknown`, and `Invalid` for the one that would have no successor."""
    live = {one.secret_id: one for one in await list_live(tx, tenant, endpoint)}
    if secret_id not in live:
        raise Unknown(f"secretId: there is no live secret {secret_id}")
    if live[secret_id].expires_at is None:
        raise Invalid(
            "secretId: this is the secret that stays; make a new one first, with overlapDays 0 to end this one"
        )
    await store.delete(tx, tenant, endpoint, secret_id)


async def delete_all(tx: Tx, tenant: TenantId, endpoint: UUID) -> None:
    """Its public keys, too."""
    await store.delete_all(tx, tenant, endpoint)


async def keyring(on: Statements, tenant: TenantId, endpoint: UUID, vault: Vault) -> Keyring:
    """What signs now."""
    return signing.keyring(vault, endpoint, await store.list_signing(on, tenant, endpoint))


async def public_keys(on: Statements, endpoint: UUID) -> Sequence[Row]:
    """Of an endpoint of any tenant; none where there is no such endpoint."""
    return [row["public_key"] for row in await store.list_public(on, endpoint)]


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
