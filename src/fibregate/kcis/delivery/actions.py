"""Deliver the head of a lane, and say what became of it. Rules: `docs/reference/kcis.md`."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

import structlog

from fibregate.clock import BusinessClock, BusinessTime, real_now
from fibregate.db import Db, Row
from fibregate.kcis.delivery import model, outcomes, signing
from fibregate.kcis.delivery.access import Accesses
from fibregate.kcis.delivery.flights import Flights
from fibregate.kcis.delivery.model import Attempt, By, Further, Made, Place, Rendering, Taken, Unrenderable
from fibregate.kcis.health import actions as health
from fibregate.kcis.health import limits
from fibregate.kcis.health.limits import Limits
from fibregate.kcis.sight import queues
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, LeaseLost
from fibregate.vault import Vault
from fibregate.vocabulary import OrderKey, TenantId
from fibregate.web.connector import Connector, NotDelivered
from fibregate.web.dialling import Overtaken

UNAUTHORISED: Final = 401
IN_A_ROW_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What deliveries need; one for a worker. `renderings` is by the name that an endpoint asked for."""

    db: Db
    flights: Flights
    clock: BusinessClock
    connector: Connector
    accesses: Accesses
    vault: Vault
    renderings: Mapping[str, Rendering]
    retry_days: int
    total_seconds: float = 20
    rest_seconds: float = 0.25
    """How long a failed attempt keeps its place in the worker. Its tenant's next attempts wait, and nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    url: str
    body: bytes
    headers: Mapping[str, str]
    made_at: BusinessTime
    started_at: BusinessTime
    request_id: UUID
    signed_with: tuple[UUID, ...]
    connect_seconds: float | None
    total_seconds: float | None


@dataclass(frozen=True, slots=True)
class _Head:
    """What is to be sent; `made` are its bytes if they were made ahead."""

    at: Place
    row: Row
    made: Made | None


async def deliver_in_a_row(post: Post, claim: Claim) -> None:
    """Run one claimed lane of the kinds `kci` and `replay`: its head, and for a moment what comes after it.

    A receiver that answers at once has a whole order's KCIs for one claim; others wait for no longer than that moment.
    """
    until = time.monotonic() + IN_A_ROW_SECONDS
    further = await deliver(post, claim, until=until)
    while further is not None:
        claim.lease.heads += 1
        further = await deliver(post, further.claim, until=until, known=further)


async def deliver(post: Post, claim: Claim, *, until: float = 0.0, known: Further | None = None) -> Further | None:
    """Make or read the head's bytes, send them, record what became of it.

    Answers how the lane goes on if it has more and is still ours, which it stays until that time of the monotonic
    clock. `known` is that answer for the lane's last head.
    """
    asked = _asked(claim)
    row = known.row if known and _is_whole(known) else await post.flights.find_head(asked)
    if row["url"] is None or row["deleted"]:
        await _end(post, claim, asked.tenant)
        return None
    _name_the_request(row)
    at = replace(asked, number=row["number"])
    if row["skipped"]:
        await outcomes.skipped(post.db, claim, at, await post.clock.now())
    elif not row["enabled"] or not health.read(row).admits(claim.key):
        now = await post.clock.now()
        async with post.db.tx(at.tenant) as tx:
            await health.hold(tx, at.tenant, at.endpoint, claim, now)
    elif row["waits_for_replay"]:
        await outcomes.wait_for_replay(post.db, claim, at, await post.clock.now())
    else:
        return await _try(post, claim, _Head(at, row, known and known.made), until)
    return None


def _is_whole(known: Further) -> bool:
    """What was seen before the last head was recorded can say that a replay is ahead which just went with that head."""
    row = known.row
    return not row["waits_for_replay"] and (
        row["body"] is not None or row["facts"] is not None or known.made is not None
    )


def _asked(claim: Claim) -> Place:
    """The lane's next event, by the lane's own number."""
    if claim.tenant is None:
        raise AssertionError("a delivery is for a tenant")
    replay = claim.subject.get("replay")
    return Place(
        claim.tenant,
        UUID(str(claim.subject["endpoint"])),
        OrderKey(int(str(claim.subject["order"]))),
        claim.head,
        None if replay is None else UUID(str(replay)),
    )


def _name_the_request(row: Row) -> None:
    """Log lines about a delivery name the request that placed its order."""
    structlog.contextvars.bind_contextvars(request_id=row["request_id"], conversation_id=row["conversation_id"])


async def _end(post: Post, claim: Claim, tenant: TenantId) -> None:
    """The endpoint is gone for good: whatever was queued for it is over."""
    async with post.db.tx(tenant) as tx:
        await lanes.complete(tx, claim)


async def _try(post: Post, claim: Claim, head: _Head, until: float) -> Further | None:
    at, row = head.at, head.row
    await claim.lease.give_way()
    async with limits.place(post.db, at.tenant, at.endpoint, _limits(post, row)) as waited:
        if waited and not await _still(post, claim, at):
            return None
        started_at = await post.clock.now()
        try:
            letter = await _letter(post, head, started_at)
        except Unrenderable as error:
            await outcomes.unrenderable(post.db, claim, at, error, started_at)
            return None
        await claim.lease.give_way()
        attempt = await _attempt(post, claim, at, letter, row)
    await claim.lease.give_way()
    queues.count_attempt(at.tenant, attempt.outcome)
    if attempt.taken:
        recovers = bool(row["failures"] or row["down"])
        keeps_lane = time.monotonic() < until
        now = await post.clock.now()
        following = _following(post, at, row, now) if keeps_lane else None
        done = Taken(claim, at, attempt, now, keeps_lane, following)
        return await outcomes.taken(post.db, post.flights, done, recovers=recovers)
    since = max(letter.made_at, row["asked_again_at"] or letter.made_at)
    failed = outcomes.Failed(attempt=attempt, since=since, retry_days=post.retry_days)
    await outcomes.failed(post.db, claim, at, failed, await post.clock.now())
    await asyncio.sleep(post.rest_seconds)
    return None


def _limits(post: Post, row: Row) -> Limits:
    seconds = row["total_seconds"] or post.total_seconds
    return Limits(
        rate=row["rate_per_second"],
        concurrency=row["concurrency"],
        call_seconds=seconds + post.total_seconds if row["auth_kind"] == "OAUTH2" else seconds,
        recovered_at=row["recovered_at"],
    )


async def _still(post: Post, claim: Claim, at: Place) -> bool:
    """After a wait for a place the endpoint may stand otherwise: then the lane is looked at afresh."""
    row = await post.flights.find_head(_asked(claim))
    if row["enabled"] and not row["deleted"] and not row["skipped"] and health.read(row).admits(claim.key):
        return True
    now = await post.clock.now()
    async with post.db.tx(at.tenant) as tx:
        await lanes.postpone(tx, claim, now, failed=False)
    return False


def _following(post: Post, at: Place, row: Row, now: BusinessTime) -> Made | None:
    """The bytes of the KCI behind the head, where they are still to be made; its own turn tells if that cannot be."""
    if row["next_facts"] is None:
        return None
    try:
        body = _rendered(post.renderings[row["rendering"]], row["next_facts"], now)
    except Unrenderable:
        return None
    return Made(replace(at, number=at.number + 1), body, now)


async def _letter(post: Post, head: _Head, now: BusinessTime) -> _Letter:
    """The bytes as first made, under a fresh signature."""
    at, row, made = head.at, head.row, head.made
    if row["id"] is None:
        raise AssertionError("a lane's number is a KCI's")
    rendering = post.renderings[row["rendering"]]
    body, made_at = row["body"], row["made_at"]
    if body is None:
        if made is None:
            made = await post.flights.keep(Made(at, _rendered(rendering, row["facts"], now), now))
        body, made_at = made.body, made.made_at
    keyring = signing.keyring(
        post.vault,
        at.endpoint,
        zip(row["secret_ids"] or (), row["secrets"] or (), row["private_keys"] or (), strict=True),
    )
    request_id = uuid4()
    headers = {"Content-Type": "application/json", "X-Request-ID": str(request_id)}
    if row["conversation_id"]:
        headers["X-Conversation-ID"] = row["conversation_id"]
    if row["marked"]:
        headers["webhook-replay"] = str(row["marked"])
    headers.update(signing.headers(keyring, message_id=str(row["id"]), at=real_now(), body=body))
    return _Letter(
        url=rendering.url(row["url"]),
        body=body,
        headers=headers,
        made_at=BusinessTime(made_at),
        started_at=now,
        request_id=request_id,
        signed_with=tuple(keyring.secret_ids),
        connect_seconds=row["connect_seconds"],
        total_seconds=row["total_seconds"],
    )


def _rendered(rendering: Rendering, facts: Mapping[str, object], now: BusinessTime) -> bytes:
    try:
        return rendering.render(facts, now)
    except Exception as error:
        raise Unrenderable(f"{type(error).__name__}: {error}") from error


async def _attempt(post: Post, claim: Claim, at: Place, letter: _Letter, row: Row) -> Attempt:
    started_at = letter.started_at
    by = By(request_id=letter.request_id, signed_with=letter.signed_with, marked=row["marked"])
    try:
        access = await post.accesses.of(
            at.endpoint, auth_kind=row["auth_kind"], auth=row["auth"], headers=row["headers"]
        )
        answer = await post.connector.post(
            letter.url,
            letter.body,
            {**access.headers, **letter.headers},
            tls=access.tls,
            connect_seconds=letter.connect_seconds,
            total_seconds=letter.total_seconds,
            may_send=claim.lease.holds,
        )
    except Overtaken as error:
        raise LeaseLost(claim.key) from error
    except NotDelivered as error:
        return model.failed(error, started_at, **by)
    if answer.status == UNAUTHORISED:
        post.accesses.forget(at.endpoint)
    return model.answered(answer, started_at, real_now(), **by)
