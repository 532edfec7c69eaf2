"""What our own network answers, in the words that all networks share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from fibregate.availability import actions, ethernet
from fibregate.availability.ethernet import ETHERNET
from fibregate.availability.model import Availability as Found
from fibregate.db import Db
from fibregate.suppliers.accounts.model import Supplier
from fibregate.suppliers.answers import Address, Availability, Choice, Line, Ont, Port, Reason, Site, Specification
from fibregate.suppliers.network.model import Premises, Terminal
from fibregate.suppliers.questions import AvailabilityAsked, Characteristic, Identifier
from fibregate.vocabulary import TenantId

BROADBAND: Final = "BROADBAND"
_NOWHERE: Final[dict[str, Any]] = {}


async def answer(db: Db, tenant: TenantId, asked: AvailabilityAsked, supplier: Supplier) -> Availability:
    """What it sells at an address under that code; premises are known by UPRN alone, Ethernet sites by NAD too."""
    kinds = frozenset(asked.service_types or (BROADBAND, ETHERNET)) - ({BROADBAND} if supplier.only_ethernet else set())
    found = await _found(db, tenant, asked)
    if found.premises is not None and BROADBAND in kinds and not (found.ethernet or ETHERNET in asked.service_types):
        return _broadband(asked, found)
    between = await ethernet.answer(db, supplier.supplier_id, asked.address) if ETHERNET in kinds else None
    if found.premises is None or BROADBAND not in kinds:
        return between or _nothing(asked, found)
    return _both(_broadband(asked, found), between)


async def _found(db: Db, tenant: TenantId, asked: AvailabilityAsked) -> Found:
    uprn = uprn_of(asked.address)
    return Found(None, 0) if uprn is None else await actions.check(db, tenant, uprn)


def _nothing(asked: AvailabilityAsked, found: Found) -> Availability:
    """The address is in no list, or has nothing of the kind."""
    if found.premises is None:
        return _broadband(asked, found)
    known = address(asked.address, found.premises.address)
    return Availability(address=known, reasons=(ethernet.NOT_HERE,))


def _both(broadband: Availability, between: Availability | None) -> Availability:
    """One answer: nothing keeps a reason that something can be had for."""
    if between is None:
        return broadband
    return replace(
        broadband,
        specifications=(*broadband.specifications, *between.specifications),
        reasons=(),
        site=broadband.site if broadband.specifications else between.site,
    )


def _broadband(asked: AvailabilityAsked, found: Found) -> Availability:
    return Availability(
        address=address(asked.address, found.premises.address if found.premises else _NOWHERE),
        specifications=(_specification(found.premises),) if found.premises and not found.reason else (),
        reasons=(Reason(found.reason["code"], found.reason["text"]),) if found.reason else (),
        site=_site(found.premises, new_line=found.new_line) if found.premises else None,
    )


def uprn_of(asked: Identifier) -> int | None:
    """The key by which our own network knows an address, if one of those given is that."""
    return next((int(one.id) for one in (asked, *asked.additional) if one.type == "UPRN"), None)


def address(identifier: Identifier, known: Mapping[str, Any]) -> Address:
    """As a row of premises has it; a `subAddress` may be plain text."""
    sub = known.get("subAddress")
    parts = cast("Mapping[str, str | None]", sub) if isinstance(sub, Mapping) else {"name": sub}
    return Address(
        identifier=identifier,
        name=known.get("name"),
        sub_address_name=parts.get("name"),
        unit_number=parts.get("unitNumber"),
        street_number=known.get("streetNumber"),
        street_name=known.get("streetName"),
        locality=known.get("locality"),
        city=known.get("city"),
        postcode=known.get("postcode"),
        country=known.get("country"),
    )


def _specification(premises: Premises) -> Specification:
    choices = tuple(Choice(one["name"], tuple(one["values"])) for one in premises.characteristics)
    return Specification(premises.service or "", premises.service_name, choices)


def _handover(premises: Premises) -> dict[str, Any]:
    there = premises.handover
    if there is None:
        return {}
    return {"enni_id": there.enni_id, "site_name": there.site_name, "site_location": there.site_location}


def _site(premises: Premises, *, new_line: bool) -> Site:
    return Site(
        new_line=new_line,
        installation_type=premises.installation_type if new_line else None,
        constraints=tuple(Reason(one["code"], one.get("text")) for one in premises.constraints),
        service_ready_date=premises.ready_date,
        line_characteristics=_characteristics(premises.line_characteristics),
        existing_lines=tuple(_line(premises, one) for one in premises.terminals),
        **_handover(premises),
    )


def _line(premises: Premises, terminal: Terminal) -> Line:
    return Line(
        line_id=terminal.line_id,
        line_characteristics=_characteristics(terminal.line_characteristics),
        ont=Ont(
            reference=terminal.ont_reference,
            serial_number=terminal.serial_number,
            manufacturer=terminal.manufacturer,
            floor=terminal.floor,
            room=terminal.room,
            position=terminal.position,
            ports=tuple(_port(one) for one in terminal.ports),
        ),
        **_handover(premises),
    )


def _port(one: Mapping[str, Any]) -> Port:
    stopped = one["stoppedDate"]
    return Port(
        number=one["portNumber"],
        description=one["description"],
        status=one["status"],
        tenant_active=one["tenantActive"],
        stopped_at=datetime.fromisoformat(stopped) if stopped else None,
    )


def _characteristics(told: Sequence[Mapping[str, str]]) -> tuple[Characteristic, ...]:
    return tuple(Characteristic(one["name"], one["value"]) for one in told)
