"""Deliveries to endpoints that want to know who calls: by the worker, in order, with what the tenant gave."""

from datetime import timedelta
from uuid import UUID

from aiohttp import web
from tests.kcis.receiver import Received, Receiver, receiving
from tests.kcis.stage import BY, Stage

from fibregate.doors.wholesale import rendering
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Auth, Change, Options


async def made(stage: Stage, url: str, options: Options) -> UUID:
    async with stage.web.tx(stage.ours) as tx:
        endpoint, _ = await endpoints.create(
            tx, stage.ours, url=url, rendering=rendering.NAME, options=options, rules=stage.rules, by=BY
        )
    return endpoint.endpoint_id


def grant(url: str) -> Auth:
    return Auth("OAUTH2", {"tokenUrl": url, "clientId": "isp", "clientSecret": "s"})


async def test_a_token_that_is_no_longer_taken_is_fetched_anew(stage: Stage, receiver: Receiver) -> None:
    good = "token-1"

    def token(_: Received) -> web.Response:
        return web.json_response({"access_token": good, "token_type": "bearer", "expires_in": 3600})

    def respond(got: Received) -> web.Response:
        return web.Response(status=204 if got.headers["authorization"] == f"Bearer {good}" else 401)

    receiver.respond = respond
    async with receiving("/token") as server:
        server.respond = token
        await made(stage, receiver.url, Options(auth=grant(server.url), headers={"X-Api-Key": "k"}))
        order = await stage.order()
        for _ in range(2):
            await stage.tell(order)
        await stage.work_off()
        good = "token-2"
        await stage.tell(order)
        await stage.work_off()
        await stage.step(timedelta(seconds=5))
    assert [(one.number, one.headers["authorization"]) for one in receiver.received] == [
        (1, "Bearer token-1"),
        (2, "Bearer token-1"),
        (3, "Bearer token-1"),
        (3, "Bearer token-2"),
    ]
    assert {one.headers["x-api-key"] for one in receiver.received} == {"k"}
    assert len(server.received) == 2


async def test_without_a_token_nothing_is_sent_and_the_attempt_is_repeated(stage: Stage, receiver: Receiver) -> None:
    async with receiving("/token") as server:
        server.respond = lambda _: web.Response(status=500)
        await made(stage, receiver.url, Options(auth=grant(server.url)))
        order = await stage.order()
        for _ in range(2):
            await stage.tell(order)
        await stage.work_off()
        assert receiver.received == []
        failed = (await stage.attempts())[0]
        assert (failed["outcome"], failed["http_status"]) == ("AUTH_FAILED", None)
        assert failed["answer"] == "no access token: the token URL answered 500"
        server.respond = lambda _: web.json_response({"access_token": "t"})
        await stage.step(timedelta(seconds=5))
        assert receiver.numbers() == [1, 2]


async def test_other_credentials_are_used_at_once(stage: Stage, receiver: Receiver) -> None:
    receiver.respond = lambda got: web.Response(status=204 if "authorization" in got.headers else 403)
    endpoint = await made(stage, receiver.url, Options())
    await stage.tell(await stage.order())
    await stage.work_off()
    assert len(receiver.taken) == 0
    basic = Options(auth=Auth("BASIC", {"username": "isp", "password": "p"}))
    async with stage.web.tx(stage.ours) as tx:
        await endpoints.change(tx, stage.ours, endpoint, to=Change(options=basic), rules=stage.rules, by=BY)
    await stage.work_off()
    assert [one.headers["authorization"] for one in receiver.taken] == ["Basic aXNwOnA="]
