"""An endpoint or a secret made under a `creationId` is made once, however often it is asked for."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from tests.doors.manage.conftest import Desk

ENDPOINTS = "/manage/v1/endpoints"
ASKED = {"url": "https://hooks.example.com/kcis", "rendering": "wholesale-webhook", "headers": {"X-Api-Key": "12345"}}


async def make(by: httpx.AsyncClient, creation: str | None, **more: Any) -> httpx.Response:
    return await by.post(ENDPOINTS, json={**ASKED, **more, **({"creationId": creation} if creation else {})})


async def endpoints_of(by: httpx.AsyncClient) -> list[str]:
    return [one["id"] for one in (await by.get(ENDPOINTS)).json()["endpoints"]]


async def test_the_same_request_again_is_answered_as_the_first_was(desk: Desk) -> None:
    creation = str(uuid4())
    first, again = [await make(desk.ours, creation) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert await endpoints_of(desk.ours) == [first.json()["id"]]


async def test_ten_at_once_make_one(desk: Desk) -> None:
    creation = str(uuid4())
    answers = await asyncio.gather(*(make(desk.ours, creation) for _ in range(10)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    assert len(await endpoints_of(desk.ours)) == 1


async def test_without_an_id_each_makes_its_own(desk: Desk) -> None:
    for _ in range(2):
        assert (await make(desk.ours, None)).status_code == 201
    assert len(await endpoints_of(desk.ours)) == 2


async def test_the_same_id_with_another_body_is_refused(desk: Desk) -> None:
    creation = str(uuid4())
    await make(desk.ours, creation)
    refused = await make(desk.ours, creation, headers={"X-Api-Key": "another"})
    assert refused.status_code == 422
    assert "something else was asked" in refused.text
    assert len(await endpoints_of(desk.ours)) == 1


async def test_another_tenants_id_is_no_hindrance_and_tells_nothing(desk: Desk) -> None:
    creation = str(uuid4())
    ours = (await make(desk.ours, creation)).json()
    theirs = (await make(desk.theirs, creation)).json()
    assert theirs["id"] != ours["id"]
    assert theirs["secret"] != ours["secret"]


async def test_what_is_gone_is_not_made_again(desk: Desk) -> None:
    creation = str(uuid4())
    made = (await make(desk.ours, creation)).json()
    await desk.ours.delete(f"{ENDPOINTS}/{made['id']}")
    refused = await make(desk.ours, creation)
    assert refused.status_code == 422
    assert "is gone" in refused.text
    assert await endpoints_of(desk.ours) == []


async def test_a_secret_is_made_once_and_only_for_its_endpoint(desk: Desk) -> None:
    one, other = [(await make(desk.ours, None)).json()["id"] for _ in range(2)]
    asked = {"overlapDays": 7, "creationId": str(uuid4())}
    first, again = [await desk.ours.post(f"{ENDPOINTS}/{one}/secrets", json=asked) for _ in range(2)]
    assert first.status_code == 201
    assert first.json() == again.json()
    assert len((await desk.ours.get(f"{ENDPOINTS}/{one}/secrets")).json()["secrets"]) == 2
    assert (await desk.ours.post(f"{ENDPOINTS}/{other}/secrets", json=asked)).status_code == 422
    assert len((await desk.ours.get(f"{ENDPOINTS}/{other}/secrets")).json()["secrets"]) == 1


async def test_a_secret_that_has_ended_is_not_shown_again(desk: Desk) -> None:
    made = (await make(desk.ours, None)).json()["id"]
    path = f"{ENDPOINTS}/{made}/secrets"
    asked = {"overlapDays": 0, "creationId": str(uuid4())}
    await desk.ours.post(path, json=asked)
    await desk.ours.post(path, json={"overlapDays": 0})
    refused = await desk.ours.post(path, json=asked)
    assert refused.status_code == 422
    assert "is gone" in refused.text
