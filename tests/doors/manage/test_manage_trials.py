"""Ping and verify: one signed message of no order, sent because somebody asked, and never while they did not."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook
from tests.authority import Authority
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import Received, Receiver, receiving
from tests.kcis.stage import until

from fibregate.kcis.endpoints import trials

ENDPOINTS = "/manage/v1/endpoints"


async def tried(desk: Desk, made: dict[str, Any], act: str = "ping") -> dict[str, Any]:
    answer = await desk.ours.post(f"{ENDPOINTS}/{made['id']}/{act}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_ping_is_one_signed_message_and_tells_what_came_back(desk: Desk) -> None:
    async with receiving() as receiver:
        receiver.respond = lambda _: web.Response(text="taken by whsec_MDEyMzQ1Njc4OWFiY2RlZg==")
        made = await desk.made(url=receiver.url, headers={"X-Api-Key": "k"})
        assert receiver.received == []
        told = await tried(desk, made)
        assert len(receiver.received) == 1
        got = receiver.received[0]
    Webhook(made["secret"]).verify(got.body, got.headers)
    assert got.json == {"type": "ping", "endpointId": made["id"], "requestId": got.headers["x-request-id"]}
    assert (got.headers["webhook-test"], got.headers["x-api-key"]) == ("ping", "k")
    times = told.pop("timings")
    assert told == {
        "delivered": True,
        "outcome": "DELIVERED",
        "httpStatus": 200,
        "peer": "127.0.0.1",
        "answer": "taken by ***",
    }
    assert 0 < times["connectMs"] < times["firstByteMs"] <= times["totalMs"]


@pytest.mark.parametrize(("status", "outcome"), [(401, "REFUSED_BY_ENDPOINT"), (500, "REFUSED_BY_ENDPOINT")])
async def test_a_ping_that_is_not_taken_is_told_and_changes_nothing(desk: Desk, status: int, outcome: str) -> None:
    async with receiving() as receiver:
        receiver.respond = lambda _: web.Response(status=status)
        made = await desk.made(url=receiver.url)
        told = await tried(desk, made)
    assert (told["delivered"], told["httpStatus"], told["outcome"]) == (False, status, outcome)
    shown = (await desk.ours.get(f"{ENDPOINTS}/{made['id']}")).json()
    assert shown["health"] == {"state": "UP", "failures": 0}
    assert shown["enabled"] is True
    assert await desk.stage.attempts() == []


async def test_an_endpoint_that_is_not_there_is_told_as_such(desk: Desk) -> None:
    told = await tried(desk, await desk.made(url="http://127.0.0.1:1/kcis"))
    assert (told["delivered"], told["outcome"], told["answer"]) == (
        False,
        "CONNECT_FAILED",
        "no connection could be made",
    )
    assert "httpStatus" not in told


async def test_a_410_to_a_ping_suspends_nothing_and_a_suspended_endpoint_can_be_tried(desk: Desk) -> None:
    async with receiving() as receiver:
        receiver.respond = lambda _: web.Response(status=410)
        made = await desk.made(url=receiver.url)
        await tried(desk, made)
        path = f"{ENDPOINTS}/{made['id']}"
        assert (await desk.ours.get(path)).json()["enabled"] is True
        await desk.ours.patch(path, json={"enabled": False})
        assert (await tried(desk, made))["httpStatus"] == 410


def echoing(got: Received) -> web.Response:
    return web.json_response({"challenge": got.json["challenge"]})


CHALLENGED: list[tuple[Callable[[Received], web.Response], bool]] = [
    (echoing, True),
    (lambda got: web.Response(text=f"<{got.json['challenge']}>", status=202), True),
    (lambda _: web.Response(), False),
    (lambda got: web.Response(text=got.json["challenge"], status=500), False),
    (lambda got: web.Response(text=" " * 5000 + got.json["challenge"]), False),
    (lambda got: web.Response(text=got.json["challenge"][:-1]), False),
]


@pytest.mark.parametrize(("respond", "verified"), CHALLENGED)
async def test_an_endpoint_is_verified_by_answering_its_challenge(desk: Desk, respond: Any, verified: bool) -> None:
    async with receiving() as receiver:
        receiver.respond = respond
        made = await desk.made(url=receiver.url)
        assert "verified" not in made
        assert (await tried(desk, made, "verify"))["verified"] is verified
        got = receiver.received[0]
        Webhook(made["secret"]).verify(got.body, got.headers)
        assert (got.json["type"], got.headers["webhook-test"]) == ("challenge", "challenge")
        assert len(got.json["challenge"]) == 43
        shown = (await desk.ours.get(f"{ENDPOINTS}/{made['id']}")).json()
        assert shown.get("verified") == ("2025-07-01T09:00:00.000Z" if verified else None)


async def test_another_url_has_not_been_verified(desk: Desk) -> None:
    async with receiving() as receiver:
        receiver.respond = echoing
        made = await desk.made(url=receiver.url)
        await tried(desk, made, "verify")
        path = f"{ENDPOINTS}/{made['id']}"
        assert "verified" in (await desk.ours.patch(path, json={"rendering": "wholesale-webhook"})).json()
        assert "verified" not in (await desk.ours.patch(path, json={"url": receiver.url + "?b"})).json()


async def test_a_challenge_that_is_answered_after_the_url_changed_verifies_nothing(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.made(url=receiver.url)
        path = f"{ENDPOINTS}/{made['id']}"

        async def respond(got: Received) -> web.StreamResponse:
            await desk.ours.patch(path, json={"url": receiver.url + "?b"})
            return echoing(got)

        receiver.respond = respond
        assert (await tried(desk, made, "verify"))["verified"] is False
        assert "verified" not in (await desk.ours.get(path)).json()


async def holding(receiver: Receiver) -> asyncio.Event:
    release = asyncio.Event()

    async def respond(_: Received) -> web.StreamResponse:
        await release.wait()
        return web.Response(status=204)

    receiver.respond = respond
    return release


async def test_an_endpoint_is_tried_once_at_a_time(desk: Desk) -> None:
    async with receiving() as receiver:
        release = await holding(receiver)
        made = await desk.made(url=receiver.url)
        first = asyncio.create_task(tried(desk, made))
        await until(lambda: len(receiver.received) == 1)
        second = await desk.ours.post(f"{ENDPOINTS}/{made['id']}/ping")
        assert (second.status_code, second.headers["retry-after"]) == (503, "1")
        release.set()
        assert (await first)["delivered"] is True
        assert (await tried(desk, made))["delivered"] is True


async def test_a_trial_counts_towards_the_limits_of_its_endpoint(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "PATIENCE", 0.3)
    async with receiving() as receiver:
        release = await holding(receiver)
        made = await desk.made(url=receiver.url, concurrency=1)
        await desk.stage.tell(await desk.stage.order())
        delivery = asyncio.create_task(desk.stage.work_off())
        await until(lambda: len(receiver.received) == 1)
        busy = await desk.ours.post(f"{ENDPOINTS}/{made['id']}/ping")
        assert (busy.status_code, len(receiver.received)) == (503, 1)
        release.set()
        await delivery
        assert (await tried(desk, made))["delivered"] is True


async def test_pings_keep_to_the_rate(desk: Desk) -> None:
    async with receiving() as receiver:
        arrived: list[float] = []

        def respond(_: Received) -> web.Response:
            arrived.append(time.monotonic())
            return web.Response(status=204)

        receiver.respond = respond
        made = await desk.made(url=receiver.url, ratePerSecond=1)
        for _ in range(2):
            await tried(desk, made)
    assert arrived[1] - arrived[0] >= 1


async def test_every_trial_is_audited(desk: Desk) -> None:
    async with receiving() as receiver:
        receiver.respond = echoing
        made = await desk.made(url=receiver.url)
        await tried(desk, made, "verify")
        receiver.respond = lambda _: web.Response(status=404)
        await tried(desk, made)
    rows = (await desk.audited())[1:]
    assert [(row["act"], row["subject"], row["details"]) for row in rows] == [
        ("endpoint.verify", made["id"], {"verified": True, "outcome": "DELIVERED", "httpStatus": 200}),
        ("endpoint.ping", made["id"], {"outcome": "REFUSED_BY_ENDPOINT", "httpStatus": 404}),
    ]


async def test_credentials_and_their_faults_are_seen_by_a_ping(desk: Desk, tmp_path: Path) -> None:
    async with receiving() as receiver, receiving("/token") as server:
        server.respond = lambda _: web.Response(status=400)
        auth = {"type": "OAUTH2", "tokenUrl": server.url, "clientId": "isp", "clientSecret": "s"}
        made = await desk.made(url=receiver.url, auth=auth)
        told = await tried(desk, made)
        assert (told["outcome"], told["answer"]) == ("AUTH_FAILED", "no access token: the token URL answered 400")
        assert receiver.received == []
        server.respond = lambda _: web.json_response({"access_token": "t0ken", "expires_in": 60})
        receiver.respond = lambda _: web.Response(status=401)
        await tried(desk, made)
        await tried(desk, made)
        assert [one.headers["authorization"] for one in receiver.received] == ["Bearer t0ken"] * 2
        assert len(server.received) == 3


async def test_a_client_certificate_is_shown_to_the_receiver(desk: Desk, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.issue("gateway")
    auth = {"type": "MTLS", "certificate": pair.certificate, "privateKey": pair.private_key}
    desk.stage.connector._tls = authority.trusted()
    async with receiving(tls=authority.server(asks_clients=True)) as receiver:
        made = await desk.made(url=receiver.url)
        assert (await tried(desk, made))["delivered"] is False
        await desk.ours.patch(f"{ENDPOINTS}/{made['id']}", json={"auth": auth})
        told = await tried(desk, made)
        assert told["delivered"] is True
        assert told["timings"]["tlsMs"] > 0
        await desk.stage.tell(await desk.stage.order())
        await desk.stage.work_off()
        assert receiver.received[-1].number == 1
