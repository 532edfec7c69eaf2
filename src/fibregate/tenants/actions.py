"""Tenants, clients and their secrets, operators' tokens: added, switched off and on, renewed, revoked; all audited."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fibregate.db import Statements, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.tenants import audit, store
from fibregate.tenants.model import (
    SUPPLIER_SCOPES,
    TENANT_SCOPES,
    Actor,
    Client,
    Credential,
    OperatorToken,
    Scope,
    Tenant,
)
from fibregate.vault import Vault

OPERATOR_PREFIX: Final = "op_"
MAX_NAME: Final = 255
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,50}")
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SUPPLIER_MAY: Final = frozenset({Scope.UPDATES, Scope.SANDBOX})
_TENANT_MAY: Final = frozenset({Scope.GATEWAY, Scope.MANAGE, Scope.SANDBOX})


async def add(tx: Tx, code: str, *, name: str = "", by: Actor) -> Tenant:
    """A new tenant, without a client yet. Raises `Invalid` for a code that is taken or badly written."""
    if not _CODE.fullmatch(code):
        raise Invalid("tenant: accepted is a code of 1 to 50 letters, digits and underscores")
    tenant = await store.insert_tenant(tx, code, _checked_name(name))
    if tenant is None:
        raise Invalid(f"tenant: {code} exists already")
    await _record(tx, by, "tenant.add", code, details={"name": name})
    return tenant


async def get(on: Statements, code: str) -> Tenant:
    """Raises `Unknown` when there is none of this code."""
    tenant = await store.find_tenant(on, code)
    if tenant is None:
        raise Unknown(f"tenant: there is no {code}")
    return tenant


async def list_all(on: Statements) -> list[Tenant]:
    return await store.list_tenants(on)


async def disable(tx: Tx, code: str, *, by: Actor) -> Tenant:
    """Within two seconds no token of the tenant opens anything; those given out stay dead when it is enabled again."""
    tenant = await _switch(tx, code, disabled=True)
    await store.raise_epochs(tx, tenant.tenant_id)
    await _record(tx, by, "tenant.disable", code)
    return tenant


async def enable(tx: Tx, code: str, *, by: Actor) -> Tenant:
    """The tenant's clients may ask for tokens again."""
    tenant = await _switch(tx, code, disabled=False)
    await _record(tx, by, "tenant.enable", code)
    return tenant


async def read_wall_clock(tx: Tx, code: str, *, on: bool, by: Actor) -> None:
    """Whether timeslots of this tenant that fit nothing in UTC are tried as UK local time (`appointments.md`)."""
    if not await store.set_reading(tx, code, wall_clock=on):
        raise Unknown(f"tenant: there is no {code}")
    await _record(tx, by, "tenant.wall_clock", code, details={"on": on})


async def set_contact(tx: Tx, code: str, *, mail: str | None, by: Actor) -> None:
    """Where alarms that concern the tenant are mailed; None for nowhere."""
    if mail is not None and (len(mail) > MAX_NAME or not _MAIL.fullmatch(mail)):
        raise Invalid("mail: accepted is one address such as noc@isp.example")
    if not await store.set_alarm_mail(tx, code, mail):
        raise Unknown(f"tenant: there is no {code}")
    await _record(tx, by, "tenant.contact", code, details={"mailed": mail is not None})


async def add_tenant_client(
    tx: Tx, vault: Vault, code: str, *, scopes: Sequence[Scope] = TENANT_SCOPES, by: Actor
) -> Credential:
    """A new way in for a tenant, with its first secret."""
    tenant = await get(tx, code)
    client_id = _new_client_id()
    await store.insert_client(
        tx, client_id, tenant=tenant.tenant_id, supplier=None, scopes=_checked_scopes(scopes, _TENANT_MAY)
    )
    return await _first_secret(tx, vault, client_id, scopes=scopes, owner=code, by=by)


async def add_supplier_client(
    tx: Tx, vault: Vault, code: str, *, scopes: Sequence[Scope] = SUPPLIER_SCOPES, by: Actor
) -> Credential:
    """A way in for a supplier's updates, with its first secret."""
    supplier = await store.find_supplier(tx, code)
    if supplier is None:
        raise Unknown(f"supplier: there is no {code}")
    client_id = _new_client_id()
    await store.insert_client(
        tx, client_id, tenant=None, supplier=supplier, scopes=_checked_scopes(scopes, _SUPPLIER_MAY)
    )
    return await _first_secret(tx, vault, client_id, scopes=scopes, owner=code, by=by)


async def list_clients(on: Statements, owner: str | None = None) -> list[Client]:
    """Those of one tenant or supplier, or all, the oldest first."""
    return await store.list_clients(on, owner)


async def rotate_secret(tx: Tx, vault: Vault, client_id: str, *, by: Actor) -> Credential:
    """A new secret beside the old one; where there are two already, the older leaves. Tokens given out go on."""
    owner = await _touch(tx, client_id, epochs=0)
    secret = _new_secret()
    await store.put_secret(tx, client_id, vault.keyed_hash(secret))
    await _record(tx, by, "credential.rotate", client_id, details={"owner": owner})
    return Credential(client_id, secret)


async def revoke_secrets(tx: Tx, client_id: str, *, keep_newest: bool = False, by: Actor) -> int:
    """Secrets that may be known to others end, and with them every token of the client. Tells how many."""
    owner = await _touch(tx, client_id, epochs=1)
    ended = await store.delete_secrets(tx, client_id, keep_newest=keep_newest)
    await _record(tx, by, "credential.revoke", client_id, details={"owner": owner, "secrets": ended})
    return ended


async def disable_client(tx: Tx, client_id: str, *, by: Actor) -> None:
    """As `disable`, for one client."""
    owner = await _touch(tx, client_id, epochs=1, disabled=True)
    await _record(tx, by, "credential.disable", client_id, details={"owner": owner})


async def enable_client(tx: Tx, client_id: str, *, by: Actor) -> None:
    owner = await _touch(tx, client_id, epochs=0, disabled=False)
    await _record(tx, by, "credential.enable", client_id, details={"owner": owner})


async def add_operator_token(tx: Tx, vault: Vault, name: str, *, by: Actor) -> str:
    """A token that does not expire, for the operator called `name`; told once."""
    token = OPERATOR_PREFIX + _new_secret()
    await store.insert_operator_token(tx, vault.keyed_hash(token), _checked_name(name))
    await _record(tx, by, "operator.add", name)
    return token


async def revoke_operator_tokens(tx: Tx, name: str, *, by: Actor) -> int:
    """All tokens of this operator end; tells how many. Raises `Unknown` when there is none."""
    ended = await store.revoke_operators(tx, name)
    if not ended:
        raise Unknown(f"operator: {name} has no token")
    await _record(tx, by, "operator.revoke", name, details={"tokens": ended})
    return ended


async def list_operators(on: Statements) -> list[OperatorToken]:
    """Every operator's token, revoked ones too."""
    return await store.list_operators(on)


async def _switch(tx: Tx, code: str, *, disabled: bool) -> Tenant:
    tenant = await store.mark_tenant(tx, code, disabled=disabled)
    if tenant is None:
        raise Unknown(f"tenant: there is no {code}")
    return tenant


async def _touch(tx: Tx, client_id: str, *, epochs: int, disabled: bool | None = None) -> str:
    owner = await store.touch_client(tx, client_id, epochs=epochs, disabled=disabled)
    if owner is None:
        raise Unknown(f"credential: there is no client {client_id}")
    return owner


async def _first_secret(
    tx: Tx, vault: Vault, client_id: str, *, scopes: Iterable[Scope], owner: str, by: Actor
) -> Credential:
    secret = _new_secret()
    await store.put_secret(tx, client_id, vault.keyed_hash(secret))
    details = {"owner": owner, "scopes": [str(one) for one in scopes]}
    await _record(tx, by, "credential.add", client_id, details=details)
    return Credential(client_id, secret)


async def _record(tx: Tx, by: Actor, act: str, subject: str, *, details: Mapping[str, object] | None = None) -> None:
    """An operator's act: the audit's wall keeps it from the tenant whom it is about, who is told in other ways."""
    await audit.record(
        tx,
        tenant=None,
        actor=by.name,
        act=act,
        subject=subject,
        origin=by.origin,
        request_id=by.request_id,
        details=details,
    )


def _checked_scopes(scopes: Sequence[Scope], may: frozenset[Scope]) -> Sequence[Scope]:
    if not scopes or not may.issuperset(scopes):
        raise Invalid(f"scope: accepted here is one or more of {', '.join(sorted(may))}")
    return scopes


def _checked_name(name: str) -> str:
    if len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(f"name: accepted is printable text of at most {MAX_NAME} characters")
    return name


def _new_client_id() -> str:
    return f"client_{secrets.token_hex(8)}"


def _new_secret() -> str:
    """256 bits of chance in letters, digits, minus and underscore."""
    return secrets.token_urlsafe(32)
