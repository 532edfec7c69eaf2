"""Every act of a tenant is a row in its audit, and only the tenant's own eyes see it."""

from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking, order

ACTS = "select act, subject, actor, origin, request_id from audit where about_tenant = $1 order by audit_id"


async def test_each_act_of_a_tenant_is_noted_once(running: Gateway) -> None:
    endpoint = {"url": "http://127.0.0.1:9/kcis", "rendering": "wholesale-webhook"}
    assert (await running.ask("POST", "/manage/v1/endpoints", body=endpoint)).status == 201
    for number in (1, 2):
        for _ in range(2):
            assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
    for _ in range(2):
        assert (await running.ask("DELETE", "appointments/2")).status == 204
        assert (await running.ask("POST", "service-orders", body=order(7, appointment=1))).status == 202
    assert (await running.ask("POST", "/sandbox/v1/clock", body={"advance": "PT1S"})).status == 200
    rows = await running.rows("YOUR_TENANT", ACTS)
    assert [row["act"] for row in rows] == [
        "endpoint.create",
        "appointment.book",
        "appointment.book",
        "appointment.release",
        "order.place",
        "clock.advance",
    ]
    assert all(row["actor"] and row["origin"] == "127.0.0.1" and row["request_id"] for row in rows)
    assert await running.rows("ISP1", ACTS) == []
