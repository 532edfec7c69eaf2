"""The sandbox's own door: the clock, the stories, and an order in its story."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from tests.sandbox.stage import Stage

from fibregate.doors.sandbox.door import door
from fibregate.doors.sandbox.services import OPERATOR, Sandbox
from fibregate.errors import NotAuthorised
from fibregate.sandbox import clock
from fibregate.web.call import Caller
from fibregate.web.gate import Gate


def _gate(stage: Stage, **services: Any) -> Gate:
    callers = {
        "isp1": Caller(
            kind="tenant",
            client_id="1",
            scopes=frozenset({"sandbox"}),
            tenant_id=stage.tenants["ISP1"],
            tenant_code="ISP1",
        ),
        "isp2": Caller(
            kind="tenant",
            client_id="2",
            scopes=frozenset({"sandbox"}),
            tenant_id=stage.tenants["ISP2"],
            tenant_code="ISP2",
        ),
        "weak": Caller(kind="tenant", client_id="3", scopes=frozenset({"gateway"}), tenant_id=stage.tenants["ISP1"]),
        "operator": Caller(kind="operator", client_id="operator", scopes=frozenset({"sandbox", "operator"})),
    }

    async def authenticate(token: str) -> Caller:
        if token not in callers:
            raise NotAuthorised("Authorization: unknown token")
        return callers[token]

    return Gate([door(Sandbox(db=stage.db, **services), authenticate)])


def _client(gate: Gate, token: str = "isp1") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=gate),
        base_url="http://gateway",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
async def isp1(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(_gate(stage)) as client:
        yield client


async def test_the_clock_is_shown_and_moved(isp1: httpx.AsyncClient) -> None:
    shown = (await isp1.get("/sandbox/v1/clock")).json()["now"]
    assert shown.startswith("2025-07-01T09:00:")
    answer = await isp1.post("/sandbox/v1/clock", json={"advance": "P3D"})
    assert answer.status_code == 200
    walked = answer.json()
    assert walked["caughtUp"] is True
    assert walked["now"] == walked["target"]
    assert walked["now"].startswith("2025-07-04T09:00:")
    answer = await isp1.post("/sandbox/v1/clock", json={"now": "2025-07-10T00:00:00+01:00"})
    assert answer.json() == {"now": "2025-07-09T23:00:00.000Z", "target": "2025-07-09T23:00:00.000Z", "caughtUp": True}


async def test_a_clock_that_cannot_be_is_refused(isp1: httpx.AsyncClient) -> None:
    bodies: dict[int, list[dict[str, Any]]] = {
        422: [
            {"now": "2025-06-30T00:00:00Z"},
            {"advance": "P1Y"},
            {"advance": "-P1D"},
            {"advance": "P99999D"},
            {},
            {"advance": "P1D", "now": "2025-08-01T00:00:00Z"},
            {"now": "tomorrow"},
        ],
        400: [{"advance": 3}],
    }
    for status, wrong in bodies.items():
        for body in wrong:
            answer = await isp1.post("/sandbox/v1/clock", json=body)
            assert answer.status_code == status, body
            assert {"uuid", "code", "messages"} <= answer.json().keys()


async def test_out_of_time_says_so(isp1: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    held = await stage.book(999900001001)
    await stage.order(999900001001, appointment=held.id)
    monkeypatch.setattr(clock, "LONGEST_WALK", -1.0)
    walked = (await isp1.post("/sandbox/v1/clock", json={"advance": "P30D"})).json()
    assert walked["caughtUp"] is False
    assert walked["now"] < walked["target"]


async def test_the_clock_may_be_the_operators_alone(stage: Stage) -> None:
    gate = _gate(stage, clock_scope=OPERATOR)
    async with _client(gate) as tenant, _client(gate, "operator") as operator:
        assert (await tenant.post("/sandbox/v1/clock", json={"advance": "PT1M"})).status_code in {401, 403}
        assert (await tenant.get("/sandbox/v1/clock")).status_code == 200
        assert (await operator.post("/sandbox/v1/clock", json={"advance": "PT1M"})).status_code == 200


async def test_the_stories_are_listed(isp1: httpx.AsyncClient) -> None:
    listed = (await isp1.get("/sandbox/v1/stories")).json()
    stories = {one["id"]: one for one in listed["stories"]}
    assert list(stories) == sorted(stories)
    first = stories["F01"]
    assert (first["id"], first["uprns"]) == ("F01", ["999900001001", "10025559646"])
    assert first["happens"]
    assert first["whatToDo"]
    assert len(listed["answers"]) == 12


async def test_an_order_is_shown_in_its_story(isp1: httpx.AsyncClient, stage: Stage) -> None:
    held = await stage.book(999900001014)
    order = await stage.order(999900001014, appointment=held.id)
    await isp1.post("/sandbox/v1/clock", json={"advance": "PT10M"})
    shown = (await isp1.get(f"/sandbox/v1/orders/{order}")).json()
    assert shown["orderId"] == order
    assert shown["status"] == "ACKNOWLEDGED"
    assert shown["story"]["id"] == "F14"
    assert list(shown["said"]) == ["ACKNOWLEDGED"]
    assert shown["nextDue"].startswith("2025-07-01T09:30:")
    await isp1.post("/sandbox/v1/clock", json={"advance": "P40D"})
    shown = (await isp1.get(f"/sandbox/v1/orders/{order}")).json()
    assert shown["status"] == "COMPLETED"
    assert "nextDue" not in shown


async def test_another_tenants_order_is_unknown(stage: Stage) -> None:
    held = await stage.book(999900001001)
    order = await stage.order(999900001001, appointment=held.id)
    await stage.walk(timedelta(minutes=5))
    gate = _gate(stage)
    async with _client(gate, "isp2") as theirs, _client(gate, "operator") as operator, _client(gate, "weak") as weak:
        absent = await theirs.get("/sandbox/v1/orders/77777")
        foreign = await theirs.get(f"/sandbox/v1/orders/{order}")
        assert absent.status_code == foreign.status_code == 404
        assert (await operator.get(f"/sandbox/v1/orders/{order}")).status_code in {401, 403}
        assert (await weak.get("/sandbox/v1/stories")).status_code in {401, 403}


async def test_its_openapi_is_valid(isp1: httpx.AsyncClient) -> None:
    document = (await isp1.get("/openapi/sandbox.json")).json()
    validate(document)
    assert set(document["paths"]) == {"/sandbox/v1/clock", "/sandbox/v1/stories", "/sandbox/v1/orders/{id}"}
