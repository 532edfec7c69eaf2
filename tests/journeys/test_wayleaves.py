"""A wayleave is a task from the network's first word of it to the answer, and its clock is heard."""

from datetime import timedelta
from typing import Any

from tests.journeys.gateway import Gateway
from tests.journeys.test_ethernet_stories import amend, ordered

Found = list[dict[str, Any]]


async def listed(running: Gateway, number: int, **how: Any) -> Found:
    got = await running.ask("GET", f"/manage/v1/wayleaves?orderId={number}", **how)
    assert got.status == 200, got.raw
    found: Found = got.body["wayleaves"]
    return found


async def alarms(running: Gateway) -> Found:
    got = await running.ask("GET", "/manage/v1/alarms?cleared=true")
    assert got.status == 200, got.raw
    return [one for one in got.body["alarms"] if one["kind"] == "WAYLEAVE_WAITS"]


async def test_a_landlord_that_says_no_after_nine_weeks(running: Gateway) -> None:
    number = await ordered(running, "E03")
    await running.walk(timedelta(days=6))
    assert await listed(running, number) == []
    await running.walk(timedelta(days=3))
    (first,) = await listed(running, number)
    assert (first["state"], first["orderId"], first["supplier"]) == ("AWAITING_OWNER", number, "SUPPLIER2")
    assert first["text"].startswith("Landlord's consent needed")
    await running.walk(timedelta(days=7))
    (asked,) = await listed(running, number)
    assert (asked["id"], asked["state"], asked["asked"]) == (first["id"], "AWAITING_TENANT", first["asked"])
    assert asked["answerBy"] > asked["asked"]
    await amend(running, number, notes="Ask Ben Okoro, 01632 960002.")
    await running.walk(timedelta(hours=1))
    (waits,) = await listed(running, number)
    assert (waits["state"], "answerBy" in waits) == ("AWAITING_OWNER", False)
    assert await alarms(running) == []
    await running.walk(timedelta(days=21))
    (sounded,) = await alarms(running)
    assert (sounded["subject"], sounded["level"], sounded["state"]) == (f"order {number}", 2, "OPEN")
    assert "asked on Tuesday 8 July, 20 working days ago" in sounded["text"]
    await running.walk(timedelta(days=30))
    (refused,) = await listed(running, number)
    assert (refused["state"], refused["text"][:16]) == ("REFUSED", "Consent refused.")
    assert [one["state"] for one in await alarms(running)] == ["CLEARED"]
    assert await listed(running, number, tenant="ISP1") == []
    assert running.bugs() == []
