"""The published samples, request by request, verbatim."""

import json
from datetime import timedelta
from typing import Any

from tests.journeys.gateway import WHOLESALE, Gateway, Got

AVAILABILITY = f'{WHOLESALE}/service-availability?address=%7B"id":"10025559646","type":"UPRN"%7D'
SLOTS = (
    f'{WHOLESALE}/available-appointments?address=%7B"id":"10025559646","type":"UPRN"%7D&appointmentPurpose=PROVIDE'
    '&serviceSpecification=%7B"id":"fttp","name":"FTTP"%7D&appointmentFromDate=2025-01-25&classifications=WEEKDAY_AM'
)
BOOKING = b"""{
"id": 159,
"address": { "id": "10025559646", "type": "UPRN" },
"serviceSpecification": { "id": "fttp" },
"purpose": "PROVIDE",
"timeslot": {
"timeslotStartDateTime": "2025-07-16T08:00:00.000Z",
"timeslotEndDateTime": "2025-07-16T13:00:00.000Z"
}
}"""
ORDER = b"""{
"id": 127,
"orderType": "NEW",
"tenant": "YOUR_TENANT",
"address": { "id": "10025559646", "type": "UPRN" },
"serviceOrderItem": {
"serviceSpecification": { "id": "fttp" },
"serviceCharacteristics": [
{ "name": "LINE_PROFILE", "value": "55/55" },
{ "name": "AUTHENTICATION_AGENT", "value": "DHCPRelayAgent" },
{ "name": "MINIMUM_SPEED", "value": "100" },
{ "name": "END_USER_TYPE", "value": "RESIDENTIAL" }
]
},
"primaryContact": { "name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890" },
"appointmentReservationId": 159,
"requestedCompletionDate": "2025-07-28"
}"""


PRINTED_AVAILABILITY: dict[str, Any] = {
    "address": {
        "identifier": {"id": "10025559646", "type": "UPRN"},
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
        "newLine": True,
        "installationType": "STANDARD",
        "enniId": "ENNI-001",
        "siteName": "Site A",
        "siteLocation": "Location B",
    },
}
PRINTED_BOOKING = {
    "id": 159,
    "address": {"id": "10025559646", "type": "UPRN"},
    "serviceSpecification": {"id": "fttp", "name": "FTTP"},
    "purpose": "PROVIDE",
    "timeslot": {
        "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",  # the documents forget that July is an hour ahead
        "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    },
    "expiryDateTime": "2025-07-15T22:59:59.000Z",
}


async def book(running: Gateway) -> Got:
    return await running.ask("POST", "appointments", body=BOOKING, extra={"X-Request-ID": "req-2"})


async def test_the_flow_of_the_documents_answers_as_printed(running: Gateway) -> None:
    got = await running.ask("GET", AVAILABILITY)
    assert (got.status, got.body) == (200, PRINTED_AVAILABILITY)
    assert (got.headers["X-Request-ID"], got.headers["X-Conversation-ID"]) == ("req-1", "conv-1")
    booked = await book(running)
    assert booked.status == 201
    assert booked.body == {**PRINTED_BOOKING, "supplierReference": booked.body["supplierReference"]}
    assert booked.body["supplierReference"].startswith("APPT-2025-")
    assert booked.headers["X-Notice"] == "timeslot read as UK local time"
    assert booked.headers["X-Request-ID"] == "req-2"
    ordered = await running.ask("POST", "service-orders", body=ORDER, extra={"X-Request-ID": "req-3"})
    assert (ordered.status, ordered.raw, ordered.headers["X-Request-ID"]) == (202, b"", "req-3")
    await running.walk(timedelta(days=20))
    read = await running.ask("GET", "service-orders/127")
    assert read.body["status"] == "COMPLETED"
    assert [one["reasonCode"] for one in read.body["updates"]] == [
        *("ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED")
    ]
    assert [one["sequenceNumber"] for one in read.body["updates"]] == [1, 2, 3, 4, 5, 6]
    asked = json.loads(ORDER)
    assert {name: read.body[name] for name in asked if name != "serviceOrderItem"} == {
        name: value for name, value in asked.items() if name != "serviceOrderItem"
    }
    given = read.body["serviceOrderItem"]["serviceCharacteristics"]
    assert all(one in given for one in asked["serviceOrderItem"]["serviceCharacteristics"])
    assert read.body["committedDate"] == "2025-07-16T12:00:00.000Z"


async def test_the_printed_search_for_slots_answers_in_the_printed_shape(running: Gateway) -> None:
    got = await running.ask("GET", SLOTS, extra={"X-Request-ID": "qwerty", "X-Conversation-ID": "abcde"})
    assert got.status == 200
    assert set(got.body) == {"address", "serviceSpecification", "availableTimeslots"}
    assert got.body["address"] == {"id": "10025559646", "type": "UPRN"}
    assert got.body["serviceSpecification"] == {"id": "fttp", "name": "FTTP"}
    first = got.body["availableTimeslots"][0]
    assert first == {
        "timeslotStartDateTime": "2025-07-08T07:00:00.000Z",
        "timeslotEndDateTime": "2025-07-08T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    }
    assert {one["classification"] for one in got.body["availableTimeslots"]} == {"WEEKDAY_AM"}
    days = [one["timeslotStartDateTime"] for one in got.body["availableTimeslots"]]
    assert days == sorted(set(days))
    assert days[-1] < "2025-08-05"


async def test_an_address_may_be_written_in_every_way_of_the_documents(running: Gateway) -> None:
    for query in (
        "address=%7B%22id%22%3A%2210025559646%22%2C%22type%22%3A%22UPRN%22%7D",
        'address=%7B"id":"10025559646","type":"UPRN"%7D',
        'address={"id":"10025559646","type":"UPRN"}',
        "address=%7B+%22id%22:+%2210025559646%22,+%22type%22:%22UPRN%22+%7D",
        "addressId=10025559646&addressType=UPRN",
        "addressId=10025559646",
    ):
        got = await running.ask("GET", f"service-availability?{query}")
        assert (got.status, got.body) == (200, PRINTED_AVAILABILITY)


async def test_a_uprn_is_compared_as_a_number_and_echoed_as_sent(running: Gateway) -> None:
    got = await running.ask("GET", "service-availability?addressId=010025559646&addressType=UPRN")
    assert got.body["address"]["identifier"] == {"id": "010025559646", "type": "UPRN"}
    assert got.body["serviceSpecifications"] == PRINTED_AVAILABILITY["serviceSpecifications"]


async def test_the_quotation_by_reference_is_as_good_as_by_id(running: Gateway) -> None:
    reference = (await book(running)).body["supplierReference"]
    asked = json.loads(ORDER)
    del asked["appointmentReservationId"]
    asked["appointmentReservationReference"] = reference
    assert (await running.ask("POST", "service-orders", body=asked)).status == 202
    read = await running.ask("GET", "appointments/159")
    assert read.body["state"] == "ATTACHED"
