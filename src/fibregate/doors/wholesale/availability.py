"""`GET /service-availability`: what this tenant can have at an address."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.availability import actions
from fibregate.availability.model import Availability
from fibregate.doors.wholesale.services import SCOPE, Wholesale, tenant_of
from fibregate.doors.wholesale.wire import AddressQuery, CharacteristicValues
from fibregate.suppliers.network.model import Premises, Terminal
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class ServiceType(StrEnum):
    """What kind of service is looked for."""

    BROADBAND = "BROADBAND"
    ETHERNET = "ETHERNET"


class AvailabilityQuery(AddressQuery):
    """Which address, and which kinds of service; this network has no Ethernet yet."""

    service_types: Annotated[list[ServiceType], Field(max_length=10)] = Field(default_factory=list[ServiceType])


class OfferedSpecification(Wire):
    """A service that can be ordered, with the values that an order may choose."""

    id: str
    name: str
    service_characteristics: list[CharacteristicValues]


class AvailabilityOut(Wire):
    """The answer: one object, whatever is or is not available."""

    address: dict[str, Any]
    service_specifications: list[OfferedSpecification]
    unavailability_reasons: list[dict[str, str]] | None = None
    site_information: dict[str, Any] | None = None


_ADDRESS_FIELDS: Final = (
    "name",
    "subAddress",
    "streetNumber",
    "streetName",
    "locality",
    "city",
    "postcode",
    "country",
)


_NOWHERE: Final[dict[str, Any]] = {}


async def check(call: Call[AvailabilityQuery, None, Wholesale]) -> Answer:
    asked = call.query.address
    await call.services.before_availability(asked.uprn)
    found = await actions.check(call.services.db, tenant_of(call), asked.uprn)
    wanted = call.query.service_types or [ServiceType.BROADBAND]
    return Answer(200, _body(asked.as_sent, found, broadband=ServiceType.BROADBAND in wanted))


def _body(asked: dict[str, str], found: Availability, *, broadband: bool) -> dict[str, Any]:
    premises, reason = found.premises, found.reason
    known = premises.address if premises else _NOWHERE
    body: dict[str, Any] = {
        "address": {"identifier": asked, **{name: known[name] for name in _ADDRESS_FIELDS if name in known}}
    }
    body["serviceSpecifications"] = [_specification(premises)] if premises and not reason and broadband else []
    if reason:
        body["unavailabilityReasons"] = [reason]
    if premises:
        body["siteInformation"] = _site(premises, new_line=found.new_line)
    return body


def _specification(premises: Premises) -> dict[str, Any]:
    return {
        "id": premises.service,
        "name": premises.service_name,
        "serviceCharacteristics": [{"name": one["name"], "values": one["values"]} for one in premises.characteristics],
    }


def _handover(premises: Premises) -> dict[str, str | None]:
    if premises.handover is None:
        return {}
    there = premises.handover
    return {"enniId": there.enni_id, "siteName": there.site_name, "siteLocation": there.site_location}


def _site(premises: Premises, *, new_line: bool) -> dict[str, Any]:
    site: dict[str, Any] = {
        "newLine": new_line,
        "installationType": premises.installation_type if new_line else None,
        **_handover(premises),
        "serviceReadyDate": premises.ready_date.isoformat() if premises.ready_date else None,
        "constraints": premises.constraints or None,
        "lineCharacteristics": premises.line_characteristics or None,
        "existingLines": [_line(premises, one) for one in premises.terminals] or None,
    }
    return {name: value for name, value in site.items() if value is not None}


def _line(premises: Premises, terminal: Terminal) -> dict[str, Any]:
    ont = {
        "ontReference": terminal.ont_reference,
        "serialNumber": terminal.serial_number,
        "manufacturer": terminal.manufacturer,
        "floor": terminal.floor,
        "room": terminal.room,
        "position": terminal.position,
        "ports": [{name: value for name, value in port.items() if value is not None} for port in terminal.ports],
    }
    return {
        **_handover(premises),
        "lineId": terminal.line_id,
        "lineCharacteristics": list(terminal.line_characteristics),
        "ont": {name: value for name, value in ont.items() if value is not None},
    }


EXAMPLE: Final = {
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
    "siteInformation": {"newLine": True, "installationType": "STANDARD", "enniId": "ENNI-001"},
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/service-availability",
        name="checkServiceAvailability",
        summary="What can be had at an address",
        description=(
            "`installationType` present: an engineer must visit, so an order must quote an appointment. Nothing to "
            "be had is a 200 with `unavailabilityReasons`."
        ),
        scope=SCOPE,
        action=check,
        query=AvailabilityQuery,
        answers={200: AvailabilityOut},
        tags=("Availability",),
        query_examples={"address": {"id": "10025559646", "type": "UPRN"}},
        answer_examples={200: EXAMPLE},
    )
]
