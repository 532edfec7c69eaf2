"""What networks answer, as this door writes it. What is unset is left out."""

from collections.abc import Iterable
from typing import Any

from fibregate.calendars import stamp
from fibregate.kcis.rendering import without_unset
from fibregate.suppliers.answers import Address, Line, Ont, Port, Reason, Site
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import Characteristic, Identifier


def address_out(told: Address) -> dict[str, Any]:
    return without_unset(
        {
            "identifier": _identifier(told.identifier),
            "name": told.name,
            "subAddress": without_unset({"name": told.sub_address_name, "unitNumber": told.unit_number}),
            "streetNumber": told.street_number,
            "streetName": told.street_name,
            "locality": told.locality,
            "city": told.city,
            "postcode": told.postcode,
            "country": told.country,
            "qualifier": told.qualifier,
            "source": told.source,
            "additionalAttributes": _characteristics(told.attributes),
        }
    )


def _identifier(told: Identifier) -> dict[str, Any]:
    further = [{"id": one.id, "type": one.type} for one in told.additional]
    return without_unset({"id": told.id, "type": told.type, "additionalIdentifiers": further})


def site_out(site: Site) -> dict[str, Any]:
    """`line` is there only if a new line can be installed; without it, what is known of one that is to come stays."""
    common = {"lineCharacteristics": _characteristics(site.line_characteristics)}
    line = {
        "type": "NEW",
        "lineType": "FIBRE",
        "constraints": [_reason(one) for one in site.constraints],
        **_handover(site),
        "installationType": site.installation_type,
        **common,
    }
    return without_unset(
        {
            "line": without_unset(line) if site.new_line else None,
            **({} if site.new_line else common),
            "serviceReadyDate": site.service_ready_date.isoformat() if site.service_ready_date else None,
            "existingLines": [_existing(one) for one in site.existing_lines],
        }
    )


def _handover(there: Site | Line) -> dict[str, str | None]:
    return {"enniId": there.enni_id, "siteName": there.site_name, "siteLocation": there.site_location}


def _existing(line: Line) -> dict[str, Any]:
    return without_unset(
        {
            "type": "EXISTING",
            "lineType": "FIBRE",
            **_handover(line),
            "installationType": line.installation_type,
            "lineId": line.line_id,
            "lineCharacteristics": _characteristics(line.line_characteristics),
            "ont": _ont(line.ont) if line.ont else None,
        }
    )


def _ont(ont: Ont) -> dict[str, Any]:
    return without_unset(
        {
            "ontReference": ont.reference,
            "serialNumber": ont.serial_number,
            "manufacturer": ont.manufacturer,
            "floor": ont.floor,
            "room": ont.room,
            "position": ont.position,
            "ports": [_port(one) for one in ont.ports],
        }
    )


def _port(port: Port) -> dict[str, Any]:
    return without_unset(
        {
            "portNumber": port.number,
            "description": port.description,
            "status": port.status,
            "tenantActive": port.tenant_active,
            "stoppedDate": stamp(port.stopped_at) if port.stopped_at else None,
        }
    )


def timeslot_out(told: Timeslot) -> dict[str, Any]:
    return without_unset(
        {
            "timeslotStartDateTime": stamp(told.starts_at),
            "timeslotEndDateTime": stamp(told.ends_at),
            "classification": told.classification,
            "standard": told.standard,
        }
    )


def _reason(one: Reason) -> dict[str, Any]:
    return without_unset({"code": one.code, "text": one.text})


def _characteristics(told: Iterable[Characteristic]) -> list[dict[str, str]]:
    return [{"name": one.name, "value": one.value} for one in told]
