"""Who did what, when, on what, from where: one row, in the transaction that did it."""

from collections.abc import Mapping

from fibregate.db import Statements
from fibregate.tenants import store
from fibregate.vocabulary import TenantId


async def record(
    on: Statements,
    *,
    tenant: TenantId | int | None,
    actor: str,
    act: str,
    subject: str,
    origin: str = "",
    request_id: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """`tenant` is whose transaction it is, None for operators' acts. No secrets, no personal data in `details`."""
    await store.insert_audit(on, tenant, actor, act, subject, origin, request_id, dict(details or {}))
