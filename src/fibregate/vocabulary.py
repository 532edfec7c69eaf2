"""The words that every room shares: who is who, what an order can be, what an update can say.

Each is one row of a table in `docs/reference/states.md`; a dialect's own spellings stay at its door.
"""

from enum import StrEnum
from typing import NewType

TenantId = NewType("TenantId", int)
SupplierId = NewType("SupplierId", int)
OrderKey = NewType("OrderKey", int)


class Purpose(StrEnum):
    """What an engineer comes for."""

    PROVIDE = "PROVIDE"
    REPAIR = "REPAIR"
    MODIFY = "MODIFY"


class Classification(StrEnum):
    """What a timeslot is in UK local time: the kind of day, and the part of it."""

    WEEKDAY = "WEEKDAY"
    WEEKDAY_AM = "WEEKDAY_AM"
    WEEKDAY_PM = "WEEKDAY_PM"
    WEEKDAY_EARLY = "WEEKDAY_EARLY"
    WEEKDAY_EVENING = "WEEKDAY_EVENING"
    SATURDAY = "SATURDAY"
    SATURDAY_AM = "SATURDAY_AM"
    SATURDAY_PM = "SATURDAY_PM"
    SATURDAY_EARLY = "SATURDAY_EARLY"
    SATURDAY_EVENING = "SATURDAY_EVENING"
    SUNDAY = "SUNDAY"
    SUNDAY_AM = "SUNDAY_AM"
    SUNDAY_PM = "SUNDAY_PM"
    SUNDAY_EARLY = "SUNDAY_EARLY"
    SUNDAY_EVENING = "SUNDAY_EVENING"


class Nation(StrEnum):
    """Which bank holidays a premises keeps."""

    ENGLAND = "ENG"
    SCOTLAND = "SCT"
    WALES = "WLS"
    NORTHERN_IRELAND = "NIR"


class OrderType(StrEnum):
    """How a service comes to an address, changes there, or goes; an UNSOLICITED_CEASE is what a supplier orders."""

    NEW = "NEW"
    START = "START"
    TRANSFER = "TRANSFER"
    TAKEOVER = "TAKEOVER"
    SWAP = "SWAP"
    MODIFY = "MODIFY"
    CEASE = "CEASE"
    UNSOLICITED_CEASE = "UNSOLICITED_CEASE"


class ServiceType(StrEnum):
    """What an order brings: a line of broadband, or Ethernet between sites."""

    BROADBAND = "BROADBAND"
    ETHERNET = "ETHERNET"


PROVIDES = frozenset({OrderType.NEW, OrderType.START, OrderType.TRANSFER, OrderType.TAKEOVER, OrderType.SWAP})
"""Order types that bring a service."""


class OrderStatus(StrEnum):
    """Where an order stands."""

    RECEIVED_BY_GATEWAY = "RECEIVED_BY_GATEWAY"
    SENT_TO_SUPPLIER = "SENT_TO_SUPPLIER"
    FAILED_TO_SEND = "FAILED_TO_SEND"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"
    IN_PROGRESS = "IN_PROGRESS"
    PENDING = "PENDING"
    HELD = "HELD"
    PENDING_AMENDMENT = "PENDING_AMENDMENT"
    PENDING_CANCELLATION = "PENDING_CANCELLATION"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    PARTIAL = "PARTIAL"
    COMPLETED = "COMPLETED"

    @property
    def ended(self) -> bool:
        """Nothing can follow but a note."""
        return self in ENDED


ENDED = frozenset(
    {
        OrderStatus.FAILED_TO_SEND,
        OrderStatus.REJECTED,
        OrderStatus.CANCELLED,
        OrderStatus.FAILED,
        OrderStatus.PARTIAL,
        OrderStatus.COMPLETED,
    }
)


class Reason(StrEnum):
    """What an update from a supplier says, and so what the tenant is told."""

    CREATED = "CREATED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ADDITIONAL = "ADDITIONAL"
    AMENDED = "AMENDED"
    AMENDMENT_REJECTED = "AMENDMENT_REJECTED"
    CANCELLATION_REJECTED = "CANCELLATION_REJECTED"
    CANCELLED = "CANCELLED"
    COMMITTED = "COMMITTED"
    COMPLETED = "COMPLETED"
    DELAY = "DELAY"
    INFORMATION_REQUIRED = "INFORMATION_REQUIRED"
    ORDER_REJECTED = "ORDER_REJECTED"
    REAPPOINT = "REAPPOINT"
    REAPPOINTED = "REAPPOINTED"
    RESUMED = "RESUMED"
    UPDATE = "UPDATE"
    WARNING = "WARNING"


class ChangeKind(StrEnum):
    """What a tenant may ask of an order that is under way."""

    AMENDMENT = "AMENDMENT"
    CANCELLATION = "CANCELLATION"


class ChangeStatus(StrEnum):
    """Where an amendment or a cancellation stands."""

    RECEIVED_BY_GATEWAY = "RECEIVED_BY_GATEWAY"
    PENDING = "PENDING"
    FAILED_TO_SEND = "FAILED_TO_SEND"
    REJECTED = "REJECTED"
    COMPLETED = "COMPLETED"


class ReservationState(StrEnum):
    """What holds a place in a timeslot, and what no longer does.

    REQUESTED is asked of another network that has not answered; FAILED was never held. PROPOSED waits for an amendment.
    """

    REQUESTED = "REQUESTED"
    RESERVED = "RESERVED"
    PROPOSED = "PROPOSED"
    ATTACHED = "ATTACHED"
    CONFIRMED = "CONFIRMED"
    FULFILLED = "FULFILLED"
    EXPIRED = "EXPIRED"
    RELEASED = "RELEASED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"
    FAILED = "FAILED"

    @property
    def holds_a_place(self) -> bool:
        """Counted in `slots.booked`."""
        return self in HOLDING


HOLDING = frozenset(
    {
        ReservationState.RESERVED,
        ReservationState.PROPOSED,
        ReservationState.ATTACHED,
        ReservationState.CONFIRMED,
        ReservationState.FULFILLED,
    }
)

PROBLEM_CODES = frozenset(
    {
        "ACCESS_ISSUE",
        "ACTIVATION_FAILED",
        "ADDITIONAL_WORK",
        "APPOINTMENT_NOT_REQUIRED",
        "CAPACITY_ISSUE",
        "COST_ISSUE",
        "CUSTOMER_CHANGED_MIND",
        "FAULT_AT_NODE",
        "FAULT_AT_ONT",
        "FAULT_AT_POP",
        "INFORMATION_REQUIRED",
        "INSTALL_FAILED",
        "INVALID_REQUEST",
        "LINKED_ORDER_ISSUE",
        "NETWORK_ISSUE",
        "NETWORK_UNAVAILABLE",
        "NO_LONGER_REQUIRED",
        "OTHER",
        "PLANNING_ISSUE",
        "PROPERTY_UNOCCUPIED",
        "ROUTER_NOT_AVAILABLE",
        "SITE_UNSAFE",
        "SUPPLIER_FAULT",
        "SURVEY_REQUIRED",
        "TIMED_OUT",
        "UNABLE_TO_ATTEND",
        "UNKNOWN_FAULT",
        "WAYLEAVE_ISSUE",
    }
)
"""The documented problem codes. An update with another one is kept and told as it came."""
