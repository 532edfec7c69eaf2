"""A supplier's health as a tenant is shown it: of all tenants' calls, so it must not count them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from fibregate.doors.manage.suppliers import health_shown
from fibregate.suppliers.breaker import State
from fibregate.suppliers.circuits.model import Circuit, Condition, Half, Process

NOW = datetime(2025, 7, 1, 9, 30, 42, 123456, tzinfo=UTC)


def condition(*, answered: int, failed: int) -> Condition:
    told = Circuit(
        process=Process(id=UUID(int=1), half=Half.WEB, host="here", pid=1),
        state=State.CLOSED,
        since=None,
        failing_since=None,
        answered=answered,
        failed=failed,
        p50_ms=12.5,
        p95_ms=20.0,
    )
    return Condition(
        last_good_at=NOW, last_fault_at=NOW, last_fault="ERROR", last_fault_text="ALTNET1 answered 500", circuits=[told]
    )


@pytest.mark.parametrize(("answered", "failed", "share"), [(8, 0, 0.0), (0, 2, 1.0), (3, 1, 0.25), (97, 1, 0.0)])
def test_failures_are_a_rough_share_and_times_are_of_the_minute(answered: int, failed: int, share: float) -> None:
    told = health_shown(condition(answered=answered, failed=failed)).model_dump(mode="json", by_alias=True)
    assert told["failedShare"] == share
    assert told["lastAnswer"].startswith("2025-07-01T09:30:00")
    assert told["lastFault"].startswith("2025-07-01T09:30:00")


def test_how_many_calls_others_made_does_not_show() -> None:
    assert health_shown(condition(answered=3, failed=1)) == health_shown(condition(answered=300, failed=100))
