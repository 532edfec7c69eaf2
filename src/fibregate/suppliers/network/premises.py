"""Rows of premises read into what the other rooms reason with."""

from datetime import datetime
from typing import Any

from fibregate import calendars
from fibregate.db import Row, Statements
from fibregate.suppliers.network import store
from fibregate.suppliers.network.model import Handover, Premises, Terminal
from fibregate.vocabulary import Nation, TenantId


async def find(on: Statements, tenant: TenantId, uprn: int) -> Premises | None:
    """The premises as this tenant may order it, or None where no list has it."""
    row = await store.find_premises(on, tenant, uprn)
    return read(row) if row else None


def read(row: Row) -> Premises:
    """From a row that has `store.PREMISES_COLUMNS`."""
    return Premises(
        uprn=row["uprn"],
        area=row["area"],
        nation=Nation(row["nation"]),
        address=row["address"],
        readiness=row["readiness"],
        readiness_text=row["readiness_text"],
        ready_date=row["ready_date"],
        planned_visit=row["installation_type"],
        unlimited_lines=row["unlimited_lines"],
        one_open_order=row["one_open_order"],
        constraints=row["constraints"],
        line_characteristics=row["line_characteristics"],
        service=row["service"],
        service_name=row["service_name"],
        characteristics=row["characteristics"] or [],
        order_characteristics=row["order_characteristics"] or [],
        ports_of_a_new_ont=row["ont_ports"] or 0,
        handover=Handover(row["enni_id"], row["site_name"], row["site_location"]) if row["enni_id"] else None,
        terminals=[_terminal(one) for one in row["terminals"] or ()],
    )


def _terminal(one: dict[str, Any]) -> Terminal:
    return Terminal(
        ont_reference=one["ont_reference"],
        line_id=one["line_id"],
        serial_number=one["serial_number"],
        manufacturer=one["manufacturer"],
        floor=one["floor"],
        room=one["room"],
        position=one["position"],
        line_characteristics=one["line_characteristics"],
        ports=[_port(each) for each in one["ports"] or ()],
    )


def _port(one: dict[str, Any]) -> dict[str, Any]:
    stopped: str | None = one["stoppedDate"]
    return {**one, "stoppedDate": calendars.stamp(datetime.fromisoformat(stopped)) if stopped else None}
