"""Plan a switch, carry it out, call it off, or object to it; the other side hears by its lane."""

from typing import Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Statements, Tx
from fibregate.errors import Invalid
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Lane
from fibregate.suppliers.network.switches import store
from fibregate.suppliers.network.switches.model import CUT_OVER, Switch, SwitchState
from fibregate.vocabulary import Nation, OrderKey, OrderType, TenantId

TO_LOSER: Final = "switch"
"""Lane that does on the losing side what the switch's state asks for."""

TO_GAINER: Final = "switch-objected"
"""Lane that ends the gaining order because of an objection."""

_UNDER_WAY: Final = frozenset({SwitchState.PLANNED, SwitchState.TOLD})


async def plan(tx: Tx, gaining: OrderKey, day: BusinessTime) -> None:
    """The line goes at 06:00 on that day's date; the losing tenant is told, or told anew. Later than DONE: nothing."""
    at = calendars.uk_instant(calendars.uk_date(day), CUT_OVER)
    losing = await store.plan(tx, gaining, at)
    if losing is not None:
        await _tell_loser(tx, gaining, losing)


async def cut_over(tx: Tx, gaining: OrderKey) -> None:
    """The line is the gaining tenant's from now. Raises `Invalid` where the losing tenant was never told."""
    switch = await store.lock(tx, gaining)
    if switch is None or switch.state is not SwitchState.TOLD:
        raise Invalid(
            "the line cannot go yet: whoever loses it hears once the order is committed"
            if switch is None or switch.state is SwitchState.PLANNED
            else f"the line does not go: its switch is {switch.state.value}"
        )
    await store.move(tx, gaining, SwitchState.DONE)
    await _tell_loser(tx, gaining, switch.losing_tenant)


async def call_off(tx: Tx, gaining: OrderKey) -> None:
    """The gaining order ended without a service: the line stays where it is."""
    switch = await store.lock(tx, gaining)
    if switch is not None and switch.state in _UNDER_WAY:
        await store.move(tx, gaining, SwitchState.CALLED_OFF)
        await _tell_loser(tx, gaining, switch.losing_tenant)


async def refusal(on: Statements, losing: OrderKey, nation: Nation, now: BusinessTime) -> str | None:
    """Why our network takes no objection to a switch, by the cease that it makes; None where it does."""
    return await _refusal(on, await store.find_by_losing(on, losing), nation, now)


async def _refusal(on: Statements, switch: Switch | None, nation: Nation, now: BusinessTime) -> str | None:
    if switch is None:
        return "No line goes by this order."
    taken = await store.objections(on)
    if taken not in {"ALL", switch.kind.value}:
        what = "a takeover" if switch.kind is OrderType.TAKEOVER else "a change of provider"
        return f"This network takes no objection to {what}."
    if switch.state is not SwitchState.TOLD or switch.cuts_over_at is None:
        return "The line has gone, or stays with you already."
    until = calendars.change_deadline(calendars.uk_date(switch.cuts_over_at), nation)
    if now < until:
        return None
    return (
        f"The line goes on {calendars.spoken_day(switch.cuts_over_at)}; objections were taken until 16:00 on "
        f"{calendars.spoken_day(until)}."
    )


async def object(tx: Tx, losing: OrderKey, nation: Nation, now: BusinessTime) -> None:  # noqa: A001 - what is done
    """The losing tenant, by its cease, keeps the line; the gaining order ends by its lane.

    Raises `Invalid` with the network's words where it takes no such objection, or none any more. Telling the losing
    tenant, in the same transaction, is the caller's.
    """
    switch = await store.lock_by_losing(tx, losing)
    because = await _refusal(tx, switch, nation, now)
    if because is not None or switch is None:
        raise Invalid(because or "")
    await _objected(tx, switch)


async def stays(tx: Tx, losing: OrderKey) -> None:
    """The losing side's cease ended without one: where the line was still to go, it does not."""
    switch = await store.lock_by_losing(tx, losing)
    if switch is not None and switch.state is SwitchState.TOLD:
        await _objected(tx, switch)


async def _objected(tx: Tx, switch: Switch) -> None:
    await store.move(tx, switch.gaining_key, SwitchState.OBJECTED)
    lane = Lane(TO_GAINER, str(switch.gaining_key), switch.gaining_tenant, {"switch": switch.gaining_key})
    await lanes.schedule(tx, lane)


async def must_be_done(tx: Tx, losing: OrderKey) -> None:
    """Raises `Invalid` while the line has not gone: the losing side follows the gaining one."""
    switch = await store.lock_by_losing(tx, losing)
    if switch is not None and switch.state is not SwitchState.DONE:
        raise Invalid("the line has not gone yet; this ends with the order that takes it over")


async def _tell_loser(tx: Tx, gaining: OrderKey, losing: TenantId) -> None:
    await lanes.schedule(tx, Lane(TO_LOSER, str(gaining), losing, {"switch": gaining}))
