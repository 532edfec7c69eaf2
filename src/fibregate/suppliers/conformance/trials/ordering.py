"""Orders: placed once, under our id, and looked up."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from fibregate.calendars import uk_date
from fibregate.suppliers.answers import Absent, Acknowledged, Refused, Taken
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Skipped, Stage, Trial, expect, granted
from fibregate.suppliers.questions import Characteristic, Contact, Provide
from fibregate.vocabulary import OrderType

CONTACT: Final = Contact("Conformance Test", "01632 960001", "conformance@example.net")
_WITHOUT_A_VISIT: Final = timedelta(days=42)
_NOBODY_OFFERS: Final = "conformance-moonbeam"
_CHOSEN: Final = "LINE_PROFILE"


async def order(stage: Stage) -> str:
    stage.may_write()
    asked = _wish(stage)
    found = granted(await stage.network.order(asked, stage.trace))
    stage.order = asked
    match found:
        case Taken():
            return "202, and an update follows"
        case Acknowledged(reference=reference, status=status, said=said):
            expect(reference, "201 without the network's reference")
            stage.acknowledged = True
            expect(said in {"ACKNOWLEDGED", "IN_PROGRESS"}, f"201 with the status {said}")
            return f"201, {status}"


def _wish(stage: Stage) -> Provide:
    site = stage.available.site if stage.available else None
    asked, booked = stage.booking or (None, None)
    if site is not None and site.installation_type is not None and asked is None:
        raise Skipped("an order needs a visit, and none could be booked")
    visit = uk_date(asked.timeslot.starts_at) if asked else stage.terms.today + _WITHOUT_A_VISIT
    ready = site.service_ready_date if site and site.service_ready_date else visit
    return Provide(
        id=next(stage.ids),
        order_type=OrderType.NEW,
        address=stage.terms.address,
        service=stage.service,
        characteristics=_chosen(stage),
        primary_contact=CONTACT,
        appointment_id=asked.id if asked else None,
        appointment_reference=booked.reference if booked else None,
        requested_completion_date=max(visit, ready),
    )


def _chosen(stage: Stage) -> tuple[Characteristic, ...]:
    """What was asked for, and the first line profile unless another was."""
    given = stage.terms.characteristics
    offered = stage.available.specifications if stage.available else ()
    choices = [choice for one in offered if one.id == stage.service for choice in one.choices]
    profile = [Characteristic(one.name, one.values[0]) for one in choices if one.name == _CHOSEN]
    return given if any(one.name == _CHOSEN for one in given) else (*profile, *given)


async def order_again(stage: Stage) -> None:
    asked = _placed(stage)
    found = await stage.network.order(asked, stage.trace)
    expect(not isinstance(found, Refused), "it is refused")


async def order_other(stage: Stage) -> None:
    found = await stage.network.order(replace(_placed(stage), notes="another body"), stage.trace)
    expect(isinstance(found, Refused), "it is taken")


async def order_refused(stage: Stage) -> str:
    asked = replace(_placed(stage), id=next(stage.ids), service=_NOBODY_OFFERS)
    asked = replace(asked, appointment_id=None, appointment_reference=None)
    found = await stage.network.order(asked, stage.trace)
    expect(not isinstance(found, Acknowledged), "it is acknowledged")
    return "422" if isinstance(found, Refused) else "202: an ORDER_REJECTED must follow"


async def order_read(stage: Stage) -> str:
    asked = _placed(stage)
    found = await stage.network.read_order(asked.id, stage.trace)
    if isinstance(found, Absent):
        raise Skipped("not offered: an order that was taken is not found, so lost answers cannot be looked up")
    stage.offers.add("READ_ORDER")
    expect(found.status is not None, f"it shows a status that no order has: {found.said}")
    unused = await stage.network.read_order(next(stage.ids), stage.trace)
    expect(isinstance(unused, Absent), "an id that nobody used is found")
    return found.said


def _placed(stage: Stage) -> Provide:
    if stage.order is None:
        raise Skipped("no order could be placed")
    return stage.order


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.ORDER, order),
    (clauses.ORDER_AGAIN, order_again),
    (clauses.ORDER_OTHER, order_other),
    (clauses.ORDER_REFUSED, order_refused),
    (clauses.ORDER_READ, order_read),
)
