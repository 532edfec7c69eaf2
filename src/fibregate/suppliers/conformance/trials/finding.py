"""What can be had, and when somebody can come."""

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from fibregate.calendars import uk_date
from fibregate.clock import UK
from fibregate.suppliers.answers import Availability, Refused
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Skipped, Stage, Trial, expect, granted
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import AvailabilityAsked, SlotsAsked
from fibregate.vocabulary import Classification, Purpose
from fibregate.web.fields import Instant

SOON, LATER = timedelta(days=7), timedelta(days=28)
_SATURDAY, _SUNDAY = 5, 6
_PARTS: Final = {"AM": (time(8), time(13)), "PM": (time(13), time(18))}
SHOWN: Final = 3


async def availability(stage: Stage) -> str | None:
    asked = stage.terms.address
    found = granted(await stage.network.availability(AvailabilityAsked(address=asked), stage.trace))
    stage.available = found
    told = found.address.identifier
    expect((told.type, _bare(told.id)) == (asked.type, _bare(asked.id)), f"it answers for {told.type} {told.id}")
    for one in found.specifications:
        expect(all(choice.values for choice in one.choices), f"{one.id}: a characteristic has no values")
    if not found.specifications:
        return f"nothing can be ordered there: {_why(found)}"
    return f"{', '.join(one.id for one in found.specifications)} can be ordered"


async def site(stage: Stage) -> str:
    if stage.available is None or not stage.available.specifications:
        raise Skipped("nothing can be ordered at the address")
    found = stage.available.site
    expect(found is not None, "there is no siteInformation")
    visit = found.installation_type if found else None
    return "an engineer must visit" if visit else "no visit is needed"


async def unknown_address(stage: Stage) -> str:
    found = granted(await stage.network.availability(AvailabilityAsked(address=stage.terms.unknown), stage.trace))
    expect(not found.specifications, "something can be ordered there")
    expect(found.reasons, "it does not say why nothing can be had")
    return _why(found)


def _why(found: Availability) -> str:
    return ", ".join(one.code for one in found.reasons) or "it does not say why"


def _bare(identity: str) -> str:
    """UPRNs compare as numbers."""
    return identity.lstrip("0") if identity.isdigit() else identity


async def slots(stage: Stage) -> str:
    first = stage.terms.today + SOON
    for day in (first, stage.terms.today + LATER):
        found = granted(await stage.network.slots(_asked(stage, from_date=day), stage.trace))
        early = [_shown(one) for one in found.slots if uk_date(one.starts_at) < day]
        expect(not early, f"asked from {day} on it answers {', '.join(early[:SHOWN])}")
        if stage.slots is None or not stage.slots.slots:
            stage.slots = found
    count = len(stage.slots.slots) if stage.slots else 0
    return f"{count} from {first} on"


async def slots_sorted(stage: Stage) -> None:
    """Through the port they are always in order: only the wire tells."""
    _slots(stage)
    for one in stage.over_the_wire().recorder.heard:
        if one.path.endswith("/available-appointments") and one.answered.status == HTTPStatus.OK:
            told = [Instant.read(slot["timeslotStartDateTime"]) for slot in one.body()["availableTimeslots"]]
            expect(told == sorted(told), "a later one stands before an earlier one")


async def slots_classified(stage: Stage) -> None:
    known = [one for one in _slots(stage) if one.classification in Classification.__members__]
    if not known:
        raise Skipped("no timeslot has a classification that we know")
    wrong = [f"{_shown(one)} is called {one.classification}" for one in known if not _is_right(one)]
    expect(not wrong, "; ".join(wrong[:SHOWN]))


def _is_right(slot: Timeslot) -> bool:
    """Only AM and PM have hours of their own; the rest is agreed between the parties."""
    kind, _, part = (slot.classification or "").partition("_")
    starts, ends = slot.starts_at.astimezone(UK), slot.ends_at.astimezone(UK)
    day = {_SATURDAY: "SATURDAY", _SUNDAY: "SUNDAY"}.get(starts.weekday(), "WEEKDAY")
    if part in _PARTS and not (_PARTS[part][0] <= starts.time() and _last(ends) <= _PARTS[part][1]):
        return False
    return kind == day


def _last(ends: datetime) -> time:
    return ends.time().replace(second=0, microsecond=0)


async def slots_filtered(stage: Stage) -> str:
    kind = next((one.classification for one in _slots(stage) if one.classification in Classification.__members__), None)
    if kind is None:
        raise Skipped("no timeslot has a classification that we know")
    wanted = (Classification(kind),)
    found = granted(await stage.network.slots(_asked(stage, classifications=wanted), stage.trace))
    others = sorted({str(one.classification) for one in found.slots if one.classification != kind})
    expect(not others, f"asked for {kind} it answers {', '.join(others)} too")
    expect(found.slots, f"asked for {kind} it answers none, and had some before")
    return kind


async def slots_nowhere(stage: Stage) -> None:
    asked = SlotsAsked(address=stage.terms.unknown, service=stage.service, purpose=Purpose.PROVIDE)
    found = await stage.network.slots(asked, stage.trace)
    expect(isinstance(found, Refused) or not found.slots, "somebody can come to where nothing is")


def _asked(
    stage: Stage, *, from_date: date | None = None, classifications: tuple[Classification, ...] = ()
) -> SlotsAsked:
    return SlotsAsked(
        address=stage.terms.address,
        service=stage.service,
        purpose=Purpose.PROVIDE,
        from_date=from_date or stage.terms.today + SOON,
        classifications=classifications,
    )


def _slots(stage: Stage) -> tuple[Timeslot, ...]:
    if stage.slots is None or not stage.slots.slots:
        raise Skipped("there are no timeslots to look at")
    return stage.slots.slots


def _shown(slot: Timeslot) -> str:
    return slot.starts_at.astimezone(UK).strftime("%a %Y-%m-%d %H:%M")


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.AVAILABLE, availability),
    (clauses.SITE, site),
    (clauses.UNKNOWN_ADDRESS, unknown_address),
    (clauses.SLOTS, slots),
    (clauses.SLOTS_SORTED, slots_sorted),
    (clauses.SLOTS_CLASSIFIED, slots_classified),
    (clauses.SLOTS_FILTERED, slots_filtered),
    (clauses.SLOTS_NOWHERE, slots_nowhere),
)
