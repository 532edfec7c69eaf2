"""What T17's model is made of: UK days, visits, bookings, orders with what was told of them, endpoints."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

UK: Final = ZoneInfo("Europe/London")
_HOLIDAYS: Final = {
    *(date(2025, *day) for day in ((8, 25), (12, 25), (12, 26))),
    *(date(2026, *day) for day in ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28))),
    *(date(2027, *day) for day in ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28))),
}
LAST_DAY: Final = date(2027, 12, 31)
ENDED: Final = frozenset({"REJECTED", "CANCELLED", "FAILED", "PARTIAL", "COMPLETED"})


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in _HOLIDAYS


def working_day(day: date, count: int) -> date:
    """The nth working day after that day; before it where `count` is negative."""
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        count -= is_working(day) * (1 if count > 0 else -1)
    return day


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), UK)


@dataclass(frozen=True)
class Slot:
    starts: datetime
    ends: datetime


@dataclass
class Booking:
    tenant: str
    id: int
    uprn: str
    slot: Slot
    expires: datetime
    state: str = "RESERVED"


@dataclass
class Change:
    """An amendment or a cancellation: `cancels` says which. Of an amendment, the visit or the day that it asks for."""

    tenant: str
    id: int
    cancels: bool
    booking: Booking | None = None
    day: date | None = None
    status: str = "PENDING"


@dataclass
class Endpoint:
    """`owed` is what was told while it was there; `taken` the part of it that has arrived."""

    id: str
    enabled: bool = True
    deleted: bool = False
    path: str = ""
    owed: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    taken: int = 0


@dataclass(frozen=True)
class Told:
    """One KCI."""

    number: int
    reason: str
    status: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True)
class Update:
    """What a network says. `moves_to` is a new target day, `visit` a new visit."""

    number: int
    reason: str
    status: str = ""
    promise: datetime | None = None
    moves_to: date | None = None
    change: int = 0
    visit: Slot | None = None


@dataclass
class Order:
    """`day` is what was asked; `read` the number of the network's last update, `early` those that came too early."""

    tenant: str
    id: int
    type: str
    uprn: str
    visited: bool = False
    booking: Booking | None = None
    day: date | None = None
    service: str = ""
    state: str = "SENT_TO_SUPPLIER"
    back: str = ""
    committed: datetime | None = None
    target: datetime | None = None
    dates_known: bool = True
    asked: datetime | None = None
    asked_twice: bool = False
    warned: bool = False
    read: int = 0
    early: dict[int, tuple[datetime, Update]] = field(default_factory=dict[int, tuple[datetime, Update]])
    changes: list[Change] = field(default_factory=list[Change])
    told: list[Told] = field(default_factory=list[Told])

    @property
    def waiting(self) -> list[Change]:
        return [one for one in self.changes if one.status == "PENDING"]

    @property
    def status(self) -> str:
        if not self.waiting:
            return self.state
        return "PENDING_CANCELLATION" if any(one.cancels for one in self.waiting) else "PENDING_AMENDMENT"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def begins(self) -> datetime | None:
        """When it is too late to end it: the visit, or the target date; None before the network has said one."""
        return self.booking.slot.starts if self.booking else self.target

    @property
    def deadline(self) -> datetime | None:
        """Of a change."""
        return at(working_day(self.begins.astimezone(UK).date(), -1), 16) if self.begins else None
