"""What is on the way to a supplier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

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


PassOn = Callable[[Mapping[str, object] | None], Mapping[str, str]]
"""From the play that an order or a change asked for to headers of its call."""


def no_headers(_: Mapping[str, object] | None) -> Mapping[str, str]:
    """Outside a sandbox nobody asks for a play."""
    return {}


@dataclass(frozen=True, slots=True)
class Desk:
    """From where calls go out; one for a worker."""

    db: Db
    networks: Networks
    pass_on: PassOn = no_headers

    def headers(self, play: object) -> Mapping[str, str]:
        """What goes along with the call of an order or a change that asked for this play, if for any."""
        return self.pass_on(cast("Mapping[str, object] | None", play))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call that is due: to be sent, or to be looked up where that is what `looks_up` says."""

    order: Order
    change: Change | None
    call: Call
    ways: Ways
    looks_up: bool
