"""Deliver the head of a lane, and say what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog

from fibregate.clock import BusinessClock, BusinessTime, real_now
from fibregate.db import Db, Row, Tx
from fibregate.kcis.delivery import model, signing, store
from fibregate.kcis.delivery.model import Attempt, Place, Renderer
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.tenants import audit
from fibregate.vault import Vault
from fibregate.vocabulary import OrderKey
from fibregate.web.connector import Connector, NotDelivered

HOLD: Final = timedelta(days=3650)
"""How far a suspended endpoint's lane is put off; enabling the endpoint makes it due."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What deliveries need; one for a worker. `renderers` is by the name that an endpoint asked for."""

    db: Db
    clock: BusinessClock
    connector: Connector
    vault: Vault
    renderers: Mapping[str, Renderer]
    retry_days: int


@dataclass(frozen=True, slots=True)
class _Letter:
    at: Place
    url: str
    body: bytes
    headers: Mapping[str, str]
    made_at: BusinessTime


async def deliver(post: Post, claim: Claim) -> None:
    """Run one claimed lane of the kind `kci`: make or read the head's bytes, send them, record what came of it."""
    at = _place(claim)
    row = await store.find_head(post.db, at)
    if row is not None:
        ids = {"request_id": row["request_id"], "conversation_id": row["conversation_id"]}
        structlog.contextvars.bind_contextvars(**ids)
    if row is None or row["deleted"]:
        await _end(post, claim, at)
    elif not row["enabled"]:
        await _hold(post, claim, at)
    else:
        letter = await _letter(post, at, row)
        attempt = await _attempt(post, letter)
        await _record(post, claim, letter, attempt)


def _place(claim: Claim) -> Place:
    if claim.tenant is None:
        raise AssertionError("a delivery is for a tenant")
    return Place(
        tenant=claim.tenant,
        endpoint=UUID(str(claim.subject["endpoint"])),
        order=OrderKey(int(str(claim.subject["order"]))),
        number=claim.head,
    )


async def _letter(post: Post, at: Place, row: Row) -> _Letter:
    """The bytes as first made, under a fresh signature."""
    if row["id"] is None:
        raise AssertionError("a lane's number is a KCI's")
    made = row
    if row["body"] is None:
        made_at = await post.clock.now()
        body = post.renderers[row["rendering"]](row["facts"], made_at)
        made = await store.insert(post.db, at, body=body, made_at=made_at)
    key = post.vault.open(row["secret"], signing.purpose(at.endpoint))
    headers = {"Content-Type": "application/json", "X-Request-ID": str(uuid4())}
    if row["conversation_id"]:
        headers["X-Conversation-ID"] = row["conversation_id"]
    headers.update(signing.headers([key], message_id=str(row["id"]), at=real_now(), body=made["body"]))
    return _Letter(at, row["url"], made["body"], headers, BusinessTime(made["made_at"]))


async def _attempt(post: Post, letter: _Letter) -> Attempt:
    started_at = await post.clock.now()
    try:
        answer = await post.connector.post(letter.url, letter.body, letter.headers)
    except NotDelivered as error:
        return model.failed(error, started_at)
    return model.answered(answer, started_at, real_now())


async def _record(post: Post, claim: Claim, letter: _Letter, attempt: Attempt) -> None:
    """One unit: the attempt, and where the lane stands after it. A lost lease undoes both."""
    at, now = letter.at, await post.clock.now()
    async with post.db.tx(at.tenant) as tx:
        if attempt.taken:
            await lanes.complete(tx, claim, done=claim.head)
        elif attempt.gone:
            await _suspend(tx, claim, at)
        elif model.exhausted(made_at=letter.made_at, now=now, failures=claim.attempts, days=post.retry_days):
            await lanes.park(tx, claim, f"not taken in {post.retry_days} days; last: {attempt.summary}")
            _log.error("a delivery is parked", tenant=at.tenant, endpoint=str(at.endpoint), lane=claim.key)
        else:
            due_at = BusinessTime(now + model.wait(claim.attempts, attempt.retry_after))
            await lanes.postpone(tx, claim, due_at, failed=True)
        await store.record(tx, at, attempt, now=now)
        tx.wakes_workers = attempt.taken and claim.last_enqueued > claim.head


async def _suspend(tx: Tx, claim: Claim, at: Place) -> None:
    """The receiver said 410: send nothing more, keep everything. Locks in the order of `endpoints.change`."""
    suspended = await store.suspend(tx, at.tenant, at.endpoint)
    await _hold_lane(tx, claim)
    if suspended:
        await audit.record(
            tx,
            tenant=at.tenant,
            actor="gateway",
            act="endpoint.suspend",
            subject=str(at.endpoint),
            details={"because": "the endpoint answered 410"},
        )


async def _hold(post: Post, claim: Claim, at: Place) -> None:
    async with post.db.tx(at.tenant) as tx:
        if await store.is_suspended(tx, at.tenant, at.endpoint):
            await _hold_lane(tx, claim)
        else:
            await lanes.postpone(tx, claim, await post.clock.now(), failed=False)
            tx.wakes_workers = True


async def _hold_lane(tx: Tx, claim: Claim) -> None:
    """Nothing done and no failures counted: when the endpoint is enabled its days of trying begin afresh."""
    await lanes.complete(tx, claim, done=claim.last_done)
    await store.hold_lane(tx, claim.key, span=HOLD)


async def _end(post: Post, claim: Claim, at: Place) -> None:
    """The endpoint is gone for good: whatever was queued for it is over."""
    async with post.db.tx(at.tenant) as tx:
        await lanes.complete(tx, claim)
