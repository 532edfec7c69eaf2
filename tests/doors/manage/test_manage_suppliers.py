"""A supplier's health as a tenant is shown it: of all tenants' calls, so it must not count them."""

from datetime import UTC, datetime

import pytest

from fibregate.clock import RealTime
from fibregate.doors.manage.suppliers import health_shown
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.health import Health

NOW = RealTime(datetime(2025, 7, 1, 9, 30, 42, 123456, tzinfo=UTC))


def health(*, answered: int, failed: int) -> Health:
    made = Health()
    for _ in range(failed):
        made.failure(SupplierFailed(Failure.ERROR, "ALTNET1 answered 500", nothing_done=True))
    for _ in range(answered):
        made.well(12.5)
    made.last_ok_at = made.last_fault_at = NOW
    return made


@pytest.mark.parametrize(("answered", "failed", "share"), [(8, 0, 0.0), (0, 2, 1.0), (3, 1, 0.25), (97, 1, 0.0)])
def test_failures_are_a_rough_share_and_times_are_of_the_minute(answered: int, failed: int, share: float) -> None:
    told = health_shown(health(answered=answered, failed=failed)).model_dump(mode="json", by_alias=True)
    assert told["failedShare"] == share
    assert told["lastAnswer"].startswith("2025-07-01T09:30:00")
    assert told["lastFault"].startswith("2025-07-01T09:30:00")


def test_how_many_calls_others_made_does_not_show() -> None:
    assert health_shown(health(answered=3, failed=1)) == health_shown(health(answered=300, failed=100))
