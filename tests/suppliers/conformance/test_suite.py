"""The suite against a network that is as it should be, against one of each fault, and against our own door."""

import pytest
from tests.journeys.gateway import TOKEN, Gateway
from tests.suppliers.conformance.stage import HOME, SCARCE, skipped, tried, wrong
from tests.suppliers.conformance.toy import TENANT, toy

from fibregate.suppliers.conformance import clauses, form, suite
from fibregate.suppliers.conformance.model import Clause, Level, Outcome
from fibregate.suppliers.conformance.trials import circuits
from fibregate.suppliers.http.model import ClientCredentials
from fibregate.suppliers.questions import Characteristic, Identifier, Trace

UNHEARD = "nothing listened for updates"


async def test_a_network_that_is_as_it_should_be_passes_every_clause() -> None:
    async with toy() as there:
        result = await tried(there.url, there.credentials, tenant=TENANT)
    assert wrong(result) == {}
    assert skipped(result) == {"updates": UNHEARD}
    assert [one.clause for one in result.verdicts] == list(clauses.ALL)
    assert result.passed
    assert result.looks_up == "READ"
    assert {"READ_ORDER", "READ_CANCELLATION", "service-order-amendments"} <= result.offers


async def test_our_own_door_passes_every_clause(running: Gateway) -> None:
    client = running.card.tenants["YOUR_TENANT"]
    auth = ClientCredentials(running.url + TOKEN, client.client_id, client.secret)
    hasty = Trace("conformance", headers={"X-Kci-Delay": "0"})
    result = await tried(running.url, auth, trace=hasty)
    assert wrong(result) == {}
    assert result.passed
    assert result.looks_up == "READ"
    assert {name for name in skipped(result) if not name.endswith("-read")} == {"updates"}
    kinds = await running.rows("YOUR_TENANT", "select service_type from orders where tenant_id = $1 order by 1")
    assert [one["service_type"] for one in kinds] == ["BROADBAND", "ETHERNET"]
    await running.counts_are_right()


async def test_an_adapter_without_a_wire_is_tried_through_the_port() -> None:
    async with toy() as there:
        result = await tried(there.url, there.credentials, tenant=TENANT, on_the_wire=False)
    assert wrong(result) == {}
    assert set(skipped(result)) == {
        *("token", "wrong-secret", "no-credentials", "other-tenant", "headers", "parameter", "malformed"),
        *("wrong-type", "constraint", "slots-sorted", "updates"),
        *(clause.name for clause, _ in form.JUDGES),
    }
    assert result.passed


@pytest.mark.parametrize(
    ("fault", "broken", "said"),
    [
        ("tokens for ever", clauses.TOKEN, "expires_in is None"),
        ("any secret", clauses.WRONG_SECRET, "gave a token"),
        ("open door", clauses.NO_CREDENTIALS, "answered 200"),
        ("any tenant", clauses.OTHER_TENANT, "answered 200"),
        ("headers are optional", clauses.HEADERS, "without Tenant it answered 200"),
        ("parameters are fields", clauses.PARAMETER, "answered 422"),
        ("crashes", clauses.MALFORMED, "answered 500"),
        ("crashes", clauses.NO_FAULTS, "answered 500, a fault of its own"),
        ("lax types", clauses.WRONG_TYPE, "answered 422"),
        ("all is malformed", clauses.CONSTRAINT, "answered 400"),
        ("arrays", clauses.AVAILABLE, "not a JSON object"),
        ("no site", clauses.SITE, "no siteInformation"),
        ("unknown is 404", clauses.UNKNOWN_ADDRESS, "answered 404"),
        ("no reasons", clauses.UNKNOWN_ADDRESS, "does not say why"),
        ("slots of yesterday", clauses.SLOTS, "asked from 2025-07-08 on"),
        ("naive times", clauses.SLOTS, "timeslotStartDateTime"),
        ("naive times", clauses.INSTANTS, "timeslotStartDateTime: '2025-07-08T07:00:00.000'"),
        ("unsorted", clauses.SLOTS_SORTED, "a later one stands before"),
        ("wall clock is Z", clauses.SLOTS_CLASSIFIED, "13:00 is called WEEKDAY_AM"),
        ("filter is ignored", clauses.SLOTS_FILTERED, "asked for WEEKDAY_AM"),
        ("slots everywhere", clauses.SLOTS_NOWHERE, "somebody can come"),
        ("books anything", clauses.SLOT_NOT_OFFERED, "it was booked"),
        ("burns ids", clauses.BOOKING, "it is refused: id: is used"),
        ("no references", clauses.BOOKING, "supplierReference"),
        ("expired holds", clauses.BOOKING, "it expired at"),
        ("books twice", clauses.BOOKING_AGAIN, "another reference: V-new"),
        ("refuses replays", clauses.BOOKING_AGAIN, "it is refused"),
        ("refuses replays", clauses.ORDER_AGAIN, "it is refused"),
        ("overwrites", clauses.BOOKING_OTHER, "another timeslot was booked"),
        ("overwrites", clauses.ORDER_OTHER, "it is taken"),
        ("409 for another body", clauses.BOOKING_OTHER, "it is 409"),
        ("finds anything", clauses.BOOKING_READ, "an id that nobody used is found"),
        ("finds anything", clauses.ORDER_READ, "an id that nobody used is found"),
        ("finds anything", clauses.CANCELLATION_READ, "an id that nobody used is found"),
        ("releases once", clauses.BOOKING_RELEASED, "given back once more it is refused"),
        ("overbooks", clauses.SLOT_TAKEN, "booked twice"),
        ("synchronous without a reference", clauses.ORDER, "201 without the network's reference"),
        ("409 for orders", clauses.ORDER_REFUSED, "answered 409"),
        ("words of its own", clauses.ORDER_READ, "a status that no order has: BREWING"),
        ("words of its own", clauses.AMENDMENT_READ, "a status that no such request has: SIMMERING"),
        ("404 for an unknown order", clauses.AMENDMENT_NOWHERE, "answered 404"),
        ("changes nothing", clauses.CANCELLATION_NOWHERE, "it is taken"),
        ("changes crash", clauses.AMENDMENT, "answered 500"),
        ("changes crash", clauses.CANCELLATION, "answered 500"),
        ("sums are wrong", clauses.QUOTE, "monthlyTotal: is not what the charges come to"),
        ("quotes anew", clauses.QUOTE_AGAIN, "it is answered otherwise"),
        ("sells anything", clauses.QUOTE_REFUSED, "it has a price"),
        ("refuses replays", clauses.ETHERNET_ORDER_AGAIN, "it is refused"),
        ("overwrites", clauses.ETHERNET_ORDER_OTHER, "it is taken"),
        ("finds anything", clauses.ETHERNET_ORDER_READ, "an id that nobody used is found"),
        ("changes crash", clauses.ETHERNET_CANCELLATION, "answered 500"),
        ("plain errors", clauses.ERROR_OBJECT, "without uuid, code, messages"),
        ("one code for all", clauses.CODES, "with the code INVALID_REQUEST, and NOT_AUTHORISED is its own"),
        ("latin-1", clauses.JSON, "not one JSON object in UTF-8"),
        ("plain text", clauses.JSON, "as text/plain"),
        ("redirects", clauses.NO_REDIRECTS, "answered 307, a redirect"),
        ("redirects", clauses.ORDER, "a redirect, which is not followed"),
        ("slow", clauses.IN_TIME, "after 0.0"),
    ],
)
async def test_each_fault_is_found_and_its_clause_named(
    fault: str, broken: Clause, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "slow":
        monkeypatch.setattr(form, "SLOW_SECONDS", 0.01)
    async with toy(fault) as there:
        result = await tried(there.url, there.credentials, tenant=TENANT, patience=0)
    verdict = result.of(broken)
    assert verdict.outcome is (Outcome.FAIL if broken.level is Level.MUST else Outcome.WARN), result.verdicts
    assert said in verdict.what
    assert result.passed == (broken.level is Level.SHOULD)


@pytest.mark.parametrize(
    ("faults", "skips", "looks_up"),
    [
        (
            ["no look-ups"],
            {
                *("booking-read", "booking-released", "order-read", "amendment-read", "cancellation-read"),
                "ethernet-order-read",
            },
            "REPLAY",
        ),
        (["no Ethernet"], {one.name for one, _ in circuits.TRIALS}, "READ"),
        (["no amendments"], {"amendment-nowhere", "amendment", "amendment-read"}, "READ"),
    ],
)
async def test_what_is_not_offered_is_skipped_and_not_held_against_it(
    faults: list[str], skips: set[str], looks_up: str
) -> None:
    async with toy(*faults) as there:
        result = await tried(there.url, there.credentials, tenant=TENANT, patience=0)
    assert wrong(result) == {}
    assert set(skipped(result)) == {*skips, "updates"}
    why = ("not offered", "none to read", "no price was told", "no order for Ethernet")
    assert all(any(one in skipped(result)[name] for one in why) for name in skips)
    assert result.looks_up == looks_up


async def test_a_network_that_answers_at_once_passes() -> None:
    async with toy("synchronous") as there:
        result = await tried(there.url, there.credentials, tenant=TENANT)
    assert wrong(result) == {}
    assert result.of(clauses.ORDER).what == "201, ACKNOWLEDGED"


async def test_with_read_only_nothing_is_booked_or_ordered() -> None:
    async with toy() as there:
        result = await tried(there.url, there.credentials, tenant=TENANT, read_only=True)
    assert (there.bookings, there.orders) == ({}, {})
    assert not any(there.changes.values())
    assert {"wrong-type", "constraint"} <= set(skipped(result))
    assert wrong(result) == {}
    assert "with --read-only" in skipped(result)["booking"]
    assert "booking-again" in skipped(result)


async def test_where_nothing_can_be_ordered_what_needs_it_is_skipped() -> None:
    async with toy() as there:
        result = await tried(there.url, there.credentials, tenant=TENANT, address=Identifier("7"), scarce=None)
    assert wrong(result) == {}
    assert result.of(clauses.AVAILABLE).what == "nothing can be ordered there: ADDRESS_NOT_KNOWN"
    assert result.of(clauses.ETHERNET_ORDER).outcome is Outcome.PASS
    assert {"slots", "booking", "order", "slot-taken", "cancellation"} <= set(skipped(result))
    assert there.orders == {}


async def test_who_asks_may_name_what_is_ordered() -> None:
    async with toy() as there:
        wanted = (Characteristic("LINE_PROFILE", "500/500"), Characteristic("END_USER_TYPE", "BUSINESS"))
        await tried(there.url, there.credentials, tenant=TENANT, characteristics=wanted, service="fttp")
    placed = next(iter(there.orders.values()))[0]
    assert placed["serviceOrderItem"]["serviceCharacteristics"] == [
        {"name": "LINE_PROFILE", "value": "500/500"},
        {"name": "END_USER_TYPE", "value": "BUSINESS"},
    ]
    assert (placed["address"]["id"], placed["appointmentReservationId"]) == (HOME.id, min(there.bookings))
    assert SCARCE.id in {one["address"]["id"] for one, _ in there.bookings.values()}


async def test_nobody_there_fails_what_was_tried_and_ends() -> None:
    async with toy() as there:
        pass
    result = await tried(there.url, None, tenant=TENANT)
    assert not result.passed
    assert len(wrong(result)) == suite.MOST_SILENT
    assert "no connection" in result.of(clauses.NO_CREDENTIALS).what
    assert result.of(clauses.AVAILABLE).what == "the network does not answer"
    assert result.looks_up == "NONE"
