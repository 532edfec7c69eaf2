"""What is on the way to a supplier."""

from dataclasses import dataclass
from typing import TypeAlias

from fibregate.db import Db
from fibregate.orders.changes.model import Change
from fibregate.orders.model import Order
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.answers import (
    Absent,
    Acknowledged,
    Applied,
    OrderStands,
    Refused,
    RequestStands,
    Taken,
)
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.ledger.actions import Ways
from fibregate.suppliers.ledger.model import Call

Found: TypeAlias = Taken | Acknowledged | Applied | Refused | OrderStands | RequestStands | Absent | SupplierFailed
"""What came of a call, or of looking it up."""


@dataclass(frozen=True, slots=True)
class Desk:
    """From where calls go out; one for a worker."""

    db: Db
    networks: Networks


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call that is due: to be sent, or to be looked up where that is what `looks_up` says."""

    order: Order
    change: Change | None
    call: Call
    ways: Ways
    looks_up: bool
