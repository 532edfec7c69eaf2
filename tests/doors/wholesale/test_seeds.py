"""The published samples, request by request, verbatim."""

import json
from pathlib import Path
from typing import Any

import pytest
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


async def test_x(running: Gateway) -> None:
    got = await running.ask("GET", AVAILABILITY)
    print(got)
    got = await running.ask("GET", SLOTS)
    print(got)
    got = await running.ask("POST", "appointments", body=BOOKING)
    print(got)
    got = await running.ask("POST", "service-orders", body=ORDER)
    print(got)
