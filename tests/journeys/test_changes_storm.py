"""Many changes at once, and workers that are killed over them: each is decided and told once, and no place is lost."""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.journeys.gateway import Card, Gateway, apart, gateway
from tests.journeys.requests import booking, order

from fibregate.migrate import Dsns

ORDERS = 16
VISITS = [
    (f"2025-07-{day}T{start}:00:00Z", f"2025-07-{day}T{end}:00:00Z")
    for day in (14, 15, 16, 17, 18, 21, 22, 23)
    for start, end in (("07", "12"), ("12", "17"))
]
LATER = [
    (f"2025-08-{day}T{start}:00:00Z", f"2025-08-{day}T{end}:00:00Z")
    for day in (11, 12, 13, 14, 15, 18, 19, 20)
    for start, end in (("07", "12"), ("12", "17"))
]
AT_ONCE = {"X-Kci-Delay": "0"}
DECIDED = """
select c.kind, c.status, count(k.id) as told from order_changes as c
left join kcis as k on k.tenant_id = c.tenant_id and k.order_key = c.order_key
    and (k.facts -> lower(c.kind) ->> 'id')::bigint = c.id
where c.tenant_id = $1 group by c.change_key, c.kind, c.status
"""
NUMBERS = """
select o.kci_count, array_agg(k.sequence_number order by k.sequence_number) as numbers
from orders as o join kcis as k on k.tenant_id = o.tenant_id and k.order_key = o.order_key
where o.tenant_id = $1 group by o.order_key, o.kci_count
"""


async def furnish(one: Gateway) -> None:
    """Orders in progress, and a hold for each of another visit."""
    for number, (visit, later) in enumerate(zip(VISITS, LATER, strict=True), 1):
        for held, slot in ((number, visit), (100 + number, later)):
            got = await one.ask("POST", "appointments", body=booking(held, slot=slot))
            assert got.status == 201, got.raw
        body = order(number, appointment=number)
        quiet = {"X-Scenario": "ORDER_IN_PROGRESS"}
        assert (await one.ask("POST", "service-orders", body=body, extra=quiet)).status == 202
    await one.walk(timedelta(minutes=40))


async def change(one: Gateway, number: int) -> list[int]:
    """Two amendments of an order, one with its new visit, and of each fourth order a cancellation: all at once."""
    asked = [
        ("amendments", {"id": number, "orderId": number, "appointmentReservationId": 100 + number}),
        ("amendments", {"id": 100 + number, "orderId": number, "notes": "ring twice"}),
    ]
    if number % 4 == 0:
        asked.append(("cancellations", {"id": number, "orderId": number, "reasonCode": "OTHER"}))
    got = await asyncio.gather(
        *(one.ask("POST", f"service-order-{kind}", body=body, extra=AT_ONCE) for kind, body in asked)
    )
    return [each.status for each in got]


async def test_each_change_is_decided_and_told_once_whoever_is_killed(town: tuple[Dsns, Card]) -> None:
    fresh, card = town
    async with gateway(fresh.runtime, card) as one:
        await furnish(one)
        async with apart(fresh.runtime, count=2, worker=True):
            asking = [asyncio.create_task(change(one, number)) for number in range(1, ORDERS + 1)]
            await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)  # and the workers are killed
        statuses = [status for each in await asyncio.gather(*asking) for status in each]
        taken = Counter(statuses)[202]
        assert taken >= ORDERS
        assert set(statuses) <= {202, 422}  # where a cancellation came first
        await one.walk(timedelta(minutes=5))
        decided = [tuple(row) for row in await one.rows("YOUR_TENANT", DECIDED)]
        assert len(decided) == taken
        assert {status for _, status, _ in decided} <= {"COMPLETED", "REJECTED"}
        assert all(told == (status == "COMPLETED") for _, status, told in decided), decided
        for row in await one.rows("YOUR_TENANT", NUMBERS):
            assert row["numbers"] == list(range(1, row["kci_count"] + 1))
        read = [await one.ask("GET", f"service-orders/{number}") for number in range(1, ORDERS + 1)]
        states = Counter(got.body["status"] for got in read)
        assert states == {"IN_PROGRESS": ORDERS - ORDERS // 4, "CANCELLED": ORDERS // 4}
        await one.counts_are_right()
        assert (
            await one.rows("YOUR_TENANT", "select 1 from reservations where tenant_id = $1 and state = 'PROPOSED'")
            == []
        )
        assert one.bugs() == []
