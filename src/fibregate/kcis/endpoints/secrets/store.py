"""Rows of `endpoint_secrets` and of `endpoint_public_keys`, which span tenants."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import TenantId

_INSERT = """
insert into endpoint_secrets (tenant_id, endpoint_id, secret_id, secret, private_key) values ($1, $2, $3, $4, $5)
returning created_at
"""


async def insert(
    on: Statements, tenant: TenantId, endpoint: UUID, *, secret_id: UUID, secret: bytes, private_key: bytes
) -> Row:
    row = await on.row(_INSERT, tenant, endpoint, secret_id, secret, private_key)
    if row is None:
        raise AssertionError("an insert gives its row")
    return row


_PUBLISH = """
insert into endpoint_public_keys (endpoint_id, secret_id, for_tenant, public_key) values ($1, $2, $3, $4)
"""


async def publish(
    on: Statements, tenant: TenantId, endpoint: UUID, *, secret_id: UUID, public_key: Mapping[str, str]
) -> None:
    await on.row(_PUBLISH, None, endpoint, secret_id, tenant, dict(public_key))


_LIST_LIVE = """
select secret_id, created_at, expires_at from endpoint_secrets
where tenant_id = $1 and endpoint_id = $2 and (expires_at is null or expires_at > clock_timestamp())
order by created_at desc, secret_id
"""


async def list_live(on: Statements, tenant: TenantId, endpoint: UUID) -> Sequence[Row]:
    """The newest first; without the secrets themselves."""
    return await on.rows(_LIST_LIVE, tenant, endpoint)


_FIND_LIVE = """
select created_at, secret from endpoint_secrets
where tenant_id = $1 and endpoint_id = $2 and secret_id = $3
    and (expires_at is null or expires_at > clock_timestamp())
"""


async def find_live(on: Statements, tenant: TenantId, endpoint: UUID, secret_id: UUID) -> Row | None:
    """With the secret, sealed."""
    return await on.row(_FIND_LIVE, tenant, endpoint, secret_id)


_LIST_SIGNING = """
select secret_id, secret, private_key from endpoint_secrets
where tenant_id = $1 and endpoint_id = $2 and (expires_at is null or expires_at > clock_timestamp())
order by created_at desc, secret_id
"""


async def list_signing(on: Statements, tenant: TenantId, endpoint: UUID) -> Sequence[Row]:
    """Sealed, as a keyring is made of them."""
    return await on.rows(_LIST_SIGNING, tenant, endpoint)


_END_ALL = """
with ending as (
    update endpoint_secrets set expires_at = least(expires_at, clock_timestamp() + $3::interval)
    where tenant_id = $1 and endpoint_id = $2 returning secret_id, expires_at
)
update endpoint_public_keys as p set expires_at = ending.expires_at
from ending where p.endpoint_id = $2 and p.secret_id = ending.secret_id
"""


async def end_all(on: Statements, tenant: TenantId, endpoint: UUID, *, overlap: timedelta) -> None:
    """After that time; what was to end before then still does."""
    await on.row(_END_ALL, tenant, endpoint, overlap)


_DELETE_ENDED = """
with gone as (
    delete from endpoint_secrets
    where tenant_id = $1 and endpoint_id = $2 and expires_at <= clock_timestamp() returning secret_id
)
delete from endpoint_public_keys as p using gone where p.endpoint_id = $2 and p.secret_id = gone.secret_id
"""


async def delete_ended(on: Statements, tenant: TenantId, endpoint: UUID) -> None:
    await on.row(_DELETE_ENDED, tenant, endpoint)


_DELETE = """
with gone as (
    delete from endpoint_secrets where tenant_id = $1 and endpoint_id = $2 and secret_id = $3 returning secret_id
)
delete from endpoint_public_keys as p using gone where p.endpoint_id = $2 and p.secret_id = gone.secret_id
"""


async def delete(on: Statements, tenant: TenantId, endpoint: UUID, secret_id: UUID) -> None:
    await on.row(_DELETE, tenant, endpoint, secret_id)


_DELETE_ALL = """
with gone as (
    delete from endpoint_secrets where tenant_id = $1 and endpoint_id = $2 returning secret_id
)
delete from endpoint_public_keys as p using gone where p.endpoint_id = $2 and p.secret_id = gone.secret_id
"""


async def delete_all(on: Statements, tenant: TenantId, endpoint: UUID) -> None:
    await on.row(_DELETE_ALL, tenant, endpoint)


_LIST_PUBLIC = """
select public_key from endpoint_public_keys
where endpoint_id = $1 and (expires_at is null or expires_at > clock_timestamp())
order by secret_id
"""


async def list_public(on: Statements, endpoint: UUID) -> Sequence[Row]:
    """Whosever endpoint it is."""
    return await on.rows(_LIST_PUBLIC, None, endpoint)
