"""The hourly looks at KCIs: is something old undelivered, are the lanes true, does a credential end soon."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from cryptography import x509

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime, real_now
from fibregate.db import Db, Row, Tx
from fibregate.kcis.delivery import access
from fibregate.kcis.sight import queues, store
from fibregate.tenants import keys
from fibregate.vault import Vault, VaultError
from fibregate.vocabulary import TenantId

OLDEST: Final = "the oldest undelivered KCI"
ORDERS_AT_A_TIME: Final = 500
AUDITED: Final = timedelta(days=45)
"""Orders of which nothing was told for longer are not looked at: nothing of theirs is tried any more."""

SOON: Final = timedelta(days=3)
_log = structlog.stdlib.get_logger(__name__)


async def watch_oldest(db: Db, now: BusinessTime, *, limit: timedelta) -> BusinessTime | None:
    """Alarm tenants' oldest undelivered KCIs beyond the limit; tells when the next of the others will be.

    Where nothing of an endpoint's is parked any more, that alarm is cleared.
    """
    waiting = await queues.read(db)
    following: list[datetime] = []
    for tenant in await store.tenants(db):
        queue = waiting.get(tenant)
        found: dict[str, str] = {}
        if queue is not None and queue.oldest_at is not None:
            if queue.oldest_at + limit <= now:
                found[OLDEST] = f"{queue.waiting} KCIs are undelivered, the oldest since {_spoken(queue.oldest_at)}."
            else:
                following.append(queue.oldest_at + limit)
        async with db.tx(tenant) as tx:
            await alarms.settle(tx, tenant, kind=Kind.OLDEST_UNDELIVERED, found=found, now=now)
            await _clear_unparked(tx, tenant, now)
    return BusinessTime(min(following)) if following else None


async def _clear_unparked(tx: Tx, tenant: TenantId, now: BusinessTime) -> None:
    """What was parked has been replayed or skipped: nobody need look at it any more."""
    endpoints = await alarms.open_subjects(tx, tenant, Kind.DELIVERY_PARKED)
    still = await store.list_parked(tx, tenant, endpoints) if endpoints else set[str]()
    for endpoint in endpoints:
        if endpoint not in still:
            await alarms.clear(tx, tenant, kind=Kind.DELIVERY_PARKED, subject=endpoint, now=now)


async def audit(db: Db, now: BusinessTime) -> None:
    """Compare every tenant's lanes with the KCIs and deliveries that they stand for; mend what the rows prove."""
    for tenant in await store.tenants(db):
        found: dict[str, str] = {}
        after = 0
        while orders := await store.list_orders(
            db, tenant, after=after, updated_since=now - AUDITED, limit=ORDERS_AT_A_TIME
        ):
            found |= await _audited(db, tenant, orders)
            after = orders[-1]
        async with db.tx(tenant) as tx:
            await alarms.settle(tx, tenant, kind=Kind.LANE_ASTRAY, found=found, now=now)
    db.hint()


async def _audited(db: Db, tenant: TenantId, orders: list[int]) -> dict[str, str]:
    """What is astray, by lane, in words; each was logged."""
    found: dict[str, str] = {}
    for row in await store.list_astray(db, tenant, orders):
        lane = f"kci:{row['endpoint_id']}:{row['order_key']}"
        async with db.tx(tenant) as tx:
            words = [*await _mended(tx, tenant, row), *_wrong(row)]
        found[lane] = "; ".join(words)
        _log.error("a lane says something else than its KCIs", lane=lane, found=words)
    return found


async def _mended(tx: Tx, tenant: TenantId, row: Row) -> list[str]:
    """Upward only, and only as far as the rows go when they are looked at again."""
    if row["key"] is None:
        return []
    words: list[str] = []
    if row["last_enqueued"] < row["told"]:
        mended = await store.raise_enqueued(tx, tenant, row["key"], to=row["told"])
        words.append(_counted("enqueued", row["last_enqueued"], row["told"], mended=mended))
    if row["done"] > row["last_done"]:
        mended = await store.raise_done(tx, tenant, row["key"], seen=row["last_done"], to=row["done"])
        words.append(_counted("done", row["last_done"], row["done"], mended=mended))
    return words


def _counted(what: str, had: int, is_: int, *, mended: bool) -> str:
    return f"{what} up to {had}, by its rows up to {is_}: {'mended' if mended else 'left as it was'}"


def _wrong(row: Row) -> Iterable[str]:
    """What cannot be mended without passing something over, or sending what was settled."""
    if row["key"] is None:
        yield f"KCI {row['passed']} was told and has no lane; replay the order"
    elif row["passed"] is not None:
        yield f"KCI {row['passed']} was passed over, neither delivered nor skipped; replay it"
    if row["key"] is not None and row["last_enqueued"] > row["told"]:
        yield f"enqueued up to {row['last_enqueued']}, but only {row['told']} KCIs were told"


async def watch_credentials(db: Db, vault: Vault, now: BusinessTime) -> None:
    """Alarm what ends within three days of the real clock and has no successor."""
    for tenant in await store.tenants(db):
        found = await _ending_secrets(db, tenant) | await _ending_certificates(db, tenant, vault)
        async with db.tx(tenant) as tx:
            await alarms.settle(tx, tenant, kind=Kind.CREDENTIAL_EXPIRING, found=found, now=now, tells_tenant=True)
    ends_at = await keys.all_end_at(db)
    ours = {"signing keys": f"The last key that signs tokens ends on {_spoken(ends_at)}."} if _soon(ends_at) else {}
    async with db.tx(None) as tx:
        await alarms.settle(tx, None, kind=Kind.CREDENTIAL_EXPIRING, found=ours, now=now)


async def _ending_secrets(db: Db, tenant: TenantId) -> dict[str, str]:
    return {
        f"secret of endpoint {row['endpoint_id']}": f"The last secret that signs ends on {_spoken(row['ends_at'])}."
        for row in await store.list_ending_secrets(db, tenant, within=SOON)
    }


async def _ending_certificates(db: Db, tenant: TenantId, vault: Vault) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in await store.list_certificates(db, tenant):
        ends_at = _certificate_ends(vault, row["endpoint_id"], row["auth"])
        if _soon(ends_at):
            found[f"certificate of endpoint {row['endpoint_id']}"] = (
                f"The certificate that is shown to this endpoint ends on {_spoken(ends_at)}."
            )
    return found


def _certificate_ends(vault: Vault, endpoint: UUID, kept: bytes) -> datetime | None:
    """None where it cannot be read: deliveries say so themselves."""
    try:
        held = access.opened(vault, kept, access.auth_purpose(endpoint))
        chain = x509.load_pem_x509_certificates(held["certificate"].encode())
    except (VaultError, ValueError, KeyError):
        return None
    return min((one.not_valid_after_utc for one in chain), default=None)


def _soon(ends_at: datetime | None) -> bool:
    return ends_at is not None and ends_at <= real_now() + SOON


def _spoken(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "no day"
