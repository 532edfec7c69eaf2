"""The mutating routes of the tenant door: what they have done is known by their request, for the gateway numbers it."""

import asyncio
from typing import Final
from uuid import uuid4

from proof import traffic
from proof.caller import TENANT_DOOR, UPDATES
from proof.t2_routes import MANAGE, Asked, Route, ok, told
from proof.t2_stage import PATIENCE, Stage
from proof.t5_caller import booking
from proof.town import SUPPLIER

_OURS: Final = frozenset({"id", "tenant"})
"""What only the wholesale door is told."""


async def _book(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    wish = booking(number, on.slots[number % len(on.slots)])
    body = {"supplier": SUPPLIER, **{name: value for name, value in wish.items() if name not in _OURS}}
    return Asked("POST", f"{TENANT_DOOR}/appointments", body, (number,))


async def _order(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    wish = traffic.order(number, tenant)
    body = {"supplier": SUPPLIER, **{name: value for name, value in wish.items() if name not in _OURS}}
    return Asked("POST", f"{TENANT_DOOR}/service-orders", body, (number,))


async def _amend(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    return Asked("POST", f"{TENANT_DOOR}/service-order-amendments", {"orderId": number, "notes": "T2"}, (number,))


async def _cancel(on: Stage, tenant: str, number: int) -> Asked:
    await told(on, tenant, number)
    body = {"orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return Asked("POST", f"{TENANT_DOOR}/service-order-cancellations", body, (number,))


async def _quote(on: Stage, tenant: str, number: int) -> Asked:  # noqa: ARG001 - all are called alike
    return Asked("POST", f"{TENANT_DOOR}/quote", traffic.quote("T2"), (number,))


async def _ethernet_order(on: Stage, tenant: str, number: int) -> Asked:
    (item,) = (await ok(on, tenant, "POST", f"{TENANT_DOOR}/quote", traffic.quote("T2"))).body["quoteItems"]
    body = traffic.ethernet_order("T2", item)
    return Asked("POST", f"{TENANT_DOOR}/ethernet/service-orders", body, (number,))


async def _cease_circuit(on: Stage, tenant: str, number: int) -> Asked:
    """Of a circuit that lives, by an order that the network has completed."""
    (item,) = (await ok(on, tenant, "POST", f"{TENANT_DOOR}/quote", traffic.quote("T2"))).body["quoteItems"]
    asked = traffic.ethernet_order("T2", item)
    order = (await ok(on, tenant, "POST", f"{TENANT_DOOR}/ethernet/service-orders", asked)).body["id"]
    for place, (reason, status) in enumerate(traffic.LIFE, 1):
        update = traffic.update(str(uuid4()), order, tenant, place, reason=reason, status=status)
        await ok(on, SUPPLIER, "POST", UPDATES, update)
    async with asyncio.timeout(PATIENCE):
        while True:
            live = (await ok(on, tenant, "GET", f"{MANAGE}/services?limit=500")).body["services"]
            found = [one["serviceId"] for one in live if one["orderId"] == order]
            if found:
                body = traffic.cease_circuit("T2", found[0])
                return Asked("POST", f"{TENANT_DOOR}/ethernet/service-orders", body, (number,))
            await asyncio.sleep(0.05)


_REQUEST: Final = "('t2-' || $2::bigint)"
_COUNTED: Final = f"""
(select count(*) from audit as a where a.about_tenant = $1 and a.act = '{{}}' and a.request_id = {_REQUEST}) as acts,
(select count(*) from accepted_requests as a
    where a.tenant_id = $1 and a.key like {_REQUEST} || ' %' and a.http_status = 201) as answers
"""  # noqa: S608 - put together from this file only
_BOOKED: Final = f"""
select count(distinct r.reference) as reservations, count(distinct l.key) as timers,
    {_COUNTED.format("appointment.book")}
from reservations as r left join lanes as l on l.key = 'hold:' || $1::integer || ':' || r.id
where r.tenant_id = $1 and r.request_id = {_REQUEST}
"""  # noqa: S608 - put together from this file only
_PLACED: Final = f"""
select count(distinct o.order_key) as orders, count(distinct so.order_key) as handed,
    count(distinct l.key) as work, count(distinct w.reference) as work_orders, {_COUNTED.format("order.place")}
from orders as o left join supplier_orders as so on so.order_key = o.order_key
left join lanes as l on l.key = 'dispatch:' || o.order_key left join work_orders as w on w.order_key = o.order_key
where o.tenant_id = $1 and o.request_id = {_REQUEST}
"""  # noqa: S608 - put together from this file only
_CEASED: Final = f"""
select placed.*, (
    select count(*) from charges as c join orders as o on o.tenant_id = $1 and o.order_key = c.order_key
    where c.tenant_id = $1 and c.kind = 'EARLY_ENDING' and o.request_id = {_REQUEST}
) as charges from ({_PLACED}) as placed
"""  # noqa: S608 - put together from this file only
_CHANGED: Final = f"""
select count(distinct c.change_key) as changes,
    count(distinct c.change_key) filter (where c.status = 'PENDING') as sent,
    count(distinct l.key) as work, max(o.changes) as counted, {_COUNTED.format("order.{kind}")}
from orders as o left join order_changes as c on c.tenant_id = $1 and c.order_key = o.order_key
left join lanes as l on l.key = 'change:' || o.order_key
where o.tenant_id = $1 and o.id = $2
"""  # noqa: S608 - put together from this file only

_QUOTED: Final = f"""
select count(distinct q.quote_id) as quotes, count(distinct i.supplier_quote_id) as items,
    {_COUNTED.format("quote.ask")}
from quotes as q left join quote_items as i on i.tenant_id = $1 and i.quote_id = q.quote_id
where q.tenant_id = $1 and q.request_id = {_REQUEST}
"""  # noqa: S608 - put together from this file only

_ONE_CHANGE: Final = {"changes": 1, "sent": 1, "work": 1, "counted": 1, "acts": 1, "answers": 1}

TENANT_ROUTES: Final = (
    Route(
        name="tenant bookAppointment",
        prepare=_book,
        effect=_BOOKED,
        expected={"reservations": 1, "timers": 1, "acts": 1, "answers": 1},
    ),
    Route(
        name="tenant placeOrder",
        prepare=_order,
        effect=_PLACED,
        expected={"orders": 1, "handed": 1, "work": 1, "work_orders": 1, "acts": 1, "answers": 1},
    ),
    Route(
        name="tenant placeEthernetOrder",
        prepare=_ethernet_order,
        effect=_PLACED,
        expected={"orders": 1, "handed": 1, "work": 1, "work_orders": 1, "acts": 1, "answers": 1},
    ),
    Route(
        name="tenant placeEthernetOrder that ends a circuit",
        prepare=_cease_circuit,
        effect=_CEASED,
        expected={"orders": 1, "handed": 1, "work": 1, "work_orders": 1, "acts": 1, "answers": 1, "charges": 1},
    ),
    Route(
        name="tenant askQuote",
        prepare=_quote,
        effect=_QUOTED,
        expected={"quotes": 1, "items": 1, "acts": 1, "answers": 1},
    ),
    Route(name="tenant amendOrder", prepare=_amend, effect=_CHANGED.format(kind="amendment"), expected=_ONE_CHANGE),
    Route(
        name="tenant cancelOrder", prepare=_cancel, effect=_CHANGED.format(kind="cancellation"), expected=_ONE_CHANGE
    ),
)
