"""What became of an amendment or a cancellation, in all three renderings, field by field."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.doors.frozen import AMENDMENT, CANCELLATION, ENTITY, MADE, committed
from tests.doors.test_renderings import RENDERINGS

HERE: Final = Path(__file__).parent
GOLDEN: Final = {"tenant-kci": "tenant", "supplier-kci": "updates", "wholesale-webhook": "wholesale"}


def told(reason: str, status: str, previous: str, text: str, **more: Any) -> dict[str, Any]:
    entity = {**ENTITY, "status": status}
    return committed(
        sequenceNumber=6, reason=reason, status=status, previousStatus=previous, text=text, entity=entity, **more
    )


OUTCOMES: Final = {
    "amended": told(
        "AMENDED",
        "IN_PROGRESS",
        "PENDING_AMENDMENT",
        "New visit on Friday 14 November, 08:00\N{EN DASH}13:00.",
        amendment=AMENDMENT,
    ),
    "amendment-rejected": told(
        "AMENDMENT_REJECTED",
        "PENDING",
        "PENDING_AMENDMENT",
        "Say in hazards how the dog will be kept away.",
        amendment={**AMENDMENT, "status": "REJECTED"},
    ),
    "cancelled": told(
        "CANCELLED",
        "CANCELLED",
        "PENDING_CANCELLATION",
        "Cancelled as asked.",
        cancellation=CANCELLATION,
        problemCode="CUSTOMER_CHANGED_MIND",
    ),
    "cancellation-rejected": told(
        "CANCELLATION_REJECTED",
        "IN_PROGRESS",
        "PENDING_CANCELLATION",
        "The engineer is at the door.",
        cancellation={**CANCELLATION, "status": "REJECTED"},
    ),
}


@pytest.mark.parametrize("rendering", GOLDEN)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_was_asked_comes_with_what_became_of_it(rendering: str, outcome: str) -> None:
    golden = HERE / GOLDEN[rendering] / "golden" / f"{outcome}.json"
    assert json.loads(RENDERINGS[rendering](OUTCOMES[outcome], MADE)) == json.loads(golden.read_text("utf-8"))
