"""Ask many networks at once; each has its own time and gives its own answer, and none spoils another's."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from fibregate.availability import own
from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db
from fibregate.errors import GatewayError, Invalid, SupplierFault, SupplierTimedOut
from fibregate.suppliers.accounts.model import Capability, Route, Supplier
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.accounts.routing import lacks
from fibregate.suppliers.answers import Availability, Refused
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import AvailabilityAsked, Trace
from fibregate.vocabulary import TenantId
from fibregate.web.logs import what_broke

_bugs: Final = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one network said, or why it said nothing that helps, at that time."""

    supplier: str
    found: Availability | GatewayError
    as_of: BusinessTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What it takes to ask. `before_own` happens before our own network is asked.

    No network is waited for longer than `seconds`; its account may say less.
    """

    db: Db
    clock: BusinessClock
    networks: Networks
    before_own: Callable[[int], Awaitable[None]]
    seconds: float


async def ask_all(
    how: Asking, tenant: TenantId, routes: Sequence[Route], asked: AvailabilityAsked, trace: Trace
) -> list[Answered]:
    """One answer for each route, in their order."""
    return list(await asyncio.gather(*(_ask(how, tenant, one, asked, trace) for one in routes)))


async def _ask(how: Asking, tenant: TenantId, route: Route, asked: AvailabilityAsked, trace: Trace) -> Answered:
    found: Availability | GatewayError
    try:
        found = await _found(how, tenant, route, asked, trace)
    except SupplierFailed as failed:
        found = failed.as_error()
    except GatewayError as error:
        found = error
    except TimeoutError:
        found = SupplierTimedOut(f"{route.supplier.code}: no answer within {how.seconds:g} seconds")
    except Exception as bug:  # noqa: BLE001 - ours, and no reason to withhold what the others say
        _bugs.error("bug", supplier=route.supplier.code, **what_broke(bug))
        found = SupplierFault(f"{route.supplier.code}: the gateway failed while it asked")
    return Answered(supplier=route.supplier.code, found=found, as_of=await how.clock.now())


async def _found(
    how: Asking, tenant: TenantId, route: Route, asked: AvailabilityAsked, trace: Trace
) -> Availability | GatewayError:
    refusal = lacks(route, Capability.AVAILABILITY)
    if refusal:
        return refusal
    if route.account_id is None:
        async with asyncio.timeout(how.seconds):
            return await _own(how, tenant, route.supplier, asked)
    network = await how.networks.at(route.account_id, within=how.seconds)
    said = await network.availability(asked, trace)
    return Invalid(said.messages) if isinstance(said, Refused) else said


async def _own(how: Asking, tenant: TenantId, supplier: Supplier, asked: AvailabilityAsked) -> Availability:
    uprn = own.uprn_of(asked.address)
    if uprn is not None:
        await how.before_own(uprn)
    return await own.answer(how.db, tenant, asked, supplier)
