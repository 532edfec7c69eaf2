import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

ENDPOINTS = "/manage/v1/endpoints"


async def test_an_endpoint_is_made_and_its_secret_is_shown_once(desk: Desk) -> None:
    made = await desk.made()
    assert made == {
        "id": str(UUID(made["id"])),
        "url": "http://127.0.0.1:9/kcis",
        "rendering": "wholesale-webhook",
        "enabled": True,
        "created": "2025-07-01T09:00:00.000Z",
        "headerNames": [],
        "auth": {"type": "NONE"},
        "keysUrl": f"/.well-known/webhook-keys/{made['id']}",
        "health": {"state": "UP", "failures": 0},
        "secret": made["secret"],
    }
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) == len("whsec_") + 44
    shown = (await desk.ours.get(f"{ENDPOINTS}/{made['id']}")).json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert (await desk.ours.get(ENDPOINTS)).json() == {"endpoints": [shown]}


async def test_the_secret_is_sealed_at_rest_and_opens_for_its_endpoint_only(desk: Desk) -> None:
    one, other = await desk.made(), await desk.made()
    rows = await desk.stage.web.rows("select secret from endpoint_secrets where tenant_id = $1", desk.stage.ours)
    assert len(rows) == 2
    assert all(one["secret"].encode() not in row["secret"] for row in rows)
    assert one["secret"] != other["secret"]


async def test_the_secret_shown_is_the_one_that_signs(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.made(url=receiver.url)
        await desk.stage.tell(await desk.stage.order())
        await desk.stage.work_off()
        got = receiver.received[0]
        Webhook(made["secret"]).verify(got.body, got.headers)


async def test_an_endpoint_changes_suspends_and_resumes(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    async with receiving("/other") as receiver:
        moved = await desk.ours.patch(path, json={"url": receiver.url, "enabled": False})
        assert (moved.status_code, moved.json()["url"], moved.json()["enabled"]) == (200, receiver.url, False)
        await desk.stage.tell(await desk.stage.order())
        await desk.stage.work_off()
        assert receiver.received == []
        assert (await desk.ours.patch(path, json={"enabled": True})).json()["enabled"] is True
        await desk.stage.work_off()
        assert receiver.numbers() == [1]


async def test_a_deleted_endpoint_is_gone(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    assert (await desk.ours.delete(path)).status_code == 204
    for answer in (await desk.ours.delete(path), await desk.ours.get(path), await desk.ours.patch(path, json={})):
        assert answer.status_code == 404
    assert (await desk.ours.get(ENDPOINTS)).json() == {"endpoints": []}
    kept = "select 1 from endpoint_secrets where tenant_id = $1"
    assert await desk.stage.web.rows(kept, desk.stage.ours) == []
    assert await desk.stage.web.rows("select 1 from endpoint_public_keys", None) == []


def said(answer: Any, wanted: str) -> tuple[int, str, list[str]]:
    body = answer.json()
    assert set(body) == {"uuid", "code", "messages"}
    return answer.status_code, body["code"], [one.replace(wanted, "ID") for one in body["messages"]]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_another_tenants_endpoint_answers_as_one_that_is_not_there(desk: Desk, method: str) -> None:
    foreign, absent = (await desk.made())["id"], str(uuid4())
    body = {"enabled": False} if method == "PATCH" else None
    answers = [
        said(await desk.theirs.request(method, f"{ENDPOINTS}/{one}", json=body), one) for one in (foreign, absent)
    ]
    assert answers[0] == answers[1]
    assert answers[0][:2] == (404, "NOT_FOUND")
    assert (await desk.ours.get(f"{ENDPOINTS}/{foreign}")).json()["enabled"] is True
    assert (await desk.theirs.get(ENDPOINTS)).json() == {"endpoints": []}


async def test_an_id_that_is_no_uuid_answers_as_an_absent_one(desk: Desk) -> None:
    for wrong in ("1", "x" * 300, "%F0%9F%92%A9", "0b9e2a3c-5a47-4f0e-8a83", "null"):
        assert (await desk.ours.get(f"{ENDPOINTS}/{wrong}")).status_code == 404


async def test_every_fault_is_named_at_once(desk: Desk) -> None:
    answer = await desk.ours.post(ENDPOINTS, json={"url": "http://me@10.0.0.1/", "rendering": "yaml"})
    assert answer.status_code == 422
    assert answer.json()["messages"] == [
        "url: must not hold a user or a password",
        "url: this address may not be called; use a public one",
        "rendering: must be one of wholesale-webhook",
    ]
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    assert (await desk.ours.patch(path, json={"url": "http://10.0.0.1/"})).status_code == 422
    assert (await desk.ours.patch(path, json={"enabled": "yes"})).status_code == 400


async def test_a_tenant_has_at_most_twenty_endpoints_however_hard_it_tries(desk: Desk) -> None:
    body = {"url": "http://127.0.0.1:9/", "rendering": "wholesale-webhook"}
    answers = await asyncio.gather(*(desk.ours.post(ENDPOINTS, json=body) for _ in range(25)))
    assert sorted(one.status_code for one in answers) == [201] * 20 + [422] * 5
    first = next(one for one in answers if one.status_code == 201).json()["id"]
    await desk.ours.delete(f"{ENDPOINTS}/{first}")
    assert (await desk.ours.post(ENDPOINTS, json=body)).status_code == 201


async def test_every_act_is_audited_without_the_secret(desk: Desk) -> None:
    made = await desk.made()
    await desk.ours.patch(f"{ENDPOINTS}/{made['id']}", json={"enabled": False})
    await desk.ours.delete(f"{ENDPOINTS}/{made['id']}")
    rows = await desk.audited()
    assert [row["act"] for row in rows] == ["endpoint.create", "endpoint.change", "endpoint.delete"]
    assert {(row["actor"], row["subject"], row["request_id"]) for row in rows} == {
        ("client-1", made["id"], "request-7")
    }
    assert all(row["origin"] for row in rows)
    assert rows[1]["details"] == {"enabled": False}
    assert made["secret"] not in str([dict(row) for row in rows])


async def test_a_token_without_the_scope_is_refused_everywhere(desk: Desk) -> None:
    for method, path in [
        ("GET", ENDPOINTS),
        ("POST", ENDPOINTS),
        ("GET", f"{ENDPOINTS}/{uuid4()}"),
        ("PATCH", f"{ENDPOINTS}/{uuid4()}"),
        ("DELETE", f"{ENDPOINTS}/{uuid4()}"),
        ("GET", "/manage/v1/kcis"),
        ("GET", "/manage/v1/orders"),
        ("GET", "/manage/v1/orders/159/deliveries"),
    ]:
        assert (await desk.weak.request(method, path)).status_code == 403
        nobody = await desk.weak.request(method, path, headers={"Authorization": "Bearer nobody"})
        assert nobody.status_code == 401
