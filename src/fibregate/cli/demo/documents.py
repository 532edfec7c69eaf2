"""The documents' own requests, byte for byte, and the answers that they print."""

from typing import Any, Final

import orjson

BASE: Final = "/WholesaleGateway/v1.0/gateway"
TOKEN: Final = "/IdentityModule/v1.0/oauth/token"  # noqa: S105 - a path
TENANT: Final = "YOUR_TENANT"

AVAILABILITY: Final = f'{BASE}/service-availability?address=%7B"id":"10025559646","type":"UPRN"%7D'

AVAILABILITY_ANSWER: Final[dict[str, Any]] = orjson.loads("""
{
"address": {
"identifier": { "id": "10025559646", "type": "UPRN" },
"name": "Unit H",
"streetNumber": "1",
"streetName": "The Courtyard",
"locality": "Tewkesbury Business Park",
"city": "Tewkesbury",
"postcode": "GL20 8GD",
"country": "UK"
},
"serviceSpecifications": [
{
"id": "fttp",
"name": "FTTP",
"serviceCharacteristics": [
{
"name": "LINE_PROFILE",
"values": ["55/55", "80/20", "100/100"]
},
{
"name": "AUTHENTICATION_AGENT",
"values": ["DHCPRelayAgent"]
},
{
"name": "MINIMUM_SPEED",
"values": ["100", "200", "500"]
}
]
}
],
"siteInformation": {
"newLine": true,
"installationType": "STANDARD",
"enniId": "ENNI-001",
"siteName": "Site A",
"siteLocation": "Location B"
}
}
""")

APPOINTMENTS: Final = (
    f'{BASE}/available-appointments?address=%7B"id":"10025559646","type":"UPRN"%7D&appointmentPurpose=PROVIDE'
    '&serviceSpecification=%7B"id":"fttp","name":"FTTP"%7D&appointmentFromDate=2025-01-25&classifications=WEEKDAY_AM'
)

BOOKING: Final = """{
"id": 159,
"address": { "id": "10025559646", "type": "UPRN" },
"serviceSpecification": { "id": "fttp" },
"purpose": "PROVIDE",
"timeslot": {
"timeslotStartDateTime": "2025-07-16T08:00:00.000Z",
"timeslotEndDateTime": "2025-07-16T13:00:00.000Z"
}
}"""

# The documents' times are meant as UK wall-clock times, and in July London is an hour ahead of UTC.
BOOKING_ANSWER: Final[dict[str, Any]] = {
    "id": 159,
    "address": {"id": "10025559646", "type": "UPRN"},
    "serviceSpecification": {"id": "fttp", "name": "FTTP"},
    "purpose": "PROVIDE",
    "timeslot": {
        "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    },
    "expiryDateTime": "2025-07-15T22:59:59.000Z",
}

ORDER: Final = """{
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

_SITE: Final[dict[str, Any]] = orjson.loads("""
{
  "name": "Strategic Imperative Offices",
  "address": {
    "id": "A00000031882",
    "type": "NAD",
    "additionalIdentifiers": [
      {
        "id": "A00000031882",
        "type": "NAD"
      }
    ]
  },
  "postcode": "TW184LG",
  "role": "A-END",
  "siteCharacteristics": [
    {
      "name": "POINT_OF_INTERCONNECT",
      "value": "1G1G"
    }
  ],
  "wayleave": {
    "wayleaveOwner": true,
    "wayleaveCharacteristics": [
      {
        "name": "POINT_OF_INTERCONNECT",
        "value": "1G1G"
      }
    ],
    "wayleaveContact": {
      "name": "John Smith",
      "email": "john@smith.com",
      "phoneNumber": "01234 567890"
    }
  },
  "primaryContact": {
    "name": "John Smith",
    "email": "john@smith.com",
    "phoneNumber": "01234 567890"
  },
  "secondaryContact": {
    "name": "John Smith",
    "email": "john@smith.com",
    "phoneNumber": "01234 567890"
  },
  "hazards": "Hazardous materials stored on site",
  "onSiteRestrictions": "Restricted access",
  "notes": "Lorem ipsum dolor sit amet..."
}
""")

ETHERNET_ORDER: Final[dict[str, Any]] = {
    "supplier": "SUPPLIER2",
    "supplierQuoteId": "SUPP2-QUO-ETH-5001",
    "siteInformation": [_SITE, _SITE],
    "ethernetOrderItems": orjson.loads("""
[
  {
    "service": {
      "serviceSpecification": {
        "id": "ftthl2r"
      },
      "serviceCharacteristic": [
        {
          "name": "POINT_OF_INTERCONNECT",
          "value": "1G1G"
        }
      ]
    },
    "contractDetails": {
      "contractLength": {
        "value": 36,
        "unit": "MONTH"
      },
      "billingFrequency": "MONTHLY",
      "priceAlteration": "string"
    },
    "requestedCompletionDate": "2022-01-10",
    "technicalContact": {
      "name": "John Smith",
      "email": "john@smith.com",
      "phoneNumber": "01234 567890"
    }
  }
]
"""),
}
