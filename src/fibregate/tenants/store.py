"""Rows of tenants, clients, operators' tokens, signing keys and the audit. They precede tenants: no tenant policy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from fibregate.db import Row, Statements
from fibregate.tenants.model import Client, OperatorToken, Scope, Tenant
from fibregate.vocabulary import SupplierId, TenantId

_TENANT = "select tenant_no, code, name, disabled_at, created_at from tenants"


def _tenant(row: Row) -> Tenant:
    return Tenant(
        tenant_id=TenantId(row["tenant_no"]),
        code=row["code"],
        name=row["name"],
        disabled_at=row["disabled_at"],
        created_at=row["created_at"],
    )


_INSERT_TENANT = """
insert into tenants (code, name) values ($1, $2) on conflict (code) do nothing
returning tenant_no, code, name, disabled_at, created_at
"""


async def insert_tenant(on: Statements, code: str, name: str) -> Tenant | None:
    """None when there is one of this code."""
    row = await on.row(_INSERT_TENANT, None, code, name)
    return None if row is None else _tenant(row)


async def find_tenant(on: Statements, code: str) -> Tenant | None:
    row = await on.row(f"{_TENANT} where code = $1", None, code)
    return None if row is None else _tenant(row)


async def list_tenants(on: Statements) -> list[Tenant]:
    return [_tenant(row) for row in await on.rows(f"{_TENANT} order by code", None)]


_MARK_TENANT = """
update tenants set disabled_at = case when $2 then coalesce(disabled_at, clock()) end where code = $1
returning tenant_no, code, name, disabled_at, created_at
"""


_SET_READING = "update tenants set reads_wall_clock = $2 where code = $1 returning code"


async def set_reading(on: Statements, code: str, *, wall_clock: bool) -> bool:
    return await on.row(_SET_READING, None, code, wall_clock) is not None


_SET_ALARM_MAIL = "update tenants set alarm_mail = $2 where code = $1 returning code"


async def set_alarm_mail(on: Statements, code: str, mail: str | None) -> bool:
    return await on.row(_SET_ALARM_MAIL, None, code, mail) is not None


async def mark_tenant(on: Statements, code: str, *, disabled: bool) -> Tenant | None:
    row = await on.row(_MARK_TENANT, None, code, disabled)
    return None if row is None else _tenant(row)


_RAISE_EPOCHS = "update clients set epoch = epoch + 1 where for_tenant = $1 returning client_id"


async def raise_epochs(on: Statements, tenant: TenantId) -> int:
    """End all tokens of a tenant's clients."""
    return len(await on.rows(_RAISE_EPOCHS, None, tenant))


async def find_supplier(on: Statements, code: str) -> SupplierId | None:
    row = await on.row("select supplier_id from suppliers where code = $1", None, code)
    return None if row is None else SupplierId(row["supplier_id"])


_CLIENT = """
select c.client_id, c.for_tenant, t.code as tenant_code, c.for_supplier, s.code as supplier_code, c.scopes, c.epoch,
    c.disabled_at is null and t.disabled_at is null as enabled, c.created_at,
    array(
        select k.secret_hash from client_secrets as k where k.client_id = c.client_id order by k.created_at, k.place
    ) as secret_hashes
from clients as c
left join tenants as t on t.tenant_no = c.for_tenant
left join suppliers as s on s.supplier_id = c.for_supplier
"""


def _client(row: Row) -> Client:
    return Client(
        client_id=row["client_id"],
        tenant_id=row["for_tenant"],
        tenant_code=row["tenant_code"],
        supplier_id=row["for_supplier"],
        supplier_code=row["supplier_code"],
        scopes=tuple(Scope(one) for one in row["scopes"]),
        epoch=row["epoch"],
        enabled=row["enabled"],
        created_at=row["created_at"],
        secret_hashes=tuple(row["secret_hashes"]),
    )


async def find_client(on: Statements, client_id: str) -> Client | None:
    row = await on.row(f"{_CLIENT} where c.client_id = $1", None, client_id)
    return None if row is None else _client(row)


async def list_clients(on: Statements, owner: str | None) -> list[Client]:
    """Those of one tenant or supplier, or all."""
    rows = await on.rows(
        f"{_CLIENT} where $1::text is null or $1 in (t.code, s.code) order by c.created_at, c.client_id", None, owner
    )
    return [_client(row) for row in rows]


_INSERT_CLIENT = """
insert into clients (client_id, for_tenant, for_supplier, scopes) values ($1, $2, $3, $4)
"""


async def insert_client(
    on: Statements, client_id: str, *, tenant: TenantId | None, supplier: SupplierId | None, scopes: Sequence[Scope]
) -> None:
    await on.row(_INSERT_CLIENT, None, client_id, tenant, supplier, [str(one) for one in scopes])


_TOUCH_CLIENT = """
update clients
set epoch = epoch + $2,
    disabled_at = case when $3::boolean is null then disabled_at when $3 then coalesce(disabled_at, now()) end
where client_id = $1
returning coalesce(
    (select t.code from tenants as t where t.tenant_no = for_tenant),
    (select s.code from suppliers as s where s.supplier_id = for_supplier)
) as owner
"""


async def touch_client(on: Statements, client_id: str, *, epochs: int, disabled: bool | None = None) -> str | None:
    """Lock a client, end its tokens by raising its epoch, switch it (None leaves that as it is); tells whose it is."""
    row = await on.row(_TOUCH_CLIENT, None, client_id, epochs, disabled)
    return None if row is None else row["owner"]


# A free place first, else the place of the oldest; two rotations at once are kept apart by the lock on the client.
_PLACE_NEWEST = """
insert into client_secrets (client_id, place, secret_hash, created_at)
select $1, p.place, $2, clock_timestamp()
from (values (1::smallint), (2::smallint)) as p (place)
left join client_secrets as k on k.client_id = $1 and k.place = p.place
order by k.created_at nulls first, p.place limit 1
on conflict (client_id, place) do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at
"""


async def put_secret(on: Statements, client_id: str, secret_hash: bytes) -> None:
    await on.row(_PLACE_NEWEST, None, client_id, secret_hash)


_DELETE_SECRETS = """
delete from client_secrets as s
where s.client_id = $1 and (
    not $2 or s.place <> (
        select k.place from client_secrets as k where k.client_id = $1 order by k.created_at desc, k.place desc limit 1
    )
)
returning s.place
"""


async def delete_secrets(on: Statements, client_id: str, *, keep_newest: bool) -> int:
    return len(await on.rows(_DELETE_SECRETS, None, client_id, keep_newest))


async def insert_operator_token(on: Statements, token_hash: bytes, name: str) -> None:
    await on.row("insert into operator_tokens (token_hash, name) values ($1, $2)", None, token_hash, name)


_FIND_OPERATOR = "select name from operator_tokens where token_hash = $1 and revoked_at is null"


async def find_operator(on: Statements, token_hash: bytes) -> str | None:
    row = await on.row(_FIND_OPERATOR, None, token_hash)
    return None if row is None else row["name"]


_LIST_OPERATORS = "select name, created_at, revoked_at from operator_tokens order by created_at, name"


async def list_operators(on: Statements) -> list[OperatorToken]:
    return [
        OperatorToken(name=row["name"], created_at=row["created_at"], revoked_at=row["revoked_at"])
        for row in await on.rows(_LIST_OPERATORS, None)
    ]


_REVOKE_OPERATORS = """
update operator_tokens set revoked_at = now() where name = $1 and revoked_at is null returning name
"""


async def revoke_operators(on: Statements, name: str) -> int:
    return len(await on.rows(_REVOKE_OPERATORS, None, name))


async def lock_keys(on: Statements, number: int) -> None:
    """Until the transaction ends, nobody else makes or retires a signing key."""
    await on.row("select pg_advisory_xact_lock($1)", None, number)


_LIST_KEYS = """
select kid, private_key, public_key, signs_from, verifies_until, created_at, signs_from <= now() as signs,
    verifies_until is null or verifies_until > now() as verifies
from signing_keys
where $1 or verifies_until is null or verifies_until > now()
order by signs_from, kid
"""


async def list_keys(on: Statements, *, ended: bool) -> Sequence[Row]:
    """Those that still verify; with `ended` also those that no longer do."""
    return await on.rows(_LIST_KEYS, None, ended)


_INSERT_KEY = """
insert into signing_keys (kid, private_key, public_key, signs_from) values ($1, $2, $3, now() + $4::interval)
"""


async def insert_key(
    on: Statements, kid: str, *, private_key: bytes, public_key: Mapping[str, object], wait: timedelta
) -> None:
    await on.row(_INSERT_KEY, None, kid, private_key, dict(public_key), wait)


_RETIRE_KEYS = """
update signing_keys set verifies_until = now() + $2::interval
where kid <> $1 and (verifies_until is null or verifies_until > now() + $2::interval)
returning kid
"""


async def retire_keys(on: Statements, *, but: str, after: timedelta) -> None:
    """All other keys verify for so long and no longer."""
    await on.rows(_RETIRE_KEYS, None, but, after)


_INSERT_AUDIT = """
insert into audit (about_tenant, actor, act, subject, origin, request_id, details) values ($1, $2, $3, $4, $5, $6, $7)
"""


async def insert_audit(on: Statements, *values: object) -> None:
    """About tenant, actor, act, subject, origin, request id, details."""
    await on.row(_INSERT_AUDIT, None, *values)
