"""What the routes of this door are handed."""

from dataclasses import dataclass
from typing import Final

from fibregate.db import Db

SCOPE: Final = "sandbox"
OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """One for a process. `clock_scope` is what a token needs to move the clock."""

    db: Db
    clock_scope: str = SCOPE
