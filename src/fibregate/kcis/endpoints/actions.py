"""Make, see, change and end a tenant's endpoints."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis.delivery import signing
from fibregate.kcis.endpoints import store
from fibregate.kcis.endpoints.model import MOST, Change, Endpoint, Rules
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vocabulary import TenantId


async def create(
    tx: Tx, tenant: TenantId, *, url: str, rendering: str, rules: Rules, by: Actor
) -> tuple[Endpoint, str]:
    """The new endpoint and its secret, to be shown this once. Raises `Invalid`. Nothing is sent to it."""
    _check(Change(url=url, rendering=rendering), rules)
    await store.lock_count(tx, tenant)
    if await store.count(tx, tenant) >= MOST:
        raise Invalid(f"a tenant has at most {MOST} endpoints; delete one first")
    endpoint, secret = uuid4(), signing.new_secret()
    sealed = rules.vault.seal(secret, signing.purpose(endpoint))
    row = await store.insert(tx, tenant, endpoint, url=url, rendering=rendering, secret=sealed)
    await _audit(tx, tenant, endpoint, act="endpoint.create", by=by, details={"url": url, "rendering": rendering})
    return _endpoint(row, endpoint), signing.shown(secret)


async def list_all(on: Statements, tenant: TenantId) -> list[Endpoint]:
    return [_endpoint(row, row["endpoint_id"]) for row in await store.list_live(on, tenant)]


async def get(on: Statements, tenant: TenantId, endpoint: UUID) -> Endpoint:
    """Raises `Unknown`."""
    return _endpoint(await store.find(on, tenant, endpoint), endpoint)


async def change(tx: Tx, tenant: TenantId, endpoint: UUID, *, to: Change, rules: Rules, by: Actor) -> Endpoint:
    """Raises `Unknown` and `Invalid`. What has been rendered stays as it is; enabling sends what has gathered."""
    before = await get(tx, tenant, endpoint)
    if to == Change():
        raise Invalid("body: nothing to change; accepted are url, rendering and enabled, at least one of them")
    _check(to, rules)
    after = _endpoint(await store.update(tx, tenant, endpoint, to), endpoint)
    if after.enabled and (not before.enabled or after.url != before.url):
        await store.wake_lanes(tx, tenant, endpoint)
        tx.wakes_workers = True
    asked = {"url": to.url, "rendering": to.rendering, "enabled": to.enabled}
    details = {name: value for name, value in asked.items() if value is not None}
    await _audit(tx, tenant, endpoint, act="endpoint.change", by=by, details=details)
    return after


async def delete(tx: Tx, tenant: TenantId, endpoint: UUID, *, by: Actor) -> None:
    """Raises `Unknown`. What had been queued for it ends; its secret is forgotten."""
    if not await store.mark_deleted(tx, tenant, endpoint):
        raise _unknown(endpoint)
    await store.wake_lanes(tx, tenant, endpoint)
    tx.wakes_workers = True
    await _audit(tx, tenant, endpoint, act="endpoint.delete", by=by, details={})


def _check(asked: Change, rules: Rules) -> None:
    faults = [] if asked.url is None else rules.guard.faults(asked.url)
    if asked.rendering is not None and asked.rendering not in rules.renderings:
        faults = [*faults, f"rendering: must be one of {', '.join(sorted(rules.renderings))}"]
    if faults:
        raise Invalid(faults)


def _endpoint(row: Row | None, endpoint: UUID) -> Endpoint:
    if row is None:
        raise _unknown(endpoint)
    return Endpoint(**dict(row))


def _unknown(endpoint: UUID) -> Unknown:
    return Unknown(f"id: there is no endpoint {endpoint}")


async def _audit(
    tx: Tx, tenant: TenantId, endpoint: UUID, *, act: str, by: Actor, details: Mapping[str, object]
) -> None:
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
