"""`GET /service-availability`: what can be had at an address, from each network that is asked."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, RootModel

from fibregate.availability import fanout
from fibregate.availability.fanout import Answered, Asking
from fibregate.calendars import stamp
from fibregate.doors.tenant.errors import TENANT
from fibregate.doors.tenant.services import SCOPE, TenantDoor, tenant_of
from fibregate.doors.tenant.shown import address_out, site_out
from fibregate.doors.tenant.wire import AddressIdentifier, AddressOut, SupplierCode
from fibregate.errors import GatewayError
from fibregate.suppliers.answers import Availability, Specification
from fibregate.suppliers.questions import AvailabilityAsked, Trace
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp, Text20
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class ServiceType(StrEnum):
    """What kind of service is looked for."""

    BROADBAND = "BROADBAND"
    ETHERNET = "ETHERNET"


class AvailabilityQuery(Wire):
    """Which address, of which suppliers: those named, or all of yours."""

    address: AddressIdentifier
    suppliers: Annotated[list[SupplierCode], Field(max_length=50)] = Field(default_factory=list[str])
    service_types: Annotated[list[ServiceType], Field(max_length=10)] = Field(default_factory=list[ServiceType])
    postal_code: Text20 | None = Field(default=None, description="read by nobody yet")


class ChoiceOut(Wire):
    """A name and what may be chosen for it."""

    name: str
    values: list[str]


class SpecificationOut(Wire):
    """A service that can be ordered, with the values that an order may choose."""

    id: str
    name: str | None = None
    service_characteristics: list[ChoiceOut]


class ReasonOut(Wire):
    """Why nothing can be had."""

    code: str
    text: str | None = None


class FaultOut(Wire):
    """Why this supplier gave no answer, in the codes of errors."""

    code: str
    messages: list[str]


class AvailabilityOut(Wire):
    """What one supplier says; with a `fault` it said nothing, and nothing is known of what it has."""

    supplier: str
    as_of: Stamp = Field(description="when it said so")
    address: AddressOut
    service_specifications: list[SpecificationOut]
    unavailability_reasons: list[ReasonOut] | None = None
    site_information: dict[str, Any] | None = Field(
        default=None, description="`line` is present where a new line can be installed; `existingLines` are there"
    )
    fault: FaultOut | None = None


class AvailabilitiesOut(RootModel[list[AvailabilityOut]]):
    """One element for each supplier that was asked, the preferred first."""


async def check(call: Call[AvailabilityQuery, None, TenantDoor]) -> Answer:
    services, tenant, query = call.services, tenant_of(call), call.query
    kinds = query.service_types
    routes = [
        one
        for one in await services.routing.of(tenant)
        if ServiceType.ETHERNET in kinds or not one.supplier.only_ethernet
    ]
    if query.suppliers:
        routes = await services.routing.named(tenant, query.suppliers, field="suppliers")
    how = Asking(
        db=services.db,
        clock=services.clock,
        networks=services.networks,
        before_own=services.before_availability,
        seconds=services.answer_seconds,
    )
    asked = AvailabilityAsked(
        address=query.address.asked, service_types=tuple(one.value for one in dict.fromkeys(kinds))
    )
    trace = Trace(call.conversation_id or "")
    answers = await fanout.ask_all(how, tenant, routes, asked, trace)
    if len(answers) == 1 and isinstance(answers[0].found, GatewayError):
        raise answers[0].found
    return Answer(200, [_element(one, query.address) for one in answers])


def _element(answered: Answered, asked: AddressIdentifier) -> dict[str, Any]:
    body: dict[str, Any] = {"supplier": answered.supplier, "asOf": stamp(answered.as_of)}
    found = answered.found
    if isinstance(found, Availability):
        return {**body, **_shown(found, asked)}
    _, code = TENANT.spell(type(found))
    nothing: dict[str, Any] = {"address": {"identifier": asked.as_sent}, "serviceSpecifications": []}
    return {**body, **nothing, "fault": {"code": code, "messages": found.messages}}


def _shown(found: Availability, asked: AddressIdentifier) -> dict[str, Any]:
    body: dict[str, Any] = {
        "address": {**address_out(found.address), "identifier": asked.as_sent},
        "serviceSpecifications": [_specification(one) for one in found.specifications],
    }
    if found.reasons:
        body["unavailabilityReasons"] = [_reason(one.code, one.text) for one in found.reasons]
    if found.site:
        body["siteInformation"] = site_out(found.site)
    return body


def _reason(code: str, text: str | None) -> dict[str, str]:
    return {"code": code, "text": text} if text else {"code": code}


def _specification(one: Specification) -> dict[str, Any]:
    choices = [{"name": choice.name, "values": list(choice.values)} for choice in one.choices]
    named = {"name": one.name} if one.name else {}
    return {"id": one.id, **named, "serviceCharacteristics": choices}


_LINE: Final = {
    "type": "NEW",
    "lineType": "FIBRE",
    "installationType": "STANDARD",
    "enniId": "ENNI-001",
    "siteName": "Site A",
    "siteLocation": "Location B",
}
EXAMPLE: Final[list[dict[str, Any]]] = [
    {
        "supplier": "NETWORK1",
        "asOf": "2025-07-01T09:00:00.000Z",
        "address": {
            "identifier": {"id": "10025559646", "type": "UPRN"},
            "name": "Unit H",
            "streetNumber": "1",
            "streetName": "The Courtyard",
            "city": "Tewkesbury",
            "postcode": "GL20 8GD",
            "country": "UK",
        },
        "serviceSpecifications": [
            {
                "id": "fttp",
                "name": "FTTP",
                "serviceCharacteristics": [{"name": "LINE_PROFILE", "values": ["55/55", "80/20", "100/100"]}],
            }
        ],
        "siteInformation": {"line": _LINE},
    },
    {
        "supplier": "ALTNET1",
        "asOf": "2025-07-01T09:00:20.000Z",
        "address": {"identifier": {"id": "10025559646", "type": "UPRN"}},
        "serviceSpecifications": [],
        "fault": {"code": "SUPPLIER_TIMED_OUT", "messages": ["ALTNET1: no answer in time"]},
    },
]

ROUTES: Final = [
    Route(
        method="GET",
        path="/service-availability",
        name="checkServiceAvailability",
        summary="What can be had at an address",
        description=(
            "All your suppliers are asked at once, or those that `suppliers` names (repeated, or with commas); one "
            "that sells Ethernet alone only if it is named, or `serviceTypes` has `ETHERNET`. One that fails or is "
            "too late is an element with a `fault`, and never keeps the others back; where it was the only one asked, "
            "its fault is the answer. `installationType` present: an engineer must visit, so an order must quote an "
            "appointment."
        ),
        scope=SCOPE,
        action=check,
        query=AvailabilityQuery,
        answers={200: AvailabilitiesOut},
        errors=(501, 502),
        tags=("Availability",),
        query_examples={"address": {"id": "10025559646", "type": "UPRN"}},
        answer_examples={200: EXAMPLE},
    )
]
