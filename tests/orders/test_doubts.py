"""Suppliers far away that leave doubts: what they did is found out, what nobody needs is given back."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from tests.doors.tenant.asking import provide, visit
from tests.journeys.gateway import BY, KEY, START, Card, Gateway, Got, gateway, plan
from tests.suppliers.http.peer import PREFIX, Heard, Peer, peer

from fibregate.migrate import Dsns
from fibregate.sandbox.remote import behaviours, process
from fibregate.sandbox.remote.model import Client, Options, Paces
from fibregate.sandbox.remote.model import Gateway as Told
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import Account, Basic
from fibregate.tenants import actions as tenants
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

CODE, ISP, US = "ALTNET1", "YOUR_TENANT", "GATEWAY1"
VAULT, WAY = Vault(KEY), Basic("gateway", "secret")
GIVEN_UP = timedelta(minutes=16)
OPEN = "select kind from supplier_calls where tenant_id = $1 and state in ('INTENT', 'SENT', 'UNKNOWN')"
COMMITTED = {"status": "IN_PROGRESS", "committedDate": "2025-07-16T12:00:00Z", "targetDate": "2025-07-16T12:00:00Z"}


async def ask(running: Gateway, method: str, path: str, body: object = None) -> Got:
    return await running.ask(method, f"/v1/{path}", tenant=ISP, body=body, extra={"X-Request-ID": str(uuid4())})


async def made(running: Gateway, path: str, body: object) -> int:
    got = await ask(running, "POST", path, body)
    assert got.status == 201, got.raw
    return int(got.body["id"])


async def ordered(running: Gateway, uprn: str, appointment: int | None = None) -> int:
    day: dict[str, Any] = {} if appointment else {"requestedCompletionDate": "2025-07-20"}
    return await made(running, "service-orders", provide(appointment, uprn=uprn, supplier=CODE, **day))


async def until(look: Callable[[], Awaitable[Any]], true: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(20):
        while not true(found := await look()):
            await asyncio.sleep(0.02)
    return found


async def becomes(running: Gateway, order: int, status: str) -> Any:
    async def look() -> Any:
        return (await ask(running, "GET", f"service-orders/{order}")).body

    return await until(look, lambda read: read["status"] == status)


def types(read: Any) -> list[str]:
    told = [next(one[name] for name in ("information", "action", "error") if name in one) for one in read["updates"]]
    return [one.get("type", one.get("code")) for one in told]


async def add(running: Gateway, **offers: Any) -> Client:
    """The supplier; as which client it tells its news."""
    async with running.db.tx(None) as tx:
        await accounts.add(tx, CODE, "", by=BY)
        await accounts.change(tx, CODE, **offers, by=BY)
        updates = await tenants.add_supplier_client(tx, VAULT, CODE, by=BY)
    return Client(updates.client_id, updates.secret)


async def reach(running: Gateway, url: str) -> None:
    owner = TenantId(running.card.numbers[ISP])
    account = Account(name=CODE, url=url, tenant=US, auth=WAY, total_seconds=2.0)
    async with running.db.tx(owner) as tx:
        await accounts.put_account(tx, VAULT, account, by=BY)
        await accounts.let(tx, owner, CODE, by=BY)


@asynccontextmanager
async def network(running: Gateway) -> AsyncGenerator[str]:
    """The remote network itself, which lies at some of its addresses."""
    who = await add(running, extensions=[one.value for one in Extension])
    told = Told(f"{running.url}/v1", who)
    options = Options(
        supplier=CODE,
        clients=(Client(WAY.user, WAY.password, US),),
        gateway=told,
        now=START,
        paces=Paces(kci=0.01, late=2.5),
    )
    async with process.running(options) as url:
        await reach(running, url)
        yield url


def at(behaviour: str, *, visited: bool = False) -> str:
    return str(behaviours.first_uprn(behaviours.BY_NAME[behaviour]) + (0 if visited else 500))


async def test_a_service_at_premises_that_only_its_supplier_knows_is_the_tenants(running: Gateway) -> None:
    async with network(running):
        order = await ordered(running, at("well"))
        await becomes(running, order, "COMPLETED")
        rows = await running.rows(
            ISP, "select state, uprn, address ->> 'id' as there from services where tenant_id = $1"
        )
        assert [dict(one) for one in rows if one["there"] == at("well")] == [
            {"state": "ACTIVE", "uprn": None, "there": at("well")}
        ]


async def test_a_change_whose_outcome_is_told_before_its_answer_is_decided_and_not_wondered_about(
    running: Gateway,
) -> None:
    async with network(running):
        for behaviour, path, more, ends in (
            ("drops-amendment-reply", "service-order-amendments", {"hazards": "a dog"}, "COMPLETED"),
            ("drops-cancellation-reply", "service-order-cancellations", {"reasonCode": "OTHER"}, "CANCELLED"),
        ):
            order = await ordered(running, at(behaviour))
            await becomes(running, order, "IN_PROGRESS")
            change = await made(running, path, {"orderId": order, **more})
            await becomes(running, order, ends)
            assert (await ask(running, "GET", f"{path}/{change}")).body["status"] == "COMPLETED"
        await running.walk(timedelta(minutes=1))
        assert await running.rows(ISP, OPEN) == []


async def test_the_visit_of_an_order_that_could_not_be_sent_is_given_back_there(running: Gateway) -> None:
    async with network(running) as url, aiohttp.ClientSession() as session:
        uprn = at("refuses-400", visited=True)
        query = (
            f'address={{"id":"{uprn}","type":"UPRN"}}&serviceSpecification={{"id":"fttp"}}&appointmentPurpose=PROVIDE'
        )
        slot = (await ask(running, "GET", f"available-appointments?supplier={CODE}&{query}")).body[
            "availableTimeslots"
        ][3]
        times = (slot["timeslotStartDateTime"], slot["timeslotEndDateTime"])
        booked = await made(running, "appointments", visit(uprn=uprn, slot=times, supplier=CODE))
        (held,) = await running.rows(ISP, "select sent_id from reservations where tenant_id = $1 and id = $2", booked)

        async def there() -> str:
            headers = {"Tenant": US, "X-Request-ID": "r", "X-Conversation-ID": "c"}
            headers["Authorization"] = aiohttp.encode_basic_auth(WAY.user, WAY.password)
            got = session.get(f"{url}{PREFIX}/appointments/{held['sent_id']}", headers=headers)
            async with got as answer:
                return str((await answer.json())["state"])

        assert await there() == "RESERVED"
        await becomes(running, await ordered(running, uprn, booked), "FAILED_TO_SEND")
        await until(there, lambda state: state == "RELEASED")


def scripted(there: Peer, answers: dict[str, list[tuple[int, Any]]]) -> None:
    """Each in turn, and the last one for ever."""

    def respond(heard: Heard) -> web.Response:
        part = heard.path.removeprefix(PREFIX).split("/")[1]
        left = answers[f"{heard.method} {part}"]
        status, body = left.pop(0) if len(left) > 1 else left[0]
        return web.json_response(body, status=status)

    there.respond = respond


async def test_what_an_answer_said_that_was_lost_is_learned_by_looking_it_up(running: Gateway) -> None:
    async with peer() as there:
        await add(running, extensions=[one.value for one in Extension])
        await reach(running, there.url)
        scripted(
            there,
            {
                "POST service-orders": [(500, {})],
                "GET service-orders": [(200, {**COMMITTED, "supplierOrderReference": "A1"})],
                "POST service-order-amendments": [(500, {})],
                "GET service-order-amendments": [
                    (200, {"status": "REJECTED", "answer": "too late"}),
                    (200, {"status": "COMPLETED"}),
                ],
            },
        )
        order = await ordered(running, "100012345678")
        await running.walk(timedelta(seconds=10))
        assert types(await becomes(running, order, "IN_PROGRESS")) == ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]
        for ends in ("REJECTED", "COMPLETED"):
            change = await made(running, "service-order-amendments", {"orderId": order, "notes": ends})
            await running.walk(timedelta(seconds=10))

            async def look(change: int = change) -> Any:
                return (await ask(running, "GET", f"service-order-amendments/{change}")).body

            await until(look, lambda read, ends=ends: read["status"] == ends)
        assert [one.method for one in there.calls if one.path.endswith("service-orders")] == ["POST"]


async def test_that_the_second_time_did_nothing_says_nothing_of_the_first(running: Gateway) -> None:
    async with peer() as there:
        await add(running, extensions=[], replays=True)
        await reach(running, there.url)
        scripted(there, {"POST service-orders": [(500, {"messages": ["on fire"]}), (400, {"messages": ["what?"]})]})
        order = await ordered(running, "100012345678")
        await running.walk(GIVEN_UP)
        read = await becomes(running, order, "FAILED_TO_SEND")
        assert types(read) == ["SUPPLIER_FAULT"]
        assert len({one.body["id"] for one in there.calls}) == 1
        alarms = await running.rows(ISP, "select text from alarms where about_tenant = $1 and kind = 'CALL_UNKNOWN'")
        assert len(alarms) == 1


async def test_the_numbers_of_one_account_mean_nothing_under_another(running: Gateway) -> None:
    await add(running)
    for name, tenant in (("one", "US1"), ("two", "US2"), ("one", "US1")):
        account = Account(name=CODE, url="http://127.0.0.1:9", tenant=tenant, auth=WAY)
        async with running.db.tx(None) as tx:
            await accounts.put_account(tx, VAULT, account, name=name, by=BY)
    rows = await running.db.rows("select last_number from supplier_accounts order by name", None)
    assert [one["last_number"] for one in rows] == [0, 100_000_000]


async def test_many_orders_go_out_at_once_over_few_connections(town: tuple[Dsns, Card]) -> None:
    fresh, card = town
    async with peer() as there, gateway(fresh.runtime, card, plan(fresh.runtime, pool_size=2)) as running:
        await add(running)
        await reach(running, there.url)
        there.answers(202)
        orders = [await ordered(running, str(100012345678 + place)) for place in range(12)]
        for order in orders:
            await becomes(running, order, "SENT_TO_SUPPLIER")
        assert b"database away" not in running.log.getvalue()
