"""The worker put together: which handler runs which lane, and how each dialect's KCIs are rendered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast
from uuid import UUID

from fibregate import rounds
from fibregate.alarms import sign_ins, telling
from fibregate.alarms.duty import Duty
from fibregate.appointments import actions as appointments
from fibregate.appointments.far import actions as bookings
from fibregate.appointments.far import giving_back
from fibregate.appointments.far.model import Desk as BookingDesk
from fibregate.clock import BusinessClock, BusinessTime, real_now
from fibregate.db import Db, Tx
from fibregate.doors.tenant import appointments as tenant_bookings
from fibregate.doors.tenant import rendering as tenant_kci
from fibregate.doors.updates import rendering as supplier_kci
from fibregate.doors.wholesale import rendering as wholesale
from fibregate.inbox import actions as inbox
from fibregate.inbox import switches as sides
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.delivery import signing
from fibregate.kcis.delivery.access import Accesses
from fibregate.kcis.delivery.flights import Flights
from fibregate.kcis.delivery.model import Rendering
from fibregate.kcis.delivery.signing import Key, Keyring
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.lanes.runner import Handler
from fibregate.orders import actions as orders
from fibregate.orders import dispatch
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes import handing
from fibregate.orders.changes.model import Change
from fibregate.orders.sending import actions as sending
from fibregate.orders.sending.model import Desk, PassOn, no_headers
from fibregate.orders.watch import actions as watch
from fibregate.orders.watch import warning
from fibregate.orders.wayleaves import actions as wayleaves
from fibregate.settings import Settings
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.network.switches import actions as switches
from fibregate.vault import Vault
from fibregate.vocabulary import OrderKey, OrderStatus, TenantId
from fibregate.web.connector import Connector

RENDERERS: Final[Mapping[str, Rendering]] = {
    wholesale.NAME: Rendering(wholesale.render),
    tenant_kci.NAME: Rendering(tenant_kci.render, tenant_kci.url),
    supplier_kci.NAME: Rendering(supplier_kci.render, supplier_kci.url),
}

Begin = Callable[[Tx, TenantId, OrderKey, Mapping[str, object] | None, BusinessTime], Awaitable[None]]
Changed = Callable[[Tx, TenantId, Change, BusinessTime], Awaitable[None]]
KeepsSilence = Callable[[Tx, TenantId, OrderKey], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What handlers need. `begin`, `changed`, `keeps_silence` and `pass_on` are a sandbox's, `extra` its own lanes.

    Without anybody on `duty`, alarms are only shown; without `networks`, orders go to our own alone.
    """

    db: Db
    clock: BusinessClock
    settings: Settings
    vault: Vault
    connector: Connector
    networks: Networks | None = None
    duty: Duty = field(default_factory=Duty)
    begin: Begin | None = None
    changed: Changed | None = None
    keeps_silence: KeepsSilence | None = None
    pass_on: PassOn = no_headers
    extra: Mapping[str, Handler] | None = None


Act = Callable[[Db, Claim, BusinessTime], Awaitable[None]]
"""What runs a lane that needs the time, and nothing else."""

TIMED: Final[Mapping[str, Act]] = {
    "inbox": inbox.read_next,
    "hold": appointments.expire,
    "books": books.open_daily,
    sign_ins.LANE: sign_ins.hear,
    sign_ins.OVER: sign_ins.calm_down,
    watch.LANE: warning.look,
    wayleaves.LANE: wayleaves.look,
    switches.TO_LOSER: sides.follow,
    switches.TO_GAINER: sides.end_gaining,
}


def handlers(work: Work) -> dict[str, Handler]:
    """The HANDLERS table: kind of lane to what runs it."""
    post = delivery.Post(
        db=work.db,
        flights=Flights(work.db),
        clock=work.clock,
        connector=work.connector,
        accesses=Accesses(work.connector, work.vault),
        vault=work.vault,
        renderings=RENDERERS,
        retry_days=work.settings.retry_days,
        total_seconds=work.settings.webhook_total_seconds,
    )
    return {
        **{kind: _timed(work, act) for kind, act in TIMED.items()},
        "dispatch": partial(_dispatch, work),
        changes.LANE: partial(_change, work),
        bookings.LANE: partial(_find_booking, work),
        giving_back.LANE: partial(_give_back, work),
        orders.FAR: partial(_send, work, sending.send_order),
        changes.FAR: partial(_send, work, sending.send_change),
        "silence-warn": partial(_silence, work),
        "silence-end": partial(_silence, work),
        "kci": partial(delivery.deliver_in_a_row, post),
        "replay": partial(delivery.deliver_in_a_row, post),
        telling.LANE: _timed(work, partial(telling.tell, work.duty)),
        **rounds.handlers(work.db, work.clock, work.settings, work.vault),
        **(work.extra or {}),
    }


def _timed(work: Work, act: Act) -> Handler:
    async def run(claim: Claim) -> None:
        await act(work.db, claim, await work.clock.now())

    return run


async def _dispatch(work: Work, claim: Claim) -> None:
    tenant, order = _of(claim)
    now = await work.clock.now()
    async with work.db.tx(tenant) as tx:
        await lanes.complete(tx, claim)
        sent = await dispatch.to_own_network(tx, tenant, order, now)
        if work.begin:
            play = cast("Mapping[str, object] | None", claim.subject.get("play"))
            await work.begin(tx, tenant, order, play, now)
        if sent.status is OrderStatus.SENT_TO_SUPPLIER:
            await watch.begin(tx, sent, watch.SENT, now)


async def _change(work: Work, claim: Claim) -> None:
    tenant, order = _of(claim)
    now = await work.clock.now()
    async with work.db.tx(tenant) as tx:
        change = await handing.to_own_network(tx, tenant, order, claim.head, now)
        judged = change is None or await sides.judge(tx, tenant, change, now)
        if change is not None and not judged and work.changed:
            await work.changed(tx, tenant, change, now)
        await lanes.complete(tx, claim, done=claim.head)  # after the order, as who asks for the next one does


async def _send(work: Work, send: Callable[[Desk, Claim, BusinessClock], Awaitable[None]], claim: Claim) -> None:
    if work.networks is None:
        raise AssertionError("this worker sends nothing to suppliers far away")
    await send(Desk(work.db, work.networks, work.pass_on), claim, work.clock)


async def _find_booking(work: Work, claim: Claim) -> None:
    if work.networks is None:
        raise AssertionError("this worker asks nothing of suppliers far away")
    desk = BookingDesk(work.db, work.networks, tenant_bookings.stored, work.settings.answer_seconds)
    await bookings.find_out(desk, claim, work.clock)


async def _give_back(work: Work, claim: Claim) -> None:
    if work.networks is None:
        raise AssertionError("this worker asks nothing of suppliers far away")
    await giving_back.give_back(work.db, work.networks, claim, work.clock)


async def _silence(work: Work, claim: Claim) -> None:
    tenant, order = _of(claim)
    async with work.db.tx(tenant) as tx:
        mine = await work.keeps_silence(tx, tenant, order) if work.keeps_silence else False
        if mine:
            await lanes.complete(tx, claim)
    if not mine:
        await inbox.break_silence(work.db, claim, await work.clock.now())


def sign(secret: bytes, message_id: str, body: bytes) -> Mapping[str, str]:
    """For what we send to the operator: the same scheme as for tenants."""
    keyring = Keyring((Key(UUID(int=0), secret),))
    return signing.headers(keyring, message_id=message_id, at=real_now(), body=body)


def _of(claim: Claim) -> tuple[TenantId, OrderKey]:
    if claim.tenant is None:
        raise AssertionError(f"the lane {claim.key} has a tenant")
    return claim.tenant, OrderKey(int(str(claim.subject["order"])))
