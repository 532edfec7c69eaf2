"""What an alarm is, and what it can be about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fibregate.vocabulary import TenantId


class Kind(StrEnum):
    """What is wrong; each is a row of the table in `docs/reference/alarms.md`."""

    ENDPOINT_FAILING = "ENDPOINT_FAILING"
    ENDPOINT_SUSPENDED = "ENDPOINT_SUSPENDED"
    HEAD_REFUSED = "HEAD_REFUSED"
    DELIVERY_PARKED = "DELIVERY_PARKED"
    OLDEST_UNDELIVERED = "OLDEST_UNDELIVERED"
    ORDER_SILENT = "ORDER_SILENT"
    GHOST_APPOINTMENT = "GHOST_APPOINTMENT"
    SIGN_INS_FAILING = "SIGN_INS_FAILING"
    CREDENTIAL_EXPIRING = "CREDENTIAL_EXPIRING"
    LANE_ASTRAY = "LANE_ASTRAY"
    CALL_UNKNOWN = "CALL_UNKNOWN"
    SUPPLIER_FAILING = "SUPPLIER_FAILING"
    WAYLEAVE_WAITS = "WAYLEAVE_WAITS"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, open or cleared. `changes` counts what is to be told of it; the times are business time.

    `untold_because` is why somebody who should have been told has not been yet.
    """

    id: int
    tenant: TenantId | None
    kind: Kind
    subject: str
    level: int
    text: str
    tells_tenant: bool
    raised_at: datetime
    cleared_at: datetime | None
    changes: int
    untold_because: str | None
