"""Visits that can be booked, of our own network or of one far away, in the words that all networks share."""

from fibregate.appointments import explain
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.errors import Invalid
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.answers import Refused, Slots
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS
from fibregate.suppliers.questions import SlotsAsked, Trace
from fibregate.vocabulary import TenantId


async def own(db: Db, tenant: TenantId, uprn: int | None, asked: SlotsAsked, now: BusinessTime) -> Slots:
    """Raises `Invalid` where this tenant cannot have this service there. Without a book of visits there are none."""
    if uprn is None:
        raise Invalid(f"address: {ADDRESS_NOT_KNOWN}: {TEXTS[ADDRESS_NOT_KNOWN]}")
    premises = await explain.orderable(db, tenant, uprn, asked.service)
    book = await books.find(db, premises.area, asked.service, asked.purpose)
    kinds = [one.value for one in asked.classifications]
    free = (
        await books.free(db, book, now=now, from_date=asked.from_date, classifications=kinds)
        if book is not None
        else []
    )
    return Slots(service=asked.service, service_name=premises.service_name, slots=tuple(free))


async def far(networks: Networks, account: int, asked: SlotsAsked, trace: Trace, *, seconds: float) -> Slots:
    """Raises `Invalid` in the network's words, and what its failure means."""
    try:
        network = await networks.at(account, within=seconds)
        said = await network.slots(asked, trace)
    except SupplierFailed as failed:
        raise failed.as_error() from failed
    if isinstance(said, Refused):
        raise Invalid(said.messages)
    return said
