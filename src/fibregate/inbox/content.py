"""An update as it is kept: written to plain JSON when received, read back when its turn comes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fibregate.suppliers.port import Cost, Draft, Note, Timeslot, Update
from fibregate.vocabulary import OrderStatus, Reason


def dump(draft: Draft) -> dict[str, Any]:
    """Everything that was said, but for what the row has columns for."""
    return {
        "reason": draft.reason.value,
        "text": draft.text,
        "problem_code": draft.problem_code,
        "supplier_codes": list(draft.supplier_codes),
        "notes": [{"note": one.note, "type": one.type, "created": _iso(one.created)} for one in draft.notes],
        "status": draft.status.value if draft.status else None,
        "supplier_reference": draft.supplier_reference,
        "committed_at": _iso(draft.committed_at),
        "target_at": _iso(draft.target_at),
        "appointment": _slot(draft.appointment),
        "appointment_reference": draft.appointment_reference,
        "request_id": draft.request_id,
        "request_reference": draft.request_reference,
        "answer_by": _iso(draft.answer_by),
        "charge": _cost(draft.charge),
        "facts": draft.facts,
        "issued_at": _iso(draft.issued_at) if isinstance(draft, Update) else None,
    }


def load(identity: UUID, number: int, kept: dict[str, Any], received_at: datetime) -> Update:
    """The update again, as it was."""
    slot = kept["appointment"]
    return Update(
        id=identity,
        sequence_number=number,
        issued_at=_at(kept["issued_at"]) or received_at,
        received_at=received_at,
        reason=Reason(kept["reason"]),
        text=kept["text"],
        problem_code=kept["problem_code"],
        supplier_codes=tuple(kept["supplier_codes"]),
        notes=tuple(Note(one["note"], one["type"], _at(one["created"])) for one in kept["notes"]),
        status=OrderStatus(kept["status"]) if kept["status"] else None,
        supplier_reference=kept["supplier_reference"],
        committed_at=_at(kept["committed_at"]),
        target_at=_at(kept["target_at"]),
        appointment=Timeslot(
            datetime.fromisoformat(slot["starts_at"]),
            datetime.fromisoformat(slot["ends_at"]),
            slot["classification"],
            slot["standard"],
        )
        if slot
        else None,
        appointment_reference=kept["appointment_reference"],
        request_id=kept["request_id"],
        request_reference=kept["request_reference"],
        answer_by=_at(kept["answer_by"]),
        charge=_charged(kept.get("charge")),
        facts=kept["facts"],
    )


def _cost(cost: Cost | None) -> dict[str, str] | None:
    return {"construction": str(cost.construction), "included": str(cost.included)} if cost else None


def _charged(kept: dict[str, str] | None) -> Cost | None:
    """Nothing of what was kept before there were charges."""
    return Cost(Decimal(kept["construction"]), Decimal(kept["included"])) if kept else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _slot(slot: Timeslot | None) -> dict[str, Any] | None:
    if slot is None:
        return None
    return {
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "classification": slot.classification,
        "standard": slot.standard,
    }
