"""Failing sign-ins: a web process reports who fails, the worker sounds the alarm, and an hour of calm clears it."""

from datetime import timedelta
from typing import Final

from fibregate.alarms import actions
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.tenants import store as tenants

LANE: Final = "sign-ins"
OVER: Final = "sign-ins-over"
CALM: Final = timedelta(hours=1)
_CLIENT: Final = "client "


async def report(tx: Tx, who: str, count: int) -> None:
    """`who` is `client …` or `address …`: so many of its token requests were refused in ten minutes of real time.

    Alarms without a tenant are the operator's, which a web process can neither see nor write.
    """
    await lanes.schedule(tx, Lane(LANE, who, None, {"who": who, "count": count}))


async def hear(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of a report. A client that does not exist is only somebody's invention: its address is counted too."""
    who, count = str(claim.subject["who"]), claim.subject["count"]
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)
        if who.startswith(_CLIENT) and await tenants.find_client(tx, who.removeprefix(_CLIENT)) is None:
            return
        text = f"{count} requests for a token were refused within ten minutes."
        await actions.sound(tx, None, kind=Kind.SIGN_INS_FAILING, subject=who, text=text, now=now)
        await lanes.schedule(tx, Lane(OVER, who, None, {"who": who}), due_at=now + CALM)


async def calm_down(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the end: nothing was reported for an hour."""
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)
        await actions.clear(tx, None, kind=Kind.SIGN_INS_FAILING, subject=str(claim.subject["who"]), now=now)
