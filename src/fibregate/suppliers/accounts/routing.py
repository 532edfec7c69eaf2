"""Which suppliers tenants may use, ready to hand: what a door asks before it asks anybody."""

from collections.abc import Sequence
from typing import Final

from fibregate.db import Db
from fibregate.errors import Invalid, NotImplementedHere
from fibregate.suppliers.accounts import actions
from fibregate.suppliers.accounts.model import Capability, Route
from fibregate.tenants.callers import Fresh
from fibregate.vocabulary import OrderType, TenantId

TENANTS_KEPT: Final = 10_000

WORDS: Final[dict[str, str]] = {
    **{one.value: one.value.lower().replace("_", " ") for one in Capability},
    **{one.value: f"orders of type {one.value}" for one in OrderType},
}
"""What a supplier can do, as people say it."""


class Routing:
    """One for a process. What a tenant may use is known for a second before it is read again."""

    def __init__(self, db: Db) -> None:
        self._known = Fresh[TenantId, Sequence[Route]](TENANTS_KEPT, lambda tenant: actions.routes(db, tenant))

    async def of(self, tenant: TenantId) -> Sequence[Route]:
        """The preferred first."""
        return await self._known.get(tenant) or ()

    async def named(self, tenant: TenantId, codes: Sequence[str], *, field: str) -> Sequence[Route]:
        """Those of these codes, the preferred first. Raises `Invalid` for one that the tenant may not use."""
        known = await self.of(tenant)
        may = {one.supplier.code for one in known}
        unknown = [code for code in dict.fromkeys(codes) if code not in may]
        if unknown:
            accepted = ", ".join(sorted(may)) or "none, you have no supplier"
            raise Invalid([f"{field}: {code} is no supplier of yours; accepted: {accepted}" for code in unknown])
        return [one for one in known if one.supplier.code in codes]

    async def find(self, tenant: TenantId, code: str) -> tuple[Route | None, tuple[str, ...]]:
        """The one of this code; or none, and what is wrong with it, to be told with other faults."""
        try:
            (found,) = await self.named(tenant, [code], field="supplier")
        except Invalid as unknown:
            return None, tuple(unknown.messages)
        return found, ()

    async def one(self, tenant: TenantId, code: str, *, needs: str) -> Route:
        """The one of this code. Raises `Invalid`, and `NotImplementedHere` where it cannot do what is needed."""
        (found,) = await self.named(tenant, [code], field="supplier")
        refusal = lacks(found, needs)
        if refusal:
            raise refusal
        return found


def lacks(route: Route, capability: str) -> NotImplementedHere | None:
    """What to say of something that the supplier cannot do."""
    supplier = route.supplier
    if capability in supplier.capabilities:
        return None
    able = ", ".join(sorted(WORDS.get(one, one) for one in supplier.capabilities)) or "nothing yet"
    return NotImplementedHere(f"supplier: {supplier.code} does not offer {WORDS[capability]}; it offers {able}")
