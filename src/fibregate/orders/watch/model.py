"""What is expected of whom, and when that is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.vocabulary import Nation, OrderStatus


class Unit(StrEnum):
    """How the time of a wait is counted, in the nation of the premises."""

    WORKING_HOURS = "WORKING_HOURS"
    WORKING_DAYS = "WORKING_DAYS"
    WORKING_DAYS_AFTER_TARGET = "WORKING_DAYS_AFTER_TARGET"


class Who(StrEnum):
    """Who must act when a wait lasts too long."""

    SUPPLIER = "SUPPLIER"
    TENANT = "TENANT"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How long an order may stay in a status without news; `span` None: as long as it likes.

    With WORKING_DAYS_AFTER_TARGET, an order without a target date has `days_without_target` working days instead, or
    as long as it likes. `text` names the wait as `{span}` and where it began as `{since}`.
    """

    supplier: str | None
    status: OrderStatus
    span: int | None
    unit: Unit
    days_without_target: int | None
    who: Who
    text: str


@dataclass(frozen=True, slots=True)
class Due:
    """When the next update should be there, and what is said when it is not."""

    at: BusinessTime
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """Where a wait began: when, after which update, and which date the order had as its target then."""

    at: datetime
    after: str
    target: datetime | None


_BEGINNINGS = {"ACKNOWLEDGED": "acknowledgement", "SENT": "the order was sent"}


def due(expected: Expectation, since: Since, nation: str) -> Due | None:
    """None where nothing is expected by any time."""
    where = Nation(nation)
    began = _BEGINNINGS.get(since.after, "the last update")
    if expected.span is None:
        return None
    if expected.unit is Unit.WORKING_HOURS:
        at = calendars.add_working_hours(since.at, expected.span, where)
        return _due(expected, at, _counted(expected.span, "working hour"), began)
    days = expected.span
    if expected.unit is Unit.WORKING_DAYS_AFTER_TARGET and since.target is not None and since.target > since.at:
        at = calendars.same_time_working_days_on(since.target, days, where)
        return _due(
            expected, at, _counted(days, "working day"), f"the target date, {calendars.spoken_day(since.target)}"
        )
    if expected.unit is Unit.WORKING_DAYS_AFTER_TARGET and since.target is None:
        if expected.days_without_target is None:
            return None
        days = expected.days_without_target
    at = calendars.same_time_working_days_on(since.at, days, where)
    return _due(expected, at, _counted(days, "working day"), began)


def _due(expected: Expectation, at: BusinessTime, span: str, since: str) -> Due:
    return Due(at, expected.text.replace("{span}", span).replace("{since}", since))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
