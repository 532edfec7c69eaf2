"""Each behaviour of the remote network over real HTTP: what a gateway gets to see, and what the log says was done."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
import pytest
from tests.sandbox.remote.caller import Ground, Grounds, Heard, address, entity, unvisited
from tests.sandbox.remote.test_quotes import OF_QUOTES

from fibregate.sandbox.remote import behaviours, premises
from fibregate.sandbox.remote.replies import BOMB_BYTES, HUGE_BYTES

COURSE = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "COMPLETED"]
Try = Callable[[Ground, str], Awaitable[None]]
TRIED: dict[str, Try] = {}


def tries(*names: str) -> Callable[[Try], Try]:
    def note(function: Try) -> Try:
        TRIED.update(dict.fromkeys(names, function))
        return function

    return note


def test_every_behaviour_is_tried() -> None:
    assert set(TRIED) | set(OF_QUOTES) == set(behaviours.BY_NAME)


def test_there_are_enough_and_each_has_its_addresses() -> None:
    assert len(behaviours.BEHAVIOURS) > 25
    for one in behaviours.BEHAVIOURS:
        first = behaviours.first_uprn(one)
        assert {behaviours.at(uprn).name for uprn in (first, first + 999)} == {one.name}
    assert behaviours.at(10025559646).name == "well"


@pytest.mark.parametrize("name", [one for one in behaviours.BY_NAME if one not in OF_QUOTES])
async def test_it_does_what_it_says(ground: Ground, name: str) -> None:
    await TRIED[name](ground, name)
    assert ground.lines("bug") == []


async def test_it_can_be_had_everywhere(grounds: Grounds) -> None:
    async with grounds(behave="done-then-500") as ground:
        got = await ground.post("/service-orders", ground.order(unvisited("well")))
        assert (got.status, ground.did(kind="order")) == (500, ["performed"])


async def place(ground: Ground, name: str, **more: Any) -> tuple[dict[str, Any], Heard]:
    order = ground.order(unvisited(name), **more)
    return order, await ground.post("/service-orders", order)


async def reference(ground: Ground, order: dict[str, Any]) -> str:
    return (await ground.get(f"/service-orders/{order['id']}")).body["supplierOrderReference"]


async def its_updates(ground: Ground, *, last: str = "COMPLETED") -> list[str]:
    await ground.door.until(lambda: last in ground.door.reasons())
    return ground.door.reasons()


@tries("well")
async def tries_well(ground: Ground, name: str) -> None:
    _, got = await place(ground, name)
    assert (got.status, got.raw) == (202, b"")
    assert await its_updates(ground) == COURSE


@tries("drops-order-reply", "resets-in-body")
async def tries_a_lost_reply(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == 0
    assert (await ground.post("/service-orders", order)).status == 0
    assert ground.did(kind="order", behaviour=name, what="performed") == ["performed"]
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 200
    written = [one["written"] for one in ground.lines("answer", how=name)]
    assert all(written) == (name == "resets-in-body")
    assert (await its_updates(ground))[-1] == "COMPLETED"


async def book(ground: Ground, name: str) -> tuple[dict[str, Any], Heard]:
    uprn = behaviours.first_uprn(behaviours.BY_NAME[name])
    booking = ground.booking(uprn, (await ground.slots(uprn))[0])
    return booking, await ground.post("/appointments", booking)


@tries("drops-booking-reply")
async def tries_a_lost_booking(ground: Ground, name: str) -> None:
    booking, got = await book(ground, name)
    assert got.status == 0
    assert (await ground.get(f"/appointments/{booking['id']}")).body["state"] == "RESERVED"
    assert ground.did(kind="booking", what="performed") == ["performed"]


@tries("drops-amendment-reply", "drops-cancellation-reply", "changes-at-once", "refuses-changes")
async def tries_changes(ground: Ground, name: str) -> None:
    order, _ = await place(ground, name)
    await its_updates(ground, last="ADDITIONAL")
    amended = await change(ground, "amendment", {"orderId": order["id"], "notes": "ring twice"})
    at_once = name == "changes-at-once"
    assert amended.status == {"drops-amendment-reply": 0, "changes-at-once": 201}.get(name, 202)
    if not at_once:
        await its_updates(ground, last="AMENDMENT_REJECTED" if name == "refuses-changes" else "AMENDED")
    if name in {"drops-amendment-reply", "refuses-changes"}:
        assert (await its_updates(ground))[-1] == "COMPLETED"


async def change(ground: Ground, kind: str, body: dict[str, Any]) -> Heard:
    """Asked for, and looked up: it is done once and can be found."""
    body = {"id": ground.next(), **body}
    path = f"/service-order-{kind}s"
    got = await ground.post(path, body)
    assert (await ground.post(path, body)).status == got.status
    assert ground.did(kind=kind) == ["performed", "replayed"]
    found = await ground.get(f"{path}/{body['id']}")
    assert found.body["status"] in {"PENDING", "COMPLETED", "REJECTED"}
    return got


async def test_a_cancellation_is_dropped_granted_or_refused(ground: Ground) -> None:
    for name, status, then in (
        ("drops-cancellation-reply", 0, "CANCELLED"),
        ("changes-at-once", 201, "ADDITIONAL"),
        ("refuses-changes", 202, "CANCELLATION_REJECTED"),
    ):
        ground.door.updates.clear()
        ground.log.write_bytes(b"")
        order, _ = await place(ground, name)
        await its_updates(ground, last="ADDITIONAL")
        got = await change(ground, "cancellation", {"orderId": order["id"], "reasonCode": "OTHER"})
        assert got.status == status
        await its_updates(ground, last=then)
        ended = (await ground.get(f"/service-orders/{order['id']}")).body["status"]
        assert (ended == "CANCELLED") == (name != "refuses-changes")


@tries("answers-late", "books-late", "late-and-undone", "slow-to-look")
async def tries_late(ground: Ground, name: str) -> None:
    began = asyncio.get_running_loop().time()
    if name == "books-late":
        got, status, kind = (await book(ground, name))[1], 201, "booking"
    elif name == "slow-to-look":
        got, status, kind = await look(ground, name), 200, "service-availability"
    else:
        got, kind = (await place(ground, name))[1], "order"
        status = 202 if name == "answers-late" else 503
    assert got.status == status
    assert asyncio.get_running_loop().time() - began >= 0.6
    assert ground.did(kind=kind) == (["performed"] if name in {"answers-late", "books-late"} else [])


async def look(ground: Ground, name: str) -> Heard:
    return await ground.get(f"/service-availability?address={address(unvisited(name))}")


@tries("never-answers")
async def tries_silence(ground: Ground, name: str) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await place(ground, name)
    assert ground.did(behaviour=name) == ["nothing"]
    assert ground.did(kind="order") == []


@tries("done-then-500", "done-then-502", "done-then-page", "lies-422")
async def tries_a_lie(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    wanted = {"done-then-500": 500, "done-then-502": 502, "done-then-page": 504, "lies-422": 422}
    assert got.status == wanted[name]
    assert (got.headers["Content-Type"] == "text/html") == (name == "done-then-page")
    assert ground.did(kind="order") == ["performed"]
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 200


@tries("busy", "busy-until", "slot-gone")
async def tries_only_once(ground: Ground, name: str) -> None:
    booking, refused = await book(ground, name)
    assert refused.status == (409 if name == "slot-gone" else 503)
    assert refused.headers.get("Retry-After") == ("1" if name == "busy-until" else None)
    assert ground.did(kind="booking") == []
    assert (await ground.post("/appointments", booking)).status == 201
    if name != "slot-gone":
        order, got = await place(ground, name)
        assert (got.status, ground.did(kind="order")) == (503, [])
        assert (await ground.post("/service-orders", order)).status == 202


@tries("refuses-400", "refuses-422")
async def tries_a_refusal(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == int(name.rpartition("-")[2])
    assert {"uuid", "code", "messages"} <= set(got.body)
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 404


@tries("token-gone")
async def tries_a_token(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == 401
    assert (await look(ground, "well")).status == 401
    ground.token = ""
    assert (await ground.post("/service-orders", order)).status == 202
    assert ground.did(behaviour=name) == ["nothing", "performed"]


@tries("done-afterwards")
async def tries_afterwards(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == 500
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 404
    await its_updates(ground)
    assert (await ground.post("/service-orders", order)).status == 202
    assert ground.did(behaviour=name, id=order["id"]) == ["performed", "replayed"]


@tries("redirects-302", "redirects-307")
async def tries_a_redirect(ground: Ground, name: str) -> None:
    _, got = await place(ground, name)
    assert got.status == int(name.rpartition("-")[2])
    assert not got.headers["Location"].startswith(ground.url)
    assert ground.lines("trap") == []
    await ground.raw("POST", got.headers["Location"], {}, b"{}")
    assert [one["method"] for one in ground.lines("trap")] == ["POST"]
    assert ground.did(kind="order") == []


@tries("answers-twice")
async def tries_two_answers(ground: Ground, name: str) -> None:
    theirs = ground.order(unvisited("well"), tenant="ISP2")
    assert (await ground.post("/service-orders", theirs, tenant="ISP2")).status == 202
    order = ground.order(unvisited(name))
    raw = await ground.on_one_connection(order)
    assert raw.count(b"HTTP/1.1 201 Created") == 2
    found = (await ground.get(f"/service-orders/{theirs['id']}", tenant="ISP2")).body["supplierOrderReference"]
    first, second = [one for one in raw.split(b"HTTP/1.1 ") if one]
    assert (await reference(ground, order)).encode() in first
    assert found.encode() in second


@tries("garbage", "truncated", "as-text", "as-page", "answers-200", "huge", "drips", "bomb")
async def tries_another_answer(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == (200 if name in {"as-page", "answers-200"} else 201)
    assert ground.did(kind="order") == ["performed"]
    right = (await reference(ground, order)).encode()
    assert (right in got.raw) == (name in {"as-text", "answers-200", "huge", "drips"})
    if name == "huge":
        assert len(got.raw) > HUGE_BYTES
    elif name == "bomb":
        assert got.headers["Content-Encoding"] == "gzip"
        assert len(got.raw) < HUGE_BYTES
        member = gzip.compress(bytes(2**20), 9)
        assert got.raw == member * (BOMB_BYTES // 2**20)
    elif name in {"as-text", "as-page"}:
        assert got.headers["Content-Type"] == {"as-text": "text/plain", "as-page": "text/html"}[name]
    assert (await its_updates(ground))[0] == "COMMITTED"


@tries("earlier-reference", "other-tenants-reference", "other-tenants-order", "no-reference")
async def tries_a_wrong_reference(ground: Ground, name: str) -> None:
    mine = ground.order(unvisited("well"))
    theirs = ground.order(unvisited("well"), tenant="ISP2")
    await ground.post("/service-orders", mine)
    await ground.post("/service-orders", theirs, tenant="ISP2")
    other = (await ground.get(f"/service-orders/{theirs['id']}", tenant="ISP2")).body["supplierOrderReference"]
    order, got = await place(ground, name)
    wanted = {"earlier-reference": await reference(ground, mine), "no-reference": None}.get(name, other)
    assert got.body.get("supplierOrderReference") == wanted
    assert got.body["id"] == (theirs["id"] if name == "other-tenants-order" else order["id"])
    own = await reference(ground, order)
    assert own not in {wanted, None}
    await ground.door.until(lambda: len(ground.door.of(own)) == 4)


@tries("not-idempotent")
async def tries_twice(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == 0
    assert (await ground.post("/service-orders", order)).status == 0
    assert ground.did(kind="order") == ["performed", "performed"]
    made = {one["reference"] for one in ground.lines("did", kind="order", what="performed")}
    assert len(made) == 2
    assert await reference(ground, order) == min(made)


@tries("forgets")
async def tries_forgetting(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    assert got.status == 0
    path = f"/service-orders/{order['id']}"
    assert (await ground.get(path)).status == 404
    async with asyncio.timeout(5):
        while (await ground.get(path)).status == 404:
            await asyncio.sleep(0.02)
    assert (await ground.get(path)).body["id"] == order["id"]


@tries("told-first")
async def tries_told_first(ground: Ground, name: str) -> None:
    _, got = await place(ground, name)
    assert got.status == 202
    assert ground.door.reasons() == ["ACKNOWLEDGED"]


@tries("shuffled", "second-late")
async def tries_another_order(ground: Ground, name: str) -> None:
    await place(ground, name)
    await ground.door.until(lambda: len(ground.door.updates) == 5)
    numbers = [one["sequenceNumber"] for one in ground.door.updates]
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert numbers == [1, 3, 4, 5, 2] if name == "second-late" else numbers[0] != 1
    if name == "second-late":
        times = [datetime.fromisoformat(one["wall"]) for one in await ground.told(5)]
        assert (times[-1] - times[-2]).total_seconds() >= 0.3


@tries("doubled", "renumbered", "of-nobody", "of-another-tenant")
async def tries_more_updates(ground: Ground, name: str) -> None:
    theirs = ground.order(unvisited("well"), tenant="ISP2")
    await ground.post("/service-orders", theirs, tenant="ISP2")
    await its_updates(ground)
    ground.door.updates.clear()
    order, _ = await place(ground, name)
    await ground.door.until(lambda: len(ground.door.updates) == 10)
    own = await reference(ground, order)
    forged = [one for one in ground.door.updates if one["text"].startswith("FORGED")]
    assert len(forged) == (0 if name == "doubled" else 5)
    assert len({one["id"] for one in ground.door.updates}) == (5 if name == "doubled" else 10)
    assert [one["sequenceNumber"] for one in ground.door.updates] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    named = {(entity(one)["tenant"], entity(one)["supplierOrderReference"]) for one in forged}
    wanted = {"renumbered": ("ISP1", own), "of-nobody": ("ISP1", f"{own}-NOBODY"), "of-another-tenant": ("ISP2", own)}
    assert named == ({wanted[name]} if name in wanted else set())
    logged = await ground.told(10, reference=own)
    assert len([one for one in logged if one["forged"]]) == len(forged)


@tries("committed-first", "unknown-codes", "silent", "rejects", "takes-away")
async def tries_another_course(ground: Ground, name: str) -> None:
    order, _ = await place(ground, name)
    if name == "silent":
        async with asyncio.timeout(5):
            while (await ground.get(f"/service-orders/{order['id']}")).body["status"] != "COMPLETED":
                await asyncio.sleep(0.02)
        assert ground.door.updates == []
        return
    taken = ["CREATED", "COMMITTED", "COMPLETED"]
    wanted = {
        "committed-first": ["COMMITTED", "ACKNOWLEDGED", *COURSE[2:]],
        "unknown-codes": [*COURSE[:2], "WARNING", *COURSE[2:]],
        "rejects": ["ORDER_REJECTED"],
        "takes-away": [*COURSE, *taken],
    }
    await ground.door.until(lambda: ground.door.reasons() == wanted[name])
    last = ground.door.updates[-1]
    if name == "takes-away":
        told = last["unsolicitedCeaseServiceOrder"]
        assert told["serviceId"] == ground.door.updates[4]["provideServiceOrder"]["serviceId"]
        assert "id" not in told
    elif name == "unknown-codes":
        assert ground.door.updates[2]["problemCode"] == "GREMLINS_IN_THE_DUCT"
    elif name == "rejects":
        assert last["text"]


@tries("acknowledges-at-once", "commits-at-once")
async def tries_at_once(ground: Ground, name: str) -> None:
    order, got = await place(ground, name)
    said = {"acknowledges-at-once": 1, "commits-at-once": 2}[name]
    assert (got.status, got.body["status"]) == (201, ["ACKNOWLEDGED", "IN_PROGRESS"][said - 1])
    assert ("committedDate" in got.body) == (name == "commits-at-once")
    again = await ground.post("/service-orders", order)
    assert again.body == got.body
    assert await its_updates(ground) == COURSE[said:]


@tries("garbled-to-look")
async def tries_garbled(ground: Ground, name: str) -> None:
    got = await look(ground, name)
    assert (got.status, got.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(orjson.JSONDecodeError):
        _ = got.body


def test_the_addresses_are_where_they_are_said_to_be() -> None:
    assert behaviours.first_uprn(behaviours.BY_NAME["drops-order-reply"]) == 888800002000
    assert premises.needs_visit(888800002499)
    assert not premises.needs_visit(888800002500)
