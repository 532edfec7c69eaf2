"""Several secrets at a time: made, ended, listed, and what they sign verified by the reference libraries."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import Received, receiving

from fibregate.doors.identity.door import doors
from fibregate.settings import Settings
from fibregate.tenants.callers import Callers
from fibregate.web.gate import Gate

ENDPOINTS = "/manage/v1/endpoints"


def anybody_at(desk: Desk) -> httpx.AsyncClient:
    """Somebody without a token, at the door of the public keys."""
    stage = desk.stage
    gate = Gate(doors(Callers(stage.web, stage.vault, Settings()), stage.web, sign_in_failures=20))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=gate), base_url="http://gateway")


async def rotated(desk: Desk, path: str, days: int) -> dict[str, Any]:
    answer = await desk.ours.post(f"{path}/secrets", json={"overlapDays": days})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(desk: Desk, path: str) -> list[dict[str, Any]]:
    return (await desk.ours.get(f"{path}/secrets")).json()["secrets"]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days_from_now(text: str) -> float:
    return (instant(text) - datetime.now(UTC)) / timedelta(days=1)


def takes(secret: str, got: Received) -> bool:
    """Whether both reference libraries take it; they must agree."""
    found: list[bool] = []
    for library in (Webhook(secret), svix.webhooks.Webhook(secret)):
        try:
            library.verify(got.body, got.headers)
        except WebhookVerificationError:
            found.append(False)
        else:
            found.append(True)
    assert found[0] == found[1]
    return found[0]


def holds(key: dict[str, str], got: Received) -> bool:
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    for one in got.headers["webhook-signature"].split(" "):
        version, signature = one.split(",")
        if version != "v1a":
            continue
        try:
            public.verify(base64.b64decode(signature), signed)
        except InvalidSignature:
            continue
        return True
    return False


async def test_deliveries_verify_with_every_live_secret_during_a_rotation(desk: Desk) -> None:
    async with receiving() as receiver, anybody_at(desk) as anybody:
        made = await desk.made(url=receiver.url)
        path, secrets = f"{ENDPOINTS}/{made['id']}", [made["secret"]]
        keys: list[dict[str, str]] = []
        order = await desk.stage.order()
        for number in range(1, 6):
            if number > 1:
                secrets.append((await rotated(desk, path, 7))["secret"])
            await desk.stage.tell(order)
            await desk.stage.work_off()
            got = receiver.received[-1]
            assert got.number == number
            assert [takes(one, got) for one in secrets] == [True] * number
            keys = (await anybody.get(made["keysUrl"])).json()["keys"]
            assert [holds(one, got) for one in keys] == [True] * number
        newest = (await rotated(desk, path, 0))["secret"]
        await desk.stage.tell(order)
        await desk.stage.work_off()
        got = receiver.received[-1]
        assert [takes(one, got) for one in [*secrets, newest]] == [False] * 5 + [True]
        fresh = (await anybody.get(made["keysUrl"])).json()["keys"]
        assert [holds(one, got) for one in fresh] == [True]
        assert [holds(one, got) for one in keys] == [False] * 5


async def test_older_secrets_end_after_the_overlap_and_never_later_than_before(desk: Desk) -> None:
    made = await desk.made()
    path = f"{ENDPOINTS}/{made['id']}"
    assert [one.get("expires") for one in await listed(desk, path)] == [None]
    second = await rotated(desk, path, 2)
    third = await rotated(desk, path, 30)
    shown = await listed(desk, path)
    assert [one["id"] for one in shown[:2]] == [third["id"], second["id"]]
    assert "expires" not in shown[0]
    assert [round(days_from_now(one["expires"])) for one in shown[1:]] == [30, 2]
    assert all("secret" not in one for one in shown)
    assert abs(days_from_now(third["created"])) < 0.01


async def test_at_most_five_live_and_a_refusal_says_which_ends_when(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    for _ in range(4):
        await rotated(desk, path, 1)
    refused = await desk.ours.post(f"{path}/secrets", json={"overlapDays": 1})
    assert refused.status_code == 422
    message = refused.json()["messages"][0]
    assert message.startswith("overlapDays: 5 secrets live, and at most 5 may;")
    shown = await listed(desk, path)
    assert all(f"{one['id']} ends 20" in message for one in shown[1:])
    assert shown[0]["id"] not in message
    await rotated(desk, path, 0)
    assert len(await listed(desk, path)) == 1


async def test_rotations_at_the_same_time_keep_to_the_bound(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    answers = await asyncio.gather(*(desk.ours.post(f"{path}/secrets", json={"overlapDays": 1}) for _ in range(8)))
    assert sorted(one.status_code for one in answers) == [201] * 4 + [422] * 4
    shown = await listed(desk, path)
    assert ["expires" in one for one in shown].count(False) == 1


async def test_a_secret_can_be_ended_but_not_the_one_that_stays(desk: Desk) -> None:
    first = await listed(desk, path := f"{ENDPOINTS}/{(await desk.made())['id']}")
    assert (await desk.ours.delete(f"{path}/secrets/{first[0]['id']}")).status_code == 422
    new = await rotated(desk, path, 30)
    assert (await desk.ours.delete(f"{path}/secrets/{new['id']}")).status_code == 422
    assert (await desk.ours.delete(f"{path}/secrets/{first[0]['id']}")).status_code == 204
    assert (await desk.ours.delete(f"{path}/secrets/{first[0]['id']}")).status_code == 404
    assert [one["id"] for one in await listed(desk, path)] == [new["id"]]
    public = await desk.stage.web.rows("select secret_id from endpoint_public_keys", None)
    assert [str(one["secret_id"]) for one in public] == [new["id"]]


@pytest.mark.parametrize("days", [-1, 31, 1.5, "7", None, True])
async def test_an_overlap_is_whole_days_up_to_thirty(desk: Desk, days: Any) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    answer = await desk.ours.post(f"{path}/secrets", json={"overlapDays": days})
    assert answer.status_code == (422 if days in {-1, 31} and days is not True else 400)
    assert (await desk.ours.post(f"{path}/secrets", json={})).status_code == 422


async def test_secrets_of_another_tenants_endpoint_answer_as_absent_ones(desk: Desk) -> None:
    made = await desk.made()
    own = (await listed(desk, f"{ENDPOINTS}/{made['id']}"))[0]["id"]
    for method, tail in (("GET", "secrets"), ("POST", "secrets"), ("DELETE", f"secrets/{own}"), ("POST", "ping")):
        said: list[tuple[int, Any]] = []
        for one in (made["id"], str(uuid4()), "no-uuid"):
            body = {"overlapDays": 0} if tail == "secrets" and method == "POST" else None
            answer = await desk.theirs.request(method, f"{ENDPOINTS}/{one}/{tail}", json=body)
            said.append((answer.status_code, [text.replace(one, "ID") for text in answer.json()["messages"]]))
        assert said == [(404, ["id: there is no endpoint ID"])] * 3
    assert len(await listed(desk, f"{ENDPOINTS}/{made['id']}")) == 1


async def test_every_rotation_is_audited_without_the_secret(desk: Desk) -> None:
    path = f"{ENDPOINTS}/{(await desk.made())['id']}"
    first = (await listed(desk, path))[0]["id"]
    new = await rotated(desk, path, 3)
    await desk.ours.delete(f"{path}/secrets/{first}")
    rows = (await desk.audited())[1:]
    assert [(row["act"], row["details"]) for row in rows] == [
        ("endpoint.secret.create", {"secretId": new["id"], "overlapDays": 3}),
        ("endpoint.secret.delete", {"secretId": first}),
    ]
    assert new["secret"] not in str([dict(row) for row in rows])


async def test_public_keys_tell_nothing_of_who_is_there(desk: Desk) -> None:
    async with anybody_at(desk) as anybody:
        made = await desk.made()
        key = (await listed(desk, f"{ENDPOINTS}/{made['id']}"))[0]["id"]
        there = await anybody.get(made["keysUrl"])
        assert there.status_code == 200
        assert there.headers["cache-control"] == "public, max-age=60"
        assert [(one["kid"], one["kty"], one["crv"], one["alg"], one["use"]) for one in there.json()["keys"]] == [
            (key, "OKP", "Ed25519", "EdDSA", "sig")
        ]
        await desk.ours.delete(f"{ENDPOINTS}/{made['id']}")
        for nobody in (made["id"], str(uuid4()), "x", "%F0%9F%92%A9"):
            answer = await anybody.get(f"/.well-known/webhook-keys/{nobody}")
            assert (answer.status_code, answer.json()) == (200, {"keys": []})
            assert answer.headers["cache-control"] == there.headers["cache-control"]
