"""What the route of this door is handed."""

from dataclasses import dataclass

from fibregate.clock import BusinessClock
from fibregate.db import Db

SCOPE = "updates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """One for a process."""

    db: Db
    clock: BusinessClock
