"""Two clocks that cannot be mixed.

The *business* clock says what happened and what was promised: stamps, dates, holds, timers, retries. In a sandbox it is
virtual and lives in the database (`clock()` in SQL). The *real* clock says how long a token, a lease or a socket lives.
"""

from datetime import UTC, datetime
from typing import NewType, Protocol
from zoneinfo import ZoneInfo

BusinessTime = NewType("BusinessTime", datetime)
"""An aware instant of the business clock."""

RealTime = NewType("RealTime", datetime)
"""An aware instant of the real clock."""

UK = ZoneInfo("Europe/London")


class BusinessClock(Protocol):
    """Tells business time; one implementation reads the machine's clock, the sandbox's reads the database."""

    async def now(self) -> BusinessTime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    """Production's business clock: it is the real one, and the schema refuses to shift it."""

    async def now(self) -> BusinessTime:
        """The present instant, in UTC."""
        return BusinessTime(datetime.now(UTC))


def real_now() -> RealTime:
    """The real present, in UTC."""
    return RealTime(datetime.now(UTC))
