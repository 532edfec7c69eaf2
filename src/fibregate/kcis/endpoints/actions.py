"""Make, see, change and end a tenant's endpoints."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from pydantic.alias_generators import to_camel

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis.delivery import access
from fibregate.kcis.endpoints import checks, creations, store
from fibregate.kcis.endpoints.creations import Creation
from fibregate.kcis.endpoints.model import KEEP, MOST, Change, Endpoint, Health, Keep, Kept, Options, Rules
from fibregate.kcis.endpoints.secrets import actions as secrets
from fibregate.kcis.endpoints.secrets.actions import NewSecret
from fibregate.kcis.health import actions as health
from fibregate.kcis.health import store as places
from fibregate.lanes import actions as lanes
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

_SWITCHED_OFF: Final = "it was switched off"
_LIMITS: Final = ("rate_per_second", "concurrency", "connect_seconds", "total_seconds")
_OF_AN_ENDPOINT: Final = (Kind.ENDPOINT_FAILING, Kind.ENDPOINT_SUSPENDED, Kind.DELIVERY_PARKED)
_NO_OPTIONS: Final = Options()


async def create(
    tx: Tx,
    tenant: TenantId,
    *,
    url: str,
    rendering: str,
    options: Options = _NO_OPTIONS,
    rules: Rules,
    by: Actor,
    creation: Creation | None = None,
) -> tuple[Endpoint, str]:
    """The new endpoint and its secret, shown to this request only. Raises `Invalid`. Nothing is sent to it.

    The same `creation` again makes nothing and has the same answer.
    """
    asked, endpoint = Change(url=url, rendering=rendering, options=options), uuid4()
    kept = _kept(Kept(url=url, rendering=rendering, enabled=True), asked, endpoint, rules)
    await store.lock_count(tx, tenant)
    if made := await creations.find(tx, tenant, creation, rules.vault):
        return await get(tx, tenant, made.endpoint), made.secret.shown
    if await store.count(tx, tenant) >= MOST:
        raise Invalid(f"a tenant has at most {MOST} endpoints; delete one first")
    await store.insert(tx, tenant, endpoint, kept)
    await store.insert_health(tx, tenant, endpoint)
    await places.add_places(tx, tenant, endpoint, rate=kept.rate_per_second, concurrency=kept.concurrency)
    secret = await secrets.create(tx, tenant, endpoint, rules.vault)
    await creations.note(tx, tenant, creation, rules.vault, endpoint=endpoint, secret=secret.secret_id)
    await note(tx, tenant, endpoint, act="endpoint.create", by=by, details=_details(asked))
    return await get(tx, tenant, endpoint), secret.shown


async def list_all(on: Statements, tenant: TenantId) -> list[Endpoint]:
    return [_endpoint(row) for row in await store.list_live(on, tenant)]


async def get(on: Statements, tenant: TenantId, endpoint: UUID) -> Endpoint:
    """Raises `Unknown`."""
    row = await store.find(on, tenant, endpoint)
    if row is None:
        raise unknown(endpoint)
    return _endpoint(row)


async def change(tx: Tx, tenant: TenantId, endpoint: UUID, *, to: Change, rules: Rules, by: Actor) -> Endpoint:
    """Raises `Unknown` and `Invalid`. What has been rendered stays as it is; enabling sends what has gathered."""
    before, now = await _lock(tx, tenant, endpoint)
    if to == Change():
        raise Invalid("body: nothing to change; accepted is at least one of the fields of an endpoint")
    after = _kept(before, to, endpoint, rules)
    await store.update(tx, tenant, endpoint, after, because=_SWITCHED_OFF)
    await places.add_places(tx, tenant, endpoint, rate=after.rate_per_second, concurrency=after.concurrency)
    if after.enabled and not before.enabled:
        await alarms.clear(tx, tenant, kind=Kind.ENDPOINT_SUSPENDED, subject=str(endpoint), now=now)
    if after.enabled and _is_another(before, after):
        await health.fared_well(tx, tenant, endpoint, now)
        await lanes.release(tx, str(endpoint))
        tx.wakes_workers = True
    await note(tx, tenant, endpoint, act="endpoint.change", by=by, details=_details(to))
    return await get(tx, tenant, endpoint)


async def delete(tx: Tx, tenant: TenantId, endpoint: UUID, *, by: Actor) -> None:
    """Raises `Unknown`. What had been queued for it ends; its secrets and credentials are forgotten."""
    _, now = await _lock(tx, tenant, endpoint)
    await store.mark_deleted(tx, tenant, endpoint)
    await secrets.delete_all(tx, tenant, endpoint)
    await lanes.release(tx, str(endpoint))
    tx.wakes_workers = True
    for kind in _OF_AN_ENDPOINT:
        await alarms.clear(tx, tenant, kind=kind, subject=str(endpoint), now=now)
    await note(tx, tenant, endpoint, act="endpoint.delete", by=by, details={})


async def replace_secret(
    tx: Tx,
    tenant: TenantId,
    endpoint: UUID,
    *,
    overlap: timedelta,
    vault: Vault,
    by: Actor,
    creation: Creation | None = None,
) -> NewSecret:
    """Raises `Unknown` and `Invalid`; see `secrets.replace`. The same `creation` again has the same answer."""
    before = await creations.find(tx, tenant, creation, vault, of=endpoint)
    await _lock(tx, tenant, endpoint)
    if before:
        return before.secret
    made = await secrets.replace(tx, tenant, endpoint, overlap=overlap, vault=vault)
    await creations.note(tx, tenant, creation, vault, endpoint=endpoint, secret=made.secret_id, of=endpoint)
    details = {"secretId": str(made.secret_id), "overlapDays": overlap.days}
    await note(tx, tenant, endpoint, act="endpoint.secret.create", by=by, details=details)
    return made


async def list_secrets(on: Statements, tenant: TenantId, endpoint: UUID) -> list[secrets.Secret]:
    """Raises `Unknown`."""
    await get(on, tenant, endpoint)
    return await secrets.list_live(on, tenant, endpoint)


async def delete_secret(tx: Tx, tenant: TenantId, endpoint: UUID, secret_id: UUID, *, by: Actor) -> None:
    """Raises `Unknown` and `Invalid`; see `secrets.delete`."""
    await _lock(tx, tenant, endpoint)
    await secrets.delete(tx, tenant, endpoint, secret_id)
    details = {"secretId": str(secret_id)}
    await note(tx, tenant, endpoint, act="endpoint.secret.delete", by=by, details=details)


async def _lock(tx: Tx, tenant: TenantId, endpoint: UUID) -> tuple[Kept, BusinessTime]:
    row = await store.lock(tx, tenant, endpoint)
    if row is None:
        raise unknown(endpoint)
    columns = dict(row)
    now = BusinessTime(columns.pop("now"))
    return Kept(**columns), now


def _is_another(before: Kept, after: Kept) -> bool:
    """Whether what failed before says nothing of what the endpoint is now."""
    return (before.enabled, before.url, before.headers, before.auth) != (
        after.enabled,
        after.url,
        after.headers,
        after.auth,
    )


def _kept(before: Kept, to: Change, endpoint: UUID, rules: Rules) -> Kept:
    """What is written; raises `Invalid` with every fault."""
    changed: dict[str, Any] = {
        name: value
        for name, value in (("url", to.url), ("rendering", to.rendering), ("enabled", to.enabled))
        if value is not None
    }
    changed |= {name: value for name in _LIMITS if (value := getattr(to.options, name)) is not KEEP}
    headers, auth = to.options.headers, to.options.auth
    if not isinstance(headers, Keep):
        changed |= {"header_names": sorted(headers or {}, key=str.lower)}
    if not isinstance(auth, Keep):
        changed |= {"auth_kind": auth.kind if auth else "NONE"}
    after = replace(before, **changed)
    faults = checks.faults(to, rules)
    faults += checks.together(url=after.url, header_names=after.header_names, auth_kind=after.auth_kind)
    if faults:
        raise Invalid(faults)
    return _sealed(after, to.options, endpoint, rules.vault)


def _sealed(after: Kept, options: Options, endpoint: UUID, vault: Vault) -> Kept:
    headers, auth = options.headers, options.auth
    if not isinstance(headers, Keep):
        kept = access.sealed(vault, headers, access.headers_purpose(endpoint)) if headers else None
        after = replace(after, headers=kept)
    if not isinstance(auth, Keep):
        has = auth is not None and auth.kind != "NONE"
        kept = access.sealed(vault, auth.secrets, access.auth_purpose(endpoint)) if auth and has else None
        after = replace(after, auth=kept)
    return after


def _endpoint(row: Row) -> Endpoint:
    columns = dict(row)
    own = {one.name for one in fields(Health)}
    return Endpoint(
        **{name: value for name, value in columns.items() if name not in own},
        health=Health(**{name: columns[name] for name in own}),
    )


def unknown(endpoint: UUID) -> Unknown:
    return Unknown(f"id: there is no endpoint {endpoint}")


def _details(asked: Change) -> dict[str, object]:
    """What was asked for, without a secret in it; None for what was taken away."""
    shown: dict[str, object] = {
        name: value
        for name, value in (("url", asked.url), ("rendering", asked.rendering), ("enabled", asked.enabled))
        if value is not None
    }
    shown |= {to_camel(name): value for name in _LIMITS if (value := getattr(asked.options, name)) is not KEEP}
    headers, auth = asked.options.headers, asked.options.auth
    if not isinstance(headers, Keep):
        shown["headerNames"] = sorted(headers or {}, key=str.lower)
    if not isinstance(auth, Keep):
        shown["auth"] = auth.kind if auth else "NONE"
    return shown


async def note(tx: Tx, tenant: TenantId, endpoint: UUID, *, act: str, by: Actor, details: Mapping[str, object]) -> None:
    """What somebody did with an endpoint."""
    await audit.record(
        tx,
        tenant=tenant,
        actor=by.name,
        act=act,
        subject=str(endpoint),
        origin=by.origin,
        request_id=by.request_id,
        details=details,
    )
