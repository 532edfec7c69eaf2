"""Send an endpoint a message of no order, because its tenant asks to: to see that it is reached, or who has it."""

import asyncio
import secrets as random
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

import orjson

from fibregate.clock import BusinessClock, real_now
from fibregate.db import Db, Row
from fibregate.errors import Unavailable
from fibregate.kcis.delivery import model, signing
from fibregate.kcis.delivery.access import Accesses
from fibregate.kcis.delivery.model import Attempt, Rendering
from fibregate.kcis.endpoints import actions, store
from fibregate.kcis.endpoints.secrets import actions as secrets
from fibregate.kcis.health import limits
from fibregate.kcis.health.limits import Limits
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId
from fibregate.web.connector import Answered, Connector, NotDelivered

LONGEST: Final = 20.0
"""Seconds of the real clock that the call may take, whatever the endpoint's own limit."""
PATIENCE: Final = 3.0
"""Seconds to wait for a place under the endpoint's own rate and concurrency."""
MARK: Final = "webhook-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What a trial needs; one for a web process, which tries an endpoint once at a time."""

    db: Db
    clock: BusinessClock
    connector: Connector
    accesses: Accesses
    vault: Vault
    renderings: Mapping[str, Rendering]
    total_seconds: float
    running: set[UUID] = field(default_factory=set[UUID])


@dataclass(frozen=True, slots=True)
class _Sent:
    attempt: Attempt
    excerpt: bytes
    url: str


async def ping(trials: Trials, tenant: TenantId, endpoint: UUID, *, by: Actor) -> Attempt:
    """Raises `Unknown`, and `Unavailable` while its limits leave no room; whatever comes back is no error.

    Nothing is kept of it but a line of the audit; a suspended endpoint can be tried, too.
    """
    body = {"type": "ping", "endpointId": str(endpoint)}
    sent = await _send(trials, tenant, endpoint, body)
    details = {"outcome": sent.attempt.outcome, "httpStatus": sent.attempt.http_status}
    async with trials.db.tx(tenant) as tx:
        await actions.note(tx, tenant, endpoint, act="endpoint.ping", by=by, details=details)
    return sent.attempt


async def verify(trials: Trials, tenant: TenantId, endpoint: UUID, *, by: Actor) -> tuple[bool, Attempt]:
    """As `ping`; the endpoint is verified when a 2xx answer has the challenge in its first 4 KiB."""
    challenge = random.token_urlsafe(32)
    body = {"type": "challenge", "endpointId": str(endpoint), "challenge": challenge}
    sent = await _send(trials, tenant, endpoint, body)
    verified = sent.attempt.taken and challenge.encode() in sent.excerpt
    async with trials.db.tx(tenant) as tx:
        if verified:
            verified = await store.mark_verified(tx, tenant, endpoint, url=sent.url)
        details = {"verified": verified, "outcome": sent.attempt.outcome, "httpStatus": sent.attempt.http_status}
        await actions.note(tx, tenant, endpoint, act="endpoint.verify", by=by, details=details)
    return verified, sent.attempt


async def _send(trials: Trials, tenant: TenantId, endpoint: UUID, body: Mapping[str, str]) -> _Sent:
    row = await store.find_target(trials.db, tenant, endpoint)
    if row is None:
        raise actions.unknown(endpoint)
    async with _place(trials, tenant, endpoint, row):
        started_at, request_id = await trials.clock.now(), uuid4()
        try:
            answer = await _post(trials, tenant, endpoint, row, {**body, "requestId": str(request_id)})
        except NotDelivered as error:
            return _Sent(model.failed(error, started_at), b"", row["url"])
    if answer.status == HTTPStatus.UNAUTHORIZED:
        trials.accesses.forget(endpoint)
    return _Sent(model.answered(answer, started_at, real_now()), answer.excerpt, row["url"])


@asynccontextmanager
async def _place(trials: Trials, tenant: TenantId, endpoint: UUID, row: Row) -> AsyncGenerator[None]:
    """A trial counts towards the endpoint's rate and concurrency as a delivery does."""
    if endpoint in trials.running:
        raise Unavailable("id: this endpoint is being tried already; wait for that answer", 1)
    wanted = Limits(rate=row["rate_per_second"], concurrency=row["concurrency"], call_seconds=2 * _seconds(trials, row))
    trials.running.add(endpoint)
    try:
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(PATIENCE):
                    await held.enter_async_context(limits.place(trials.db, tenant, endpoint, wanted))
            except TimeoutError:
                raise Unavailable("id: deliveries take all that the endpoint's limits allow; try later", 5) from None
            yield
    finally:
        trials.running.discard(endpoint)


def _seconds(trials: Trials, row: Row) -> float:
    return min(row["total_seconds"] or trials.total_seconds, LONGEST)


async def _post(trials: Trials, tenant: TenantId, endpoint: UUID, row: Row, body: Mapping[str, str]) -> Answered:
    """Signed and sent as a delivery is; the mark tells the receiver that this is of no order."""
    keyring = await secrets.keyring(trials.db, tenant, endpoint, trials.vault)
    access = await trials.accesses.of(endpoint, auth_kind=row["auth_kind"], auth=row["auth"], headers=row["headers"])
    raw = orjson.dumps(body)
    own = {"Content-Type": "application/json", "X-Request-ID": body["requestId"], MARK: body["type"]}
    return await trials.connector.post(
        trials.renderings[row["rendering"]].url(row["url"]),
        raw,
        {**access.headers, **own, **signing.headers(keyring, message_id=str(uuid4()), at=real_now(), body=raw)},
        tls=access.tls,
        connect_seconds=row["connect_seconds"],
        total_seconds=_seconds(trials, row),
    )
