"""Give a visit back to the network far away that holds it, when nobody here needs it any more.

Rules: `docs/reference/suppliers.md`.
"""

from datetime import datetime
from typing import Final

from fibregate.appointments.far import store
from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane, share_of
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.ledger import actions as ledger
from fibregate.suppliers.ledger.model import Call
from fibregate.suppliers.questions import Trace
from fibregate.vocabulary import TenantId

LANE: Final = "give-back"


async def ask(tx: Tx, tenant: TenantId, reservation: int, now: BusinessTime) -> None:
    """A reservation that has ended here, in the unit that ends it. One of our own network needs nothing."""
    await _begin(tx, tenant, await store.find_number(tx, tenant, reservation), now)


async def ask_of_call(tx: Tx, call: Call, now: BusinessTime) -> None:
    """A booking of which nobody knows whether it is there: it shall not be."""
    await _begin(tx, call.tenant, await store.find_number_of_call(tx, call.tenant, call.call_id), now)


async def _begin(tx: Tx, tenant: TenantId, there: Row | None, now: BusinessTime) -> None:
    """Nothing, where a network does not take bookings back: then it lets them go by itself."""
    if there is None:
        return
    until = (now + ledger.LIMIT).isoformat()
    subject = {"account": there["account_id"], "number": there["sent_id"], "until": until}
    lane = Lane(LANE, f"{there['account_id']}:{there['sent_id']}", tenant, subject, share_of(tenant))
    await lanes.schedule(tx, lane, due_at=now)


async def give_back(db: Db, networks: Networks, claim: Claim, clock: BusinessClock) -> None:
    """Handler of the lane. Whatever the network answers is the end of it: where an order has the visit, it keeps it."""
    subject, failed = claim.subject, False
    try:
        network = await networks.at(int(str(subject["account"])))
        await network.release(int(str(subject["number"])), Trace(f"give-back-{subject['number']}"))
    except SupplierFailed:
        failed = True
    now = await clock.now()
    async with db.tx(claim.tenant) as tx:
        if failed and now < datetime.fromisoformat(str(subject["until"])):
            await lanes.postpone(tx, claim, BusinessTime(now + ledger.wait(claim.attempts)), failed=True)
        else:
            await lanes.complete(tx, claim)
