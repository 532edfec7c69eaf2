"""The peer that we know best: our own wholesale door, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.journeys.gateway import TOKEN, Gateway
from tests.journeys.requests import DOCUMENTS
from tests.suppliers.http.peer import TRACE, network

from fibregate.suppliers.answers import (
    Absent,
    Availability,
    Booked,
    Extension,
    Refused,
    Released,
    SlotGone,
    Slots,
    Taken,
)
from fibregate.suppliers.ethernet import EthernetAsked, ServiceOrdered, SiteOrdered
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.model import ClientCredentials
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import (
    AvailabilityAsked,
    BookingAsked,
    Characteristic,
    Contact,
    Identifier,
    Provide,
    SlotsAsked,
)
from fibregate.suppliers.quoting import QuoteAsked, Quoted, Role, ServiceAsked, SiteAsked
from fibregate.vocabulary import OrderStatus, OrderType, Purpose

HOME = Identifier(DOCUMENTS)
START, END = datetime(2025, 7, 16, 7, tzinfo=UTC), datetime(2025, 7, 16, 12, tzinfo=UTC)
VISIT = BookingAsked(id=159, address=HOME, service="fttp", purpose=Purpose.PROVIDE, timeslot=Timeslot(START, END))
ORDER = Provide(
    id=127,
    order_type=OrderType.NEW,
    address=HOME,
    service="fttp",
    characteristics=(Characteristic("LINE_PROFILE", "55/55"),),
    primary_contact=Contact("Jane Doe", "01234 567890", "jane@doe.com"),
    appointment_id=159,
    requested_completion_date=date(2025, 7, 28),
)
SITES = (
    SiteAsked(name="Office", postcode="FB1 3AA", role=Role.A_END, address=Identifier("999900002001")),
    SiteAsked(name="Hall", postcode="FB1 9ZZ", role=Role.B_END, address=Identifier("999900002900")),
)
CIRCUIT = ServiceAsked("ethernet-epl", (Characteristic("POINT_OF_INTERCONNECT", "1G1G"),))
ASKED = QuoteAsked(sites=SITES, services=(CIRCUIT,), months=36, billing="MONTHLY")
ETHERNET = EthernetAsked(
    id=131,
    quote_id="NETWORK1-QUO-ETH-1",
    sites=tuple(SiteOrdered(site=one, primary_contact=Contact("Jane Doe", "01234 567890")) for one in SITES),
    services=(ServiceOrdered(service=CIRCUIT, months=36, requested_completion_date=date(2025, 7, 28)),),
)
OFFERED = frozenset(Extension)


@pytest.fixture
async def door(running: Gateway) -> AsyncIterator[HttpNetwork]:
    client = running.card.tenants["YOUR_TENANT"]
    auth = ClientCredentials(running.url + TOKEN, client.client_id, client.secret, scope="gateway")
    async with network(
        running.url, auth, name="NETWORK1", tenant="YOUR_TENANT", total_seconds=20, extensions=OFFERED
    ) as it:
        yield it


async def test_what_can_be_had_is_told_in_our_words(door: HttpNetwork) -> None:
    there = await door.availability(AvailabilityAsked(address=HOME), TRACE)
    assert isinstance(there, Availability)
    assert there.address.postcode == "GL20 8GD"
    assert "LINE_PROFILE" in {one.name for one in there.specifications[0].choices}
    assert there.site is not None
    assert (there.site.new_line, there.site.installation_type, there.site.enni_id) == (True, "STANDARD", "ENNI-001")
    second_port = await door.availability(AvailabilityAsked(address=Identifier("999900003009")), TRACE)
    assert isinstance(second_port, Availability)
    assert second_port.site is not None
    assert second_port.site.installation_type is None
    line = second_port.site.existing_lines[0]
    assert line.ont is not None
    assert [(one.number, one.tenant_active) for one in line.ont.ports if one.status == "ACTIVE"] == [(1, False)]
    nowhere = await door.availability(AvailabilityAsked(address=Identifier("1")), TRACE)
    assert isinstance(nowhere, Availability)
    assert ([one.code for one in nowhere.reasons], nowhere.specifications) == (["ADDRESS_NOT_KNOWN"], ())
    await door.probe(TRACE)


async def test_a_visit_is_found_booked_read_back_and_given_back(door: HttpNetwork) -> None:
    asked = SlotsAsked(address=HOME, service="fttp", purpose=Purpose.PROVIDE, from_date=date(2025, 7, 16))
    found = await door.slots(asked, TRACE)
    assert isinstance(found, Slots)
    first = found.slots[0]
    assert (first.starts_at, first.ends_at, first.classification) == (START, END, "WEEKDAY_AM")
    booked = await door.book(VISIT, TRACE)
    assert isinstance(booked, Booked)
    assert (booked.timeslot, booked.notice) == (first, None)
    assert booked.expires_at == datetime(2025, 7, 15, 22, 59, 59, tzinfo=UTC)
    assert await door.book(VISIT, TRACE) == booked
    assert await door.read_appointment(159, TRACE) == replace(booked, state="RESERVED")
    assert await door.release(159, TRACE) == Released()
    assert await door.release(159, TRACE) == Released()
    assert await door.release(160, TRACE) == Absent()
    assert await door.read_appointment(160, TRACE) == Absent()
    again = await door.book(VISIT, TRACE)
    assert isinstance(again, Refused)


async def test_a_slot_that_is_full_is_gone_and_others_are_named(door: HttpNetwork) -> None:
    one_place = Identifier("999900003005")
    found = await door.slots(SlotsAsked(address=one_place, service="fttp", purpose=Purpose.PROVIDE), TRACE)
    assert isinstance(found, Slots)
    wanted = replace(VISIT, address=one_place, timeslot=found.slots[0])
    assert isinstance(await door.book(wanted, TRACE), Booked)
    gone = await door.book(replace(wanted, id=160), TRACE)
    assert isinstance(gone, SlotGone)
    assert gone.messages
    assert gone.alternatives[0] == found.slots[1]


async def test_a_network_that_fails_may_have_done_what_it_was_asked(door: HttpNetwork) -> None:
    broken = replace(VISIT, address=Identifier("999900003008"))
    with pytest.raises(SupplierFailed) as caught:
        await door.book(broken, TRACE)
    assert (caught.value.kind, caught.value.code, caught.value.nothing_done) == (
        Failure.ERROR,
        "SUPPLIER_FAULT",
        False,
    )


async def test_an_order_is_placed_once_and_looked_up(running: Gateway, door: HttpNetwork) -> None:
    assert await door.read_order(127, TRACE) == Absent()
    assert isinstance(await door.book(VISIT, TRACE), Booked)
    assert await door.order(ORDER, TRACE) == Taken()
    assert await door.order(ORDER, TRACE) == Taken()
    assert len(await running.rows("YOUR_TENANT", "select id from orders where tenant_id = $1")) == 1
    stands = await door.read_order(127, TRACE)
    assert not isinstance(stands, Absent)
    assert stands.status is not None
    assert not stands.status.ended
    await running.walk(timedelta(days=1))
    stands = await door.read_order(127, TRACE)
    assert not isinstance(stands, Absent)
    assert (stands.status, stands.committed_at) == (OrderStatus.IN_PROGRESS, END)
    assert stands.reference
    other = await door.order(replace(ORDER, notes="another body"), TRACE)
    assert isinstance(other, Refused)


async def test_a_price_is_asked_once_and_ordered_once_and_looked_up(running: Gateway, door: HttpNetwork) -> None:
    quoted = await door.quote(41, ASKED, TRACE)
    assert isinstance(quoted, Quoted)
    assert (quoted.quote_id, quoted.level, quoted.monthly_total) == ("NETWORK1-QUO-ETH-1", "FIRM", Decimal("297.50"))
    assert await door.quote(41, ASKED, TRACE) == quoted
    assert isinstance(await door.quote(41, replace(ASKED, months=12), TRACE), Refused)
    assert isinstance(await door.quote(42, replace(ASKED, months=7), TRACE), Refused)
    assert await door.read_ethernet_order(131, TRACE) == Absent()
    assert await door.order_ethernet(ETHERNET, TRACE) == Taken()
    assert await door.order_ethernet(ETHERNET, TRACE) == Taken()
    assert isinstance(await door.order_ethernet(replace(ETHERNET, id=132), TRACE), Refused)
    await running.walk(timedelta(hours=2))
    stands = await door.read_ethernet_order(131, TRACE)
    assert not isinstance(stands, Absent)
    assert stands.status is OrderStatus.ACKNOWLEDGED
    assert await door.read_order(131, TRACE) == Absent()


async def test_every_fault_of_an_order_is_told_in_the_networks_words(door: HttpNetwork) -> None:
    refused = await door.order(replace(ORDER, service="moonbeam", requested_completion_date=date(2020, 1, 1)), TRACE)
    assert isinstance(refused, Refused)
    assert len(refused.messages) > 1


async def test_credentials_that_are_not_ours_are_refused(running: Gateway) -> None:
    client = running.card.tenants["YOUR_TENANT"]
    auth = ClientCredentials(running.url + TOKEN, client.client_id, client.secret)
    wrong = ClientCredentials(running.url + TOKEN, client.client_id, "wrong")
    for how, tenant in ((auth, "ISP1"), (wrong, "YOUR_TENANT"), (None, "YOUR_TENANT")):
        async with network(running.url, how, tenant=tenant) as it:
            with pytest.raises(SupplierFailed) as caught:
                await it.order(ORDER, TRACE)
        assert (caught.value.kind, caught.value.nothing_done) == (Failure.REFUSED_CREDENTIALS, True)
