"""What comes next in a story, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from fibregate.calendars import answer_again
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
    """Whether the order's ECC_CHARGEBAND, a band's letter or an amount in pounds, agrees to the story's charge."""
    charge = scene.story.charge
    band = scene.characteristic(CHARGE_BAND)
    if charge is None or band is None:
        return False
    agreed = charge.bands.get(band.upper())
    if agreed is None:
        try:
            agreed = Decimal(band)
        except InvalidOperation:
            return False
    return agreed.is_finite() and agreed >= charge.amount


_CONDITIONS: Mapping[Condition, Callable[[Scene], bool]] = {
    "again": lambda scene: scene.memory.trouble == "ACCESS_ISSUE",
    "charge_covered": charge_covered,
    "committed": lambda scene: Reason.COMMITTED in scene.memory.said,
    "twin": lambda scene: scene.twin,
    "visit_ahead": lambda scene: scene.starts > scene.previous,
    "visit_over": lambda scene: scene.memory.with_visit and scene.starts <= scene.previous,
    "with_visit": lambda scene: scene.memory.with_visit,
}
