"""Who must act, on what, and by when: questions to tenants, suppliers that are silent, deliveries that stand still."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fibregate.cli.cases import store
from fibregate.cli.order_words import one_line
from fibregate.db import Db, Row
from fibregate.kcis.standing import store as standing
from fibregate.orders import view
from fibregate.tenants.model import Tenant
from fibregate.vocabulary import OrderKey

TENANT, EITHER = "TENANT", "TENANT or OPERATOR"
LONGEST: Final = 160
"""Letters of a question that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that waits for somebody. `by` None: as soon as they can."""

    who: str
    by: datetime | None
    tenant: str
    about: str
    what: str
    since: datetime | None

    def overdue(self, now: datetime) -> bool:
        return self.by is not None and self.by < now

    def ranks(self, now: datetime) -> tuple[bool, bool, datetime]:
        """Overdue ones first, the longest overdue first of all; then by their time; those without one last."""
        return not self.overdue(now), self.by is None, self.by or self.since or now


async def of_tenant(db: Db, tenant: Tenant) -> list[Need]:
    """Everything open of one tenant, unsorted."""
    return [*await of_orders(db, tenant), *await _of_deliveries(db, tenant)]


async def of_orders(db: Db, tenant: Tenant, order: OrderKey | None = None) -> list[Need]:
    """What its orders wait for, or one of them."""
    asked = await store.list_pending(db, tenant.tenant_id, order)
    silent = await store.list_silent(db, tenant.tenant_id, order)
    return [*(_asked(tenant, row) for row in asked), *(_silent(tenant, row) for row in silent)]


def _asked(tenant: Tenant, row: Row) -> Need:
    facts: dict[str, Any] = row["facts"] or {}
    act_by: dict[str, str] = facts.get("actBy") or {}
    words = f": {shortened(facts['text'])}" if facts.get("text") else ""
    reason = f"{row['reason']} by KCI {row['sequence_number']}" if row["reason"] else "it is PENDING"
    return Need(
        who=act_by.get("who") or TENANT,
        by=_instant(act_by),
        tenant=tenant.code,
        about=f"order {row['id']}",
        what=f"{reason}{words}",
        since=row["asked_at"] or row["updated_at"],
    )


def _silent(tenant: Tenant, row: Row) -> Need:
    facts: dict[str, Any] = row["facts"] or {}
    act_by: dict[str, str] = facts.get("actBy") or {}
    return Need(
        who=act_by.get("who") or "SUPPLIER",
        by=_instant(act_by),
        tenant=tenant.code,
        about=f"order {row['id']}",
        what=f"no news while {row['status']}: {shortened(facts.get('text') or 'the next update is overdue')}",
        since=row["warned_at"],
    )


def _instant(act_by: dict[str, str]) -> datetime | None:
    return view.instant(act_by["by"]) if act_by.get("by") else None


def shortened(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


async def _of_deliveries(db: Db, tenant: Tenant) -> Iterable[Need]:
    endpoints = await standing.list_endpoints(db, tenant.tenant_id)
    heads = await store.list_refused_heads(db, tenant.tenant_id)
    return [*(one for row in endpoints for one in _of_endpoint(tenant, row)), *(_refused(tenant, row) for row in heads)]


def _of_endpoint(tenant: Tenant, row: Row) -> Iterator[Need]:
    about = f"endpoint {row['endpoint_id']}"
    if not row["enabled"]:
        yield Need(
            who=TENANT,
            by=None,
            tenant=tenant.code,
            about=about,
            what=f"suspended because {row['suspended_because'] or 'it was switched off'}; {_waiting(row)}; enable it",
            since=row["suspended_at"],
        )
    elif row["state"] == "DOWN":
        yield Need(
            who=TENANT,
            by=None,
            tenant=tenant.code,
            about=about,
            what=f"takes nothing, last: {row['last_failure']}; {_waiting(row)}; mend the receiver",
            since=row["failing_since"],
        )
    if row["parked"]:
        yield Need(
            who=EITHER,
            by=None,
            tenant=tenant.code,
            about=about,
            what=f"{_count(row['parked'])} parked; mend the receiver, then replay: fibregate kci replay",
            since=row["oldest"],
        )


def _refused(tenant: Tenant, row: Row) -> Need:
    return Need(
        who=EITHER,
        by=None,
        tenant=tenant.code,
        about=f"lane {row['subject']}",
        what=shortened(row["text"]),
        since=row["raised_at"],
    )


def _waiting(row: Row) -> str:
    return f"{_count(row['waiting'])} waiting"


def _count(number: int) -> str:
    return f"{number} KCI{'' if number == 1 else 's'}"
