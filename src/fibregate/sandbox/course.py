"""What comes next in a story, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from fibregate.calendars import FRIDAY, answer_again, uk_date
from fibregate.clock import BusinessTime
from fibregate.sandbox.library import library
from fibregate.sandbox.scene import Scene
from fibregate.sandbox.times import office_hours
from fibregate.sandbox.written import Choice, Condition, Step
from fibregate.suppliers.network.catalogue import CHARGE_BAND
from fibregate.vocabulary import Reason

OVERTAKEN_BY = timedelta(seconds=20)
"""How long after the message that overtook it an overtaken one is brought: well within the wait for a gap."""


@dataclass(frozen=True, slots=True)
class Next:
    """The next step, where it stands, when it is due, and when it was said: earlier, where it was overtaken."""

    step: Step
    branch: str
    place: int
    due: BusinessTime
    said_at: BusinessTime


def upcoming(scene: Scene, branch: str, place: int) -> Next | None:
    """From this place on; forks are taken and what does not apply is left out. None: the story has ended."""
    script = library().script(scene.story, branch, visit=scene.memory.with_visit, kind=scene.kind)
    while place < len(script):
        line = script[place]
        place += 1
        if isinstance(line, Choice):
            goes_to = line.then if _CONDITIONS[line.choose](scene) else line.otherwise
            if goes_to is not None:
                return upcoming(scene, goes_to, 0)
            continue
        said_at, due = _times(scene, line)
        if _applies(scene, line, due):
            return Next(line, branch, place - 1, due, said_at)
    return None


def _times(scene: Scene, step: Step) -> tuple[BusinessTime, BusinessTime]:
    """When it is said, and when it is brought."""
    if not step.overtaken:
        due = _due(scene, step)
        return due, due
    late = OVERTAKEN_BY if scene.kci_delay is None else min(OVERTAKEN_BY, timedelta(seconds=scene.kci_delay))
    due = BusinessTime(scene.previous + late)
    said_at = due if scene.kci_delay is not None else scene.moments().instant(step.at)
    return max(min(said_at, due), scene.accepted), due


def _due(scene: Scene, step: Step) -> BusinessTime:
    if scene.kci_delay is not None and not step.silence:
        return BusinessTime(scene.previous + timedelta(seconds=scene.kci_delay))
    at = scene.moments().instant(step.at)
    if step.silence and step.say is Reason.CANCELLED and Reason.AMENDMENT_REJECTED in scene.memory.said:
        at = max(at, answer_again(scene.memory.said[Reason.AMENDMENT_REJECTED], scene.nation))
    if step.speaker == "person":
        at = office_hours(step.at, at, scene.nation)
    return at if step.unless_past else max(at, BusinessTime(scene.previous))


def _applies(scene: Scene, step: Step, due: BusinessTime) -> bool:
    if step.requires is not None and step.requires not in scene.memory.said:
        return False
    if step.quoted and scene.reservation is None:
        return False
    if step.unless_past and due < scene.previous:
        return False
    return step.latest is None or due < scene.moments().instant(step.latest)


def charge_covered(scene: Scene) -> bool:
    """Whether the order agrees to the story's charge beforehand."""
    cap, charge = agreed(scene), scene.story.charge
    return charge is not None and cap is not None and cap >= charge.amount


def agreed(scene: Scene) -> Decimal | None:
    """The most that the order's ECC_CHARGEBAND agrees to: a band's letter, or an amount in pounds."""
    charge, band = scene.story.charge, scene.characteristic(CHARGE_BAND)
    if charge is None or band is None:
        return None
    found = charge.bands.get(band.upper())
    if found is None:
        try:
            found = Decimal(band)
        except InvalidOperation:
            return None
    return found if found.is_finite() else None


def _shut(scene: Scene) -> bool:
    """The next working day is a Friday, when the site is closed, and nobody has said so."""
    said = scene.restrictions or scene.site("A-END").get("onSiteRestrictions")
    return not said and uk_date(scene.moments().instant("p+1wd")).weekday() == FRIDAY


def _owns_ground(scene: Scene) -> bool:
    wayleave: Mapping[str, Any] | None = scene.site("A-END").get("wayleave")
    return wayleave is not None and wayleave["wayleaveOwner"] is True


_CONDITIONS: Mapping[Condition, Callable[[Scene], bool]] = {
    "again": lambda scene: scene.memory.trouble == "ACCESS_ISSUE",
    "charge_covered": charge_covered,
    "committed": lambda scene: Reason.COMMITTED in scene.memory.said,
    "pair": lambda scene: scene.items > 1,
    "shut": _shut,
    "twin": lambda scene: scene.twin,
    "visit_ahead": lambda scene: scene.starts > scene.previous,
    "visit_over": lambda scene: scene.memory.with_visit and scene.starts <= scene.previous,
    "wayleave_owner": _owns_ground,
    "with_visit": lambda scene: scene.memory.with_visit,
}
