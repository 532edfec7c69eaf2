"""Availability of all suppliers at once: the dialect's shape, and that nobody spoils another's answer."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from tests.doors.tenant import far
from tests.doors.tenant.asking import ask
from tests.journeys.gateway import Card, Gateway, Got, gateway, plan
from tests.journeys.requests import DOCUMENTS, address
from tests.suppliers.http.peer import Heard, Respond, peer

from fibregate.migrate import Dsns

SAMPLE = json.loads((Path(__file__).parents[2] / "suppliers/http/samples/availability.json").read_text())
SAID: dict[str, Any] = SAMPLE["answers"]["body"]
SLOW = "999900003007"


async def check(running: Gateway, uprn: str = DOCUMENTS, more: str = "", **how: Any) -> Got:
    return await ask(running, "GET", f"service-availability?address={quote(json.dumps(address(uprn)))}{more}", **how)


async def test_our_own_network_answers_in_the_tenant_dialect(running: Gateway) -> None:
    got = await check(running)
    assert got.status == 200, got.raw
    (only,) = got.body
    assert only.pop("asOf").startswith("2025-07-01T09:")
    assert only == {
        "supplier": "NETWORK1",
        "address": {
            "identifier": {"id": DOCUMENTS, "type": "UPRN"},
            "name": "Unit H",
            "streetNumber": "1",
            "streetName": "The Courtyard",
            "locality": "Tewkesbury Business Park",
            "city": "Tewkesbury",
            "postcode": "GL20 8GD",
            "country": "UK",
        },
        "serviceSpecifications": [
            {
                "id": "fttp",
                "name": "FTTP",
                "serviceCharacteristics": [
                    {"name": "LINE_PROFILE", "values": ["55/55", "80/20", "100/100"]},
                    {"name": "AUTHENTICATION_AGENT", "values": ["DHCPRelayAgent"]},
                    {"name": "MINIMUM_SPEED", "values": ["100", "200", "500"]},
                ],
            }
        ],
        "siteInformation": {
            "line": {
                "type": "NEW",
                "lineType": "FIBRE",
                "enniId": "ENNI-001",
                "siteName": "Site A",
                "siteLocation": "Location B",
                "installationType": "STANDARD",
            }
        },
    }


REASONS = {"5": "ADDRESS_NOT_KNOWN", "999900003002": "OUT_OF_FOOTPRINT", "999900003004": "PARENT_ADDRESS"}


@pytest.mark.parametrize(("uprn", "code"), REASONS.items())
async def test_nothing_to_be_had_is_no_fault(running: Gateway, uprn: str, code: str) -> None:
    (only,) = (await check(running, uprn)).body
    assert only["address"]["identifier"] == {"id": uprn, "type": "UPRN"}
    assert only["serviceSpecifications"] == []
    assert only["unavailabilityReasons"][0]["code"] == code
    assert "line" not in only.get("siteInformation", {})


async def test_where_no_new_line_fits_there_is_no_line_but_the_existing_one(running: Gateway) -> None:
    (planned,) = (await check(running, "999900003003")).body
    assert planned["siteInformation"] == {"serviceReadyDate": "2025-08-30"}
    (taken,) = (await check(running, "999900003010")).body
    site = taken["siteInformation"]
    assert set(site) == {"existingLines"}
    (line,) = site["existingLines"]
    assert (line["type"], line["lineType"]) == ("EXISTING", "FIBRE")
    assert line["ont"]["ports"][0]["status"] == "ACTIVE"
    assert line["ont"]["ports"][0]["tenantActive"] is False


async def test_further_keys_of_an_address_are_echoed_and_one_of_them_may_be_the_uprn(running: Gateway) -> None:
    asked = {"id": "A00000031882", "type": "NAD", "additionalIdentifiers": [{"id": DOCUMENTS, "type": "UPRN"}]}
    got = await ask(running, "GET", f"service-availability?address={quote(json.dumps(asked))}")
    (only,) = got.body
    assert only["address"]["identifier"] == asked
    assert only["serviceSpecifications"]
    asked = {"id": "A00000099999", "type": "NAD"}
    (none,) = (await ask(running, "GET", f"service-availability?address={quote(json.dumps(asked))}")).body
    assert none["unavailabilityReasons"][0]["code"] == "ADDRESS_NOT_KNOWN"


async def test_where_no_ethernet_can_be_had_that_is_said_and_broadband_is_as_ever(running: Gateway) -> None:
    for only in (await check(running, more="&serviceTypes=ETHERNET")).body:
        assert only["serviceSpecifications"] == []
        assert [one["code"] for one in only["unavailabilityReasons"]] == ["OUT_OF_FOOTPRINT"]
    both, _ = (await check(running, more="&serviceTypes=ETHERNET,BROADBAND&postalCode=GL20")).body
    assert [one["id"] for one in both["serviceSpecifications"]] == ["fttp"]


async def test_ethernet_can_be_had_at_its_sites_as_far_as_a_headend_reaches(running: Gateway) -> None:
    one, other = (await check(running, "999900002008", "&serviceTypes=ETHERNET")).body
    assert (one["supplier"], other["supplier"]) == ("NETWORK1", "SUPPLIER2")
    assert one["address"]["postcode"] == "FB1 3AJ"
    assert one["serviceSpecifications"] == other["serviceSpecifications"]
    characteristics = [
        {"name": "POINT_OF_INTERCONNECT", "values": ["100M1G", "1G1G"]},
        {"name": "CONTRACT_TERM", "values": ["12", "36", "60"]},
    ]
    assert one["serviceSpecifications"] == [
        {"id": "ethernet-epl", "name": "Ethernet private line", "serviceCharacteristics": characteristics},
        {"id": "ftthl2r", "name": "FTTH", "serviceCharacteristics": characteristics},
    ]
    line = one["siteInformation"]["line"]
    assert line["constraints"] == [{"code": "SURVEY_REQUIRED", "text": "A survey comes first"}]
    assert line["lineCharacteristics"] == [{"name": "MINIMUM_LEAD_TIME", "value": "30"}]
    (of_any_kind,) = (await check(running, "999900002008")).body
    assert of_any_kind["serviceSpecifications"] == one["serviceSpecifications"]
    (none,) = (await check(running, "999900002008", "&serviceTypes=BROADBAND")).body
    assert none["unavailabilityReasons"][0]["code"] == "ADDRESS_NOT_KNOWN"
    nad = quote(json.dumps({"id": "A00000031882", "type": "NAD"}))
    (by_nad,) = (await ask(running, "GET", f"service-availability?address={nad}&suppliers=SUPPLIER2")).body
    assert [one["id"] for one in by_nad["serviceSpecifications"]] == ["ethernet-epl", "ftthl2r"]


async def test_a_supplier_far_away_is_shown_in_the_same_words(running: Gateway) -> None:
    async with peer() as there:
        there.answers(200, SAID)
        await far.add(running, "ALTNET1", there.url, preference=1)
        got = await check(running)
    assert [one["supplier"] for one in got.body] == ["ALTNET1", "NETWORK1"]
    shown = got.body[0]
    assert shown["address"] == {
        **{name: value for name, value in SAID["address"].items() if name != "what3words"},
        "identifier": {"id": DOCUMENTS, "type": "UPRN"},
    }
    assert shown["serviceSpecifications"] == SAID["serviceSpecifications"]
    site = shown["siteInformation"]
    assert "line" not in site
    assert site["existingLines"][0]["ont"]["ports"][1]["stoppedDate"] == "2025-09-30T23:00:00.000Z"
    heard = there.calls[0]
    assert json.loads(heard.query["address"]) == {"id": DOCUMENTS, "type": "UPRN"}
    assert (heard.headers["tenant"], heard.headers["x-conversation-id"]) == ("GATEWAY1", "conv-1")


def refusing(status: int, *messages: str) -> Respond:
    return lambda _: web.json_response({"messages": list(messages)}, status=status)


def garbled(_: Heard) -> web.Response:
    return web.Response(status=200, text="<html>")


async def late(_: Heard) -> web.Response:
    await asyncio.sleep(5)
    return web.Response(status=500)


async def test_one_slow_and_several_failing_suppliers_keep_nobody_back(running: Gateway) -> None:
    wrong: dict[str, tuple[Respond, str]] = {
        "SLOW": (late, "SUPPLIER_TIMED_OUT"),
        "BROKEN": (garbled, "SUPPLIER_FAULT"),
        "DOWN": (refusing(500, "on fire"), "SUPPLIER_FAULT"),
        "LACKS": (refusing(501), "NOT_IMPLEMENTED"),
        "REFUSES": (refusing(422, "no such key"), "INVALID_REQUEST"),
        "CONFUSED": (refusing(400), "GATEWAY_FAULT"),
        "STRICT": (refusing(401), "SUPPLIER_FAULT"),
    }
    async with AsyncExitStack() as stack:
        well = await stack.enter_async_context(peer())
        well.answers(200, SAID)
        await far.add(running, "WELL", well.url, preference=1)
        for place, (name, (respond, _)) in enumerate(wrong.items(), 2):
            there = await stack.enter_async_context(peer())
            there.respond = respond
            await far.add(running, name, there.url, preference=place)
        began = time.monotonic()
        got = await check(running)
        took = time.monotonic() - began
    assert got.status == 200
    assert took < 3, "nobody waits longer than the slowest may take"
    assert [one["supplier"] for one in got.body] == ["WELL", *wrong, "NETWORK1"]
    for one in got.body:
        name = one["supplier"]
        if name in wrong:
            assert one["fault"]["code"] == wrong[name][1], one
            assert one["fault"]["messages"]
            assert one["serviceSpecifications"] == []
            assert one["address"] == {"identifier": {"id": DOCUMENTS, "type": "UPRN"}}
        else:
            assert "fault" not in one
            assert one["serviceSpecifications"]
        assert one["asOf"]
    assert any("on fire" in message for one in got.body for message in one.get("fault", {}).get("messages", []))


ALONE: list[tuple[Respond, int, str]] = [
    (refusing(500), 502, "SUPPLIER_FAULT"),
    (late, 504, "SUPPLIER_TIMED_OUT"),
    (refusing(501), 501, "NOT_IMPLEMENTED"),
    (refusing(400), 502, "GATEWAY_FAULT"),
    (refusing(422, "no such key"), 422, "INVALID_REQUEST"),
]


async def test_the_fault_of_the_only_one_asked_is_the_answer(running: Gateway) -> None:
    async with peer() as there:
        await far.add(running, "ALTNET1", there.url)
        for respond, status, code in ALONE:
            there.respond = respond
            (await check(running, more="&suppliers=ALTNET1")).refused(status, code)


async def test_our_own_network_may_be_the_late_one(town: tuple[Dsns, Card]) -> None:
    fresh, card = town
    async with peer() as there, gateway(fresh.runtime, card, plan(fresh.runtime, answer_seconds=0.5)) as hasty:
        there.answers(200, SAID)
        await far.add(hasty, "ALTNET1", there.url)
        got = await check(hasty, SLOW)
        assert {one["supplier"]: one.get("fault", {}).get("code") for one in got.body} == {
            "ALTNET1": None,
            "NETWORK1": "SUPPLIER_TIMED_OUT",
        }
        (await check(hasty, SLOW, "&suppliers=NETWORK1")).refused(504, "SUPPLIER_TIMED_OUT")


async def test_suppliers_are_named_by_repetition_or_with_commas_and_answer_by_preference(running: Gateway) -> None:
    async with peer() as there:
        there.answers(200, SAID)
        for place, code in enumerate(("C", "B", "A"), 1):
            await far.add(running, code, there.url, preference=place)
        for named in ("&suppliers=A&suppliers=C", "&suppliers=A,C", "&suppliers=A,C,A"):
            assert [one["supplier"] for one in (await check(running, more=named)).body] == ["C", "A"]
        assert len(there.calls) == 6


async def test_a_supplier_that_is_not_the_tenants_answers_as_one_that_is_not(running: Gateway) -> None:
    async with peer() as there:
        await far.add(running, "ALTNET1", there.url, tenants=("ISP1",))
        for named in ("ALTNET1", "NOBODY"):
            told = (await check(running, more=f"&suppliers={named}")).refused(422, "INVALID_REQUEST")
            assert told == [f"suppliers: {named} is no supplier of yours; accepted: NETWORK1, SUPPLIER2"]
        both = (await check(running, more="&suppliers=ALTNET1,NOBODY,NETWORK1")).refused(422, "INVALID_REQUEST")
        assert len(both) == 2
        (await check(running, more="&suppliers=A-B")).refused(422, "INVALID_REQUEST")
        assert there.calls == []


async def test_what_a_supplier_cannot_do_is_never_asked(running: Gateway) -> None:
    async with peer() as there:
        there.answers(200, SAID)
        await far.add(running, "ALTNET1", there.url, capabilities=["NEW"])
        got = await check(running)
        assert [one.get("fault", {}).get("code") for one in got.body] == ["NOT_IMPLEMENTED", None]
        told = (await check(running, more="&suppliers=ALTNET1")).refused(501, "NOT_IMPLEMENTED")
        assert told == ["supplier: ALTNET1 does not offer availability; it offers orders of type NEW"]
        assert there.calls == []


async def test_our_own_network_can_be_taken_out_of_a_tenants_suppliers(running: Gateway) -> None:
    await far.let(running, "NETWORK1", enabled=False)
    assert (await check(running)).body == []
    assert len((await check(running, tenant="ISP1")).body) == 1
    (await check(running, more="&suppliers=NETWORK1")).refused(422, "INVALID_REQUEST")
