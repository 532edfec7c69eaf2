"""Cursors: where a reader stands, opaque outside, and good only for its own tenant and its own list."""

import base64
import binascii
import re
from datetime import datetime
from typing import Final
from uuid import UUID

from fibregate.errors import Invalid
from fibregate.vocabulary import TenantId

_LONGEST: Final = 200
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def feed_cursor(tenant: TenantId, position: int) -> str:
    return _written("f", tenant, str(position))


def read_feed_cursor(text: str | None, tenant: TenantId) -> int:
    """The position that it stands for; without one, the beginning. Raises `Invalid`."""
    if text is None:
        return 0
    parts = _read(text, "f", tenant, count=1)
    if not _NUMBER.fullmatch(parts[0]):
        raise _not_ours()
    return int(parts[0])


def alarm_cursor(tenant: TenantId, *, cleared: bool, alarm: int) -> str:
    return _written("a", tenant, str(int(cleared)), str(alarm))


def read_alarm_cursor(text: str | None, tenant: TenantId) -> tuple[bool, int] | None:
    """Whether the last alarm seen was cleared, and its number. Raises `Invalid`."""
    if text is None:
        return None
    cleared, alarm = _read(text, "a", tenant, count=2)
    if cleared not in {"0", "1"} or not _NUMBER.fullmatch(alarm):
        raise _not_ours()
    return cleared == "1", int(alarm)


def replay_cursor(tenant: TenantId, created_at: datetime, replay: UUID) -> str:
    return _written("r", tenant, created_at.isoformat(), str(replay))


def read_replay_cursor(text: str | None, tenant: TenantId) -> tuple[datetime, UUID] | None:
    """Creation time and id of the last replay seen. Raises `Invalid`."""
    return _moment_and_id(text, "r", tenant)


def charge_cursor(tenant: TenantId, raised_at: datetime, charge: UUID) -> str:
    return _written("c", tenant, raised_at.isoformat(), str(charge))


def read_charge_cursor(text: str | None, tenant: TenantId) -> tuple[datetime, UUID] | None:
    """When the last charge seen was raised, and its id. Raises `Invalid`."""
    return _moment_and_id(text, "c", tenant)


def quote_cursor(tenant: TenantId, created_at: datetime, quote: UUID) -> str:
    return _written("q", tenant, created_at.isoformat(), str(quote))


def read_quote_cursor(text: str | None, tenant: TenantId) -> tuple[datetime, UUID] | None:
    """Creation time and id of the last quote seen. Raises `Invalid`."""
    return _moment_and_id(text, "q", tenant)


def wayleave_cursor(tenant: TenantId, asked_at: datetime, wayleave: UUID) -> str:
    return _written("w", tenant, asked_at.isoformat(), str(wayleave))


def read_wayleave_cursor(text: str | None, tenant: TenantId) -> tuple[datetime, UUID] | None:
    """When the last wayleave seen was asked for, and its id. Raises `Invalid`."""
    return _moment_and_id(text, "w", tenant)


def _moment_and_id(text: str | None, kind: str, tenant: TenantId) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    at, named = _read(text, kind, tenant, count=2)
    try:
        moment, identity = datetime.fromisoformat(at), UUID(named)
    except ValueError:
        raise _not_ours() from None
    if moment.tzinfo is None:
        raise _not_ours()
    return moment, identity


def order_cursor(tenant: TenantId, created_at: datetime, order_key: int) -> str:
    return _written("o", tenant, created_at.isoformat(), str(order_key))


def read_order_cursor(text: str | None, tenant: TenantId) -> tuple[datetime | None, int]:
    """Creation time and key of the last order seen. Raises `Invalid`."""
    if text is None:
        return None, 0
    created_at, order_key = _read(text, "o", tenant, count=2)
    try:
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        raise _not_ours() from None
    if not _NUMBER.fullmatch(order_key) or moment.tzinfo is None:
        raise _not_ours()
    return moment, int(order_key)


def service_cursor(tenant: TenantId, service_id: str) -> str:
    return _written("s", tenant, service_id.encode().hex())


def read_service_cursor(text: str | None, tenant: TenantId) -> str:
    """The id of the last service seen; without one, less than any. Raises `Invalid`."""
    if text is None:
        return ""
    parts = _read(text, "s", tenant, count=1)
    try:
        return bytes.fromhex(parts[0]).decode()
    except ValueError:
        raise _not_ours() from None


def _written(kind: str, tenant: TenantId, *parts: str) -> str:
    plain = "|".join((kind, str(tenant), *parts))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(text: str, kind: str, tenant: TenantId, *, count: int) -> list[str]:
    try:
        if len(text) > _LONGEST:
            raise _not_ours()
        padded = text + "=" * (-len(text) % 4)
        found_kind, found_tenant, *parts = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
    except (binascii.Error, ValueError):
        raise _not_ours() from None
    if found_kind != kind or found_tenant != str(tenant) or len(parts) != count:
        raise _not_ours()
    return parts


def _not_ours() -> Invalid:
    return Invalid(
        "after: must be a nextCursor that this list answered to you, or be left out to begin at the beginning"
    )
