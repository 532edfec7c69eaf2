"""Visits at a supplier far away: one request is one call and one reservation, whatever comes in between."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.doors.tenant import far
from tests.doors.tenant.asking import MORNING, ask, visit
from tests.journeys.gateway import BY, Gateway, Got
from tests.journeys.requests import booking
from tests.suppliers.http.peer import Heard, Peer, peer

from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.answers import Extension

CODE, ISP = "ALTNET1", "YOUR_TENANT"
SLOT = {"timeslotStartDateTime": MORNING[0], "timeslotEndDateTime": MORNING[1], "classification": "WEEKDAY_AM"}


def booked(heard: Heard, reference: str = "") -> web.Response:
    number = heard.body["id"] if heard.method == "POST" else int(heard.path.rpartition("/")[2])
    body = {"id": number, "supplierReference": reference or f"V-{number}", "timeslot": SLOT}
    return web.json_response(body, status=201 if heard.method == "POST" else 200)


@asynccontextmanager
async def network(running: Gateway) -> AsyncGenerator[Peer]:
    async with peer() as there:
        there.respond = booked
        await far.add(running, CODE, there.url)
        yield there


async def book(running: Gateway, request: str = "req-1", **more: Any) -> Got:
    return await ask(running, "POST", "appointments", visit(supplier=CODE), request=request, **more)


async def calls(running: Gateway) -> list[tuple[int, str]]:
    rows = await running.rows(ISP, "select sent_id, state from supplier_calls where tenant_id = $1 order by call_id")
    return [(row["sent_id"], row["state"]) for row in rows]


async def test_the_answer_is_kept_with_the_reservation_and_the_call_under_its_number(running: Gateway) -> None:
    async with network(running) as there:
        made = await book(running)
        assert made.status == 201, made.raw
        assert (made.body["id"], made.body["supplierReference"]) == (1, "V-1")
        assert (await book(running)).raw == made.raw
        (heard,) = there.calls
        (row,) = await running.rows(
            ISP,
            "select c.sent_id, c.state, c.request -> 'asked' ->> 'id' as kept, r.sent_id as held, l.key "
            "from supplier_calls as c join reservations as r on r.tenant_id = c.tenant_id "
            "join lanes as l on l.key = 'find-booking:' || c.call_id where c.tenant_id = $1",
        )
        assert (row["sent_id"], row["state"], row["kept"], row["held"]) == (1, "CONFIRMED", "1", 1)
        assert heard.body["id"] == 1


async def test_twenty_equal_requests_at_once_are_one_call_and_one_answer(running: Gateway) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(heard: Heard) -> web.Response:
        asked.set()
        await go_on.wait()
        return booked(heard)

    async with network(running) as there:
        there.respond = slowly
        all_of = [asyncio.create_task(book(running)) for _ in range(20)]
        await asked.wait()
        go_on.set()
        got = await asyncio.gather(*all_of)
        assert {one.status for one in got} == {201}
        assert len({one.raw for one in got}) == 1
        assert len(there.calls) == 1
        assert await calls(running) == [(1, "CONFIRMED")]


async def test_a_key_goes_with_one_body_and_is_learned_from_a_known_request(running: Gateway) -> None:
    async with network(running) as there:
        first = await book(running)
        assert (await book(running, Idempotency_Key="k")).raw == first.raw
        assert (await book(running, "other", Idempotency_Key="k")).raw == first.raw
        other = visit(supplier=CODE, serviceId="S-1")
        (await ask(running, "POST", "appointments", other, Idempotency_Key="k")).refused(422, "INVALID_REQUEST")
        assert len(there.calls) == 1
        assert await calls(running) == [(1, "CONFIRMED")], "no number of the account was used up"


async def test_numbers_that_the_tenant_has_used_itself_are_passed_over_without_a_gap(running: Gateway) -> None:
    async with network(running):
        for number in (1, 2, 4):
            assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
        made = [await book(running, f"r-{number}") for number in range(3)]
        assert [one.body["id"] for one in made] == [3, 5, 6]
        assert {state for _, state in await calls(running)} == {"CONFIRMED"}


async def test_a_refused_booking_may_be_asked_again_and_takes_no_number_of_ours(running: Gateway) -> None:
    async with network(running) as there:
        there.answers(422, {"messages": ["nobody comes there"]})
        (await book(running, Idempotency_Key="k")).refused(422, "INVALID_REQUEST")
        there.respond = booked
        assert (await book(running, Idempotency_Key="k")).body["id"] == 1
        assert await calls(running) == [(1, "REJECTED"), (2, "CONFIRMED")]


async def test_a_reference_that_is_given_twice_is_no_booking(running: Gateway) -> None:
    async with network(running) as there:
        there.respond = lambda heard: booked(heard, "V-SAME")
        assert (await book(running)).status == 201
        told = (await book(running, "req-2")).refused(502, "SUPPLIER_FAULT")
        assert told == ["the supplier gave the reference V-SAME twice; nothing was recorded"]
        there.respond = booked
        assert (await book(running, "req-2")).body["id"] == 2
        assert await calls(running) == [(1, "CONFIRMED"), (2, "RECONCILED"), (3, "CONFIRMED")]


async def test_an_answer_that_was_lost_is_looked_up_by_the_same_request(running: Gateway) -> None:
    async with network(running) as there:
        async with running.db.tx(None) as tx:
            await accounts.change(tx, CODE, extensions=[Extension.READ_APPOINTMENT], by=BY)
        there.answers(500)
        (await book(running)).refused(504, "SUPPLIER_TIMED_OUT")
        there.respond = booked
        assert (await book(running)).body["id"] == 1
        assert [one.method for one in there.calls] == ["POST", "GET"]
        assert await calls(running) == [(1, "RECONCILED")]
