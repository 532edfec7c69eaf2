"""Add suppliers and accounts, let tenants use them, and look one up. Rules: `docs/reference/suppliers.md`."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import orjson

from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid, NotImplementedHere
from fibregate.suppliers.accounts import store
from fibregate.suppliers.accounts.model import CAPABILITIES, Route, Supplier
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import Account, Auth, Basic, ClientCertificate, ClientCredentials
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import SupplierId, TenantId

SEAL: Final = "supplier account"
_CODE: Final = re.compile(r"\w{1,20}", re.ASCII)
_KINDS: Final[dict[str, type[ClientCredentials | Basic | ClientCertificate]]] = {
    "OAUTH2": ClientCredentials,
    "BASIC": Basic,
    "MTLS": ClientCertificate,
}


async def add(tx: Tx, code: str, name: str, *, by: Actor) -> None:
    """A supplier far away. Raises `Invalid` for a code that is taken or badly written."""
    if not _CODE.fullmatch(code):
        raise Invalid("supplier: accepted is a code of 1 to 20 letters, digits and underscores")
    if await store.insert_supplier(tx, code, name) is None:
        raise Invalid(f"supplier: {code} exists already")
    await _record(tx, by, "supplier.add", code)


async def change(
    tx: Tx,
    code: str,
    *,
    capabilities: Sequence[str] | None = None,
    extensions: Sequence[str] | None = None,
    replays: bool | None = None,
    enabled: bool | None = None,
    aborted_visit_charge: Decimal | None = None,
    by: Actor,
) -> None:
    """What it can do, what it offers beyond the dialect, whether it is asked, what it charges. None: as it is."""
    _check(capabilities or (), CAPABILITIES, "capability")
    _check(extensions or (), tuple(Extension), "extension")
    if not await store.set_supplier(
        tx,
        code,
        capabilities=capabilities,
        extensions=extensions,
        replays=replays,
        enabled=enabled,
        aborted_visit_charge=aborted_visit_charge,
    ):
        raise Invalid(f"supplier: there is no {code}")
    await _record(tx, by, "supplier.change", code)


def _check(given: Iterable[str], accepted: Sequence[str], what: str) -> None:
    wrong = [one for one in given if one not in accepted]
    if wrong:
        raise Invalid(f"{what}: {', '.join(wrong)} is not known; accepted: {', '.join(accepted)}")


async def put_account(
    tx: Tx, vault: Vault, account: Account, *, name: str = "default", first_number: int | None = None, by: Actor
) -> None:
    """Who we are at the supplier that `account.name` names. What we ask there is numbered from `first_number` on.

    Without one a new account begins past the numbers of the supplier's other accounts, and an old one goes on.
    """
    kind = next((one for one, model in _KINDS.items() if isinstance(account.auth, model)), None)
    if kind is None:
        raise Invalid("auth: an account needs credentials of one kind: " + ", ".join(_KINDS))
    if not await store.lock_supplier(tx, account.name):
        raise Invalid(f"supplier: there is no {account.name} far away")
    await store.put_account(
        tx,
        account.name,
        (
            name,
            account.tenant,
            account.url,
            account.prefix,
            kind,
            vault.seal(orjson.dumps(account.auth), SEAL),
            account.connect_seconds,
            account.total_seconds,
            None if first_number is None else first_number - 1,
        ),
    )
    await _record(tx, by, "supplier.account", account.name)


async def switch_account(tx: Tx, supplier: str, account: str, *, enabled: bool, by: Actor) -> None:
    """Whether anything is called under it; running processes know within seconds."""
    if not await store.switch_account(tx, supplier, account, enabled=enabled):
        raise Invalid(f"supplier: there is no {supplier} with an account {account}")
    await _record(tx, by, "supplier.account.enable" if enabled else "supplier.account.disable", supplier)


async def let(
    tx: Tx,
    tenant: TenantId,
    supplier: str,
    *,
    account: str = "default",
    preference: int = 100,
    enabled: bool = True,
    by: Actor,
) -> None:
    """The tenant may use the supplier, or may no longer. Of our own network there is no account."""
    if not await store.put_route(tx, tenant, supplier, account, preference=preference, enabled=enabled):
        raise Invalid(f"supplier: there is no {supplier} with an account {account}")
    await audit.record(tx, tenant=None, actor=by.name, act="supplier.route", subject=supplier, origin=by.origin)


async def routes(on: Statements, tenant: TenantId) -> list[Route]:
    """The suppliers that the tenant may use, those that it would rather use first."""
    return [_route(row) for row in await store.list_routes(on, tenant)]


async def route_of(on: Statements, tenant: TenantId, code: str) -> Route:
    """For what was taken on already, whatever has been disabled since."""
    rows = await store.list_routes(on, tenant, disabled=True)
    return next(_route(row) for row in rows if row["code"] == code)


async def route(on: Statements, tenant: TenantId, code: str, *, needs: str | None = None) -> Route:
    """To that supplier. Raises `Invalid` where the tenant may not use it, `NotImplementedHere` where it cannot."""
    found = await routes(on, tenant)
    for one in found:
        if one.supplier.code == code:
            if needs is not None and needs not in one.supplier.capabilities:
                raise NotImplementedHere(f"supplier: {code} does not offer {needs}")
            return one
    raise Invalid(f"supplier: {code!r} is none of yours; accepted: {', '.join(one.supplier.code for one in found)}")


def _route(row: Row) -> Route:
    return Route(supplier=_supplier(row), account_id=row["account_id"], preference=row["preference"])


def _supplier(row: Row) -> Supplier:
    return Supplier(
        supplier_id=SupplierId(row["supplier_id"]),
        code=row["code"],
        name=row["name"],
        own=row["own"],
        only_ethernet=row["only_ethernet"],
        capabilities=frozenset(row["capabilities"]),
        extensions=frozenset(Extension(one) for one in row["extensions"]),
        replays=row["replays"],
        enabled=row["enabled"],
    )


async def list_suppliers(on: Statements) -> list[Supplier]:
    return [_supplier(row) for row in await store.list_suppliers(on)]


def open_account(row: Row, vault: Vault) -> Account:
    """From its row, with its secrets. Raises `VaultError`."""
    secrets: Auth = _KINDS[row["auth_kind"]](**orjson.loads(vault.open(row["auth"], SEAL)))
    return Account(
        name=row["code"],
        url=row["base_url"],
        tenant=row["tenant_name"],
        auth=secrets,
        prefix=row["prefix"],
        connect_seconds=row["connect_seconds"],
        total_seconds=row["total_seconds"],
        extensions=frozenset(Extension(one) for one in row["extensions"]),
        enabled=row["called"],
    )


async def _record(tx: Tx, by: Actor, act: str, subject: str) -> None:
    await audit.record(tx, tenant=None, actor=by.name, act=act, subject=subject, origin=by.origin)
