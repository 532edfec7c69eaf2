"""The mutating routes of every door: how each is prepared, asked, and what it has done when it was done once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from proof import traffic
from proof.caller import UPDATES, Answer
from proof.t2_stage import Stage
from proof.t5_caller import booking
from proof.town import FIRST_VISITED_UPRN, SUPPLIER

MANAGE: Final = "/manage/v1"
_NAMES: Final = UUID("5f0e6a0c-54a4-4a1e-9d50-5a5d5f3c1b11")


class NotPrepared(Exception):
    """What a route needs beforehand was refused."""


@dataclass(frozen=True)
class Asked:
    """One request. `about` is bound to the route's count of effects, after the tenant's number."""

    method: str
    path: str
    body: Any
    about: tuple[object, ...]
    who: str = ""
    """The tenant itself, where empty."""

    cleared: tuple[str, str] | None = None
    """What is asked afterwards, so that the next one finds room."""


Prepare = Callable[[Stage, str, int], Awaitable[Asked]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """`name` begins with the operation's, at the tenant door after its door's.

    `expected` is what `effect` counts when all was done exactly once.
    `is_keyed`: the same request gets the very same bytes again. `after` are statuses that say, instead of the first
    answer, that it was done before.
    """

    name: str
    prepare: Prepare
    effect: str = "select 0 as nothing where $1::integer > 0"
    expected: Mapping[str, int] = field(default_factory=lambda: {"nothing": 0})
    is_keyed: bool = True
    after: frozenset[int] = frozenset()

    @property
    def operation(self) -> str:
        first, *more = self.name.split()
        return f"{first} {more[0]}" if first == TENANT else first


async def ok(on: Stage, who: str, method: str, path: str, body: Any = None, **note: Any) -> Answer:
    got = await on.callers[who].insist(method, path, body, note=note or None)
    if not 200 <= got.status < 300:
        raise NotPrepared(f"{method} {path}: {got.status} {got.raw[:300]!r}")
    return got


async def _book(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    return Asked("POST", "appointments", booking(number, on.slots[number % len(on.slots)]), (number,))


async def _release(on: Stage, tenant: str, number: int) -> Asked:
    await ok(on, tenant, "POST", "appointments", booking(number, on.slots[number % len(on.slots)]))
    return Asked("DELETE", f"appointments/{number}", None, (number,))


async def _order(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    return Asked("POST", "service-orders", traffic.order(number, tenant), (number,))


async def _visited_order(on: Stage, tenant: str, number: int) -> Asked:
    await ok(on, tenant, "POST", "appointments", booking(number, on.slots[number % len(on.slots)]))
    address = {"id": str(FIRST_VISITED_UPRN), "type": "UPRN"}
    body = {**traffic.order(number, tenant), "address": address, "appointmentReservationId": number}
    return Asked("POST", "service-orders", body, (number,))


async def _quote(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    return Asked("POST", "quote", traffic.called(number, traffic.quote("T2")), (number,))


async def _ethernet_order(on: Stage, tenant: str, number: int) -> Asked:
    quoted = await ok(on, tenant, "POST", "quote", traffic.called(number, traffic.quote("T2")))
    body = traffic.called_order(number, tenant, "T2", quoted.body)
    return Asked("POST", "ethernet/service-orders", body, (number,))


async def placed(on: Stage, tenant: str, number: int) -> None:
    """An order of this number is there."""
    await ok(on, tenant, "POST", "service-orders", traffic.order(number, tenant), what="order", order=number)


def said(tenant: str, number: int, place: int = 1) -> tuple[str, dict[str, Any]]:
    """What the network says of an order, and its id."""
    identity = str(uuid5(_NAMES, f"{tenant} {number} {place}"))
    reason, status = traffic.REASONS[place - 1]
    return identity, traffic.update(identity, number, tenant, place, reason=reason, status=status)


async def _update(on: Stage, tenant: str, number: int) -> Asked:
    await placed(on, tenant, number)
    identity, body = said(tenant, number)
    return Asked("POST", UPDATES, body, (number, UUID(identity)), who=SUPPLIER)


async def told(on: Stage, tenant: str, number: int) -> None:
    """An order of this number has its first KCI."""
    await placed(on, tenant, number)
    await ok(on, SUPPLIER, "POST", UPDATES, said(tenant, number)[1])
    if not await on.done(tenant):
        raise NotPrepared(f"{tenant} order {number}: its KCI was never delivered")


async def _amend(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    return Asked("POST", "service-order-amendments", {"id": number, "orderId": number, "notes": "T2"}, (number,))


async def _cancel(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    body = {"id": number, "orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return Asked("POST", "service-order-cancellations", body, (number,))


async def _made_endpoint(on: Stage, tenant: str, number: int, **more: object) -> str:
    body = {"url": f"{on.hears.url}/spare/{number}", "rendering": "wholesale-webhook", **more}
    return str((await ok(on, tenant, "POST", f"{MANAGE}/endpoints", body)).body["id"])


async def _create_endpoint(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    url = f"{on.hears.url}/spare/{number}"
    body = {"url": url, "rendering": "wholesale-webhook", "headers": {"X-Api-Key": "0123"}, "ratePerSecond": 5}
    body["creationId"] = str(uuid5(NAMESPACE_URL, url))
    return Asked("POST", f"{MANAGE}/endpoints", body, (url,), cleared=("endpoints", url))


async def _change_endpoint(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    path = f"{MANAGE}/endpoints/{made}"
    return Asked("PATCH", path, {"ratePerSecond": 7, "enabled": False}, (UUID(made),), cleared=("endpoint", made))


async def _delete_endpoint(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    return Asked("DELETE", f"{MANAGE}/endpoints/{made}", None, (UUID(made),))


async def _create_secret(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    path = f"{MANAGE}/endpoints/{made}/secrets"
    body = {"overlapDays": 7, "creationId": str(uuid5(NAMESPACE_URL, path))}
    return Asked("POST", path, body, (UUID(made),), cleared=("endpoint", made))


async def _delete_secret(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    path = f"{MANAGE}/endpoints/{made}/secrets"
    old = (await ok(on, tenant, "GET", path)).body["secrets"][0]["id"]
    await ok(on, tenant, "POST", path, {"overlapDays": 7})
    return Asked("DELETE", f"{path}/{old}", None, (UUID(made),), cleared=("endpoint", made))


async def _ping(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    return Asked("POST", f"{MANAGE}/endpoints/{made}/ping", None, (), cleared=("endpoint", made))


async def _verify(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    return Asked("POST", f"{MANAGE}/endpoints/{made}/verify", None, (), cleared=("endpoint", made))


async def _replay(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    replay = uuid4()
    return Asked("POST", f"{MANAGE}/replays", {"replayId": str(replay), "orderId": number}, (replay,))


async def _reconcile(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    replay = uuid4()
    claimed = [{"orderId": number, "lastSequence": 0}]
    body = {"orders": claimed, "resend": True, "replayId": str(replay)}
    return Asked("POST", f"{MANAGE}/reconcile", body, (replay,))


async def _skip(on: Stage, tenant: str, number: int) -> Asked:
    made = await _made_endpoint(on, tenant, number)
    await ok(on, tenant, "PATCH", f"{MANAGE}/endpoints/{made}", {"enabled": False})
    await told(on, tenant, number)
    body = {"endpointId": made, "sequenceNumber": 1, "because": "T2"}
    return Asked("POST", f"{MANAGE}/orders/{number}/skip", body, (UUID(made),), cleared=("endpoint", made))


async def _decide(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    identity = str(uuid5(_NAMES, f"{tenant} {number} charge"))
    body = traffic.update(identity, number, tenant, 2, reason="INFORMATION_REQUIRED", status="PENDING")
    charge = {"construction": "5150.00", "included": "2800.00"}
    await ok(on, SUPPLIER, "POST", UPDATES, {**body, "text": "T2", "charge": charge})
    if not await on.done(tenant):
        raise NotPrepared(f"{tenant} order {number}: nobody was asked for money")
    raised = (await ok(on, tenant, "GET", f"{MANAGE}/charges?orderId={number}")).body["charges"][0]["id"]
    path = f"{MANAGE}/charges/{raised}/decision"
    return Asked("POST", path, {"decision": "ACCEPT", "amount": "2350.00"}, (UUID(raised),))


_MISCOUNTED: Final = """
(select count(*) from slots as s where s.booked <> (select count(*) from reservations as r
    where r.slot_id = s.slot_id
    and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED'))) as miscounted
"""
_ACTS: Final = "(select count(*) from audit as a where a.about_tenant = $1 and a.act = '{}' and a.subject = {}) as acts"
_BOOKED: Final = f"""
select (select count(*) from reservations where tenant_id = $1 and id = $2) as reservations,
    (select count(*) from lanes where key = 'hold:' || $1 || ':' || $2) as timers,
    {_ACTS.format("appointment.book", "'appointment ' || $2::bigint")}, {_MISCOUNTED}
"""  # noqa: S608 - put together from this file only
_RELEASED: Final = f"""
select (select count(*) from reservations where tenant_id = $1 and id = $2 and state = 'RELEASED') as released,
    {_ACTS.format("appointment.release", "'appointment ' || $2::bigint")}, {_MISCOUNTED}
"""  # noqa: S608 - put together from this file only
_PLACED: Final = f"""
select count(distinct o.order_key) as orders, count(distinct so.order_key) as handed,
    count(distinct l.key) as work, count(distinct w.reference) as work_orders,
    {_ACTS.format("order.place", "'order ' || $2::bigint")}, {_MISCOUNTED}
from orders as o left join supplier_orders as so on so.order_key = o.order_key
left join lanes as l on l.key = 'dispatch:' || o.order_key left join work_orders as w on w.order_key = o.order_key
where o.tenant_id = $1 and o.id = $2
"""  # noqa: S608 - put together from this file only
_QUOTED: Final = """
select count(distinct q.quote_id) as quotes, count(distinct i.supplier_quote_id) as items,
    (select count(*) from audit as a where a.about_tenant = $1 and a.act = 'quote.ask'
        and a.subject in (select 'quote ' || q.quote_id from quotes as q
            where q.tenant_id = $1 and q.caller_id = $2)) as acts
from quotes as q left join quote_items as i on i.tenant_id = $1 and i.quote_id = q.quote_id
where q.tenant_id = $1 and q.caller_id = $2
"""
_CHANGED: Final = f"""
select count(distinct c.change_key) as changes,
    count(distinct c.change_key) filter (where c.status = 'PENDING') as sent,
    count(distinct l.key) as work, max(o.changes) as counted,
    {_ACTS.format("order.{kind}", "'{kind} ' || $2::bigint")}, {_MISCOUNTED}
from order_changes as c join orders as o on o.tenant_id = $1 and o.order_key = c.order_key
left join lanes as l on l.key = 'change:' || o.order_key
where c.tenant_id = $1 and c.id = $2
"""  # noqa: S608 - put together from this file only
_TOLD: Final = """
select count(distinct u.id) as updates, count(distinct u.id) filter (where u.state = 'APPLIED') as applied,
    count(distinct k.id) as kcis, count(distinct f.position) as shown, max(o.kci_count) as counted,
    count(distinct d.sequence_number) filter (where d.delivered_at is not null) as delivered
from orders as o left join supplier_updates as u on u.tenant_id = $1 and u.order_key = o.order_key and u.id = $3
left join kcis as k on k.tenant_id = $1 and k.order_key = o.order_key
left join feed as f on f.tenant_id = $1 and f.order_key = o.order_key
left join deliveries as d on d.tenant_id = $1 and d.order_key = o.order_key
where o.tenant_id = $1 and o.id = $2
"""
_ENDPOINT: Final = """
select count(*) filter (where deleted_at is null {}) as endpoints from endpoints where tenant_id = $1 and {} = $2
"""
_SECRETS: Final = """
select count(*) as secrets from endpoint_secrets where tenant_id = $1 and endpoint_id = $2
"""
_REPLAYED: Final = """
select (select count(*) from replays where tenant_id = $1 and replay_id = $2) as replays,
    (select count(*) from replay_items where tenant_id = $1 and replay_id = $2) as items,
    (select count(*) from replay_items where tenant_id = $1 and replay_id = $2 and done_at is not null) as sent
"""
_SKIPPED: Final = """
select (select count(*) from kci_skips where tenant_id = $1 and endpoint_id = $2) as skips,
    (select count(*) from kci_skips where tenant_id = $1 and endpoint_id = $2 and done_at is not null) as done,
    (select count(*) from feed where tenant_id = $1 and skipped_at_endpoint = $2) as shown
"""

_DECIDED: Final = """
select count(distinct h.charge_id) filter (where h.answer = 'ACCEPT') as answered,
    count(distinct c.change_key) as changes, count(distinct c.change_key) filter (where c.status = 'PENDING') as sent
from charges as h left join order_changes as c on c.tenant_id = $1 and c.order_key = h.order_key
where h.tenant_id = $1 and h.charge_id = $2
"""

MAKES_NOTHING: Final = frozenset({"getAccessToken", "getTenantAccessToken", "getSupplierAccessToken"})
"""Routes that are POST by their protocol and leave no row behind."""

TENANT: Final = "tenant"
DOORS: Final = ("identity", "auth", "manage", "updates", "wholesale", TENANT)
"""All but the sandbox's, which is no part of production."""

_ONE_ORDER: Final = {"orders": 1, "handed": 1, "work": 1, "work_orders": 1, "acts": 1, "miscounted": 0}
_ONE_CHANGE: Final = {"changes": 1, "sent": 1, "work": 1, "counted": 1, "acts": 1, "miscounted": 0}
_ONE_KCI: Final = {"updates": 1, "applied": 1, "kcis": 1, "shown": 1, "counted": 1, "delivered": 1}
_GONE: Final = frozenset({404})

ROUTES: Final = (
    Route(
        name="bookAppointment",
        prepare=_book,
        effect=_BOOKED,
        expected={"reservations": 1, "timers": 1, "acts": 1, "miscounted": 0},
    ),
    Route(
        name="releaseAppointment",
        prepare=_release,
        effect=_RELEASED,
        expected={"released": 1, "acts": 1, "miscounted": 0},
    ),
    Route(name="placeOrder", prepare=_order, effect=_PLACED, expected=_ONE_ORDER),
    Route(name="placeOrder with a visit", prepare=_visited_order, effect=_PLACED, expected=_ONE_ORDER),
    Route(name="placeEthernetOrder", prepare=_ethernet_order, effect=_PLACED, expected=_ONE_ORDER),
    Route(name="askQuote", prepare=_quote, effect=_QUOTED, expected={"quotes": 1, "items": 1, "acts": 1}),
    Route(name="amendOrder", prepare=_amend, effect=_CHANGED.format(kind="amendment"), expected=_ONE_CHANGE),
    Route(name="cancelOrder", prepare=_cancel, effect=_CHANGED.format(kind="cancellation"), expected=_ONE_CHANGE),
    Route(name="receiveKci", prepare=_update, effect=_TOLD, expected=_ONE_KCI),
    Route(name="replayKcis", prepare=_replay, effect=_REPLAYED, expected={"replays": 1, "items": 1, "sent": 1}),
    Route(name="reconcile", prepare=_reconcile, effect=_REPLAYED, expected={"replays": 1, "items": 1, "sent": 1}),
    Route(
        name="skipKci",
        prepare=_skip,
        effect=_SKIPPED,
        expected={"skips": 1, "done": 1, "shown": 1},
        is_keyed=False,  # the answer says how far it is
    ),
    Route(
        name="decideCharge",
        prepare=_decide,
        effect=_DECIDED,
        expected={"answered": 1, "changes": 1, "sent": 1},
    ),
    Route(
        name="createEndpoint",
        prepare=_create_endpoint,
        effect=_ENDPOINT.format("", "url"),
        expected={"endpoints": 1},
    ),
    Route(
        name="changeEndpoint",
        prepare=_change_endpoint,
        effect=_ENDPOINT.format("and rate_per_second = 7 and not enabled", "endpoint_id"),
        expected={"endpoints": 1},
    ),
    Route(
        name="deleteEndpoint",
        prepare=_delete_endpoint,
        effect=_ENDPOINT.format("", "endpoint_id"),
        expected={"endpoints": 0},
        after=_GONE,
    ),
    Route(name="createEndpointSecret", prepare=_create_secret, effect=_SECRETS, expected={"secrets": 2}),
    Route(name="deleteEndpointSecret", prepare=_delete_secret, effect=_SECRETS, expected={"secrets": 1}, after=_GONE),
    Route(name="pingEndpoint", prepare=_ping, is_keyed=False),
    Route(name="verifyEndpoint", prepare=_verify, is_keyed=False),
)
