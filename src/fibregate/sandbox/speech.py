"""A step put into words: texts with their dates and references, and the fields that go with them."""

import re
from dataclasses import replace
from datetime import datetime, time
from hashlib import sha256

from fibregate.calendars import uk_date, uk_instant
from fibregate.clock import UK
from fibregate.sandbox.course import agreed
from fibregate.sandbox.scene import Scene
from fibregate.sandbox.times import Moments, spoken_band, spoken_date, spoken_time, spoken_week
from fibregate.sandbox.written import Step
from fibregate.suppliers.network.circuits.model import SetUp
from fibregate.suppliers.network.ethernet import circuits
from fibregate.suppliers.network.lines.model import Provisioned
from fibregate.suppliers.port import Cost, Draft, Timeslot
from fibregate.vocabulary import Reason

_PLACEHOLDER = re.compile(r"\{([^{}]+?)(?::(time|week|date|days))?\}")
_SPOKEN = {None: spoken_date, "date": spoken_date, "time": spoken_time, "week": spoken_week}
_GIVEN = "given"
_DAYS = "days"
"""How many whole ones are left until then."""
_WEEKEND = {5: "SATURDAY", 6: "SUNDAY"}
_NOON, _EARLY, _EVENING = time(13), time(8), time(18)


def words(scene: Scene, due: datetime, service: Provisioned | SetUp | None) -> dict[str, str]:
    """What the names in a text stand for."""
    found = {
        "ref": scene.reference,
        "date": spoken_date(scene.starts),
        "band": spoken_band(scene.starts, scene.ends),
        "time": spoken_time(due),
        "town": scene.town,
        "ENNI": scene.enni_id,
        "dBm": light_level(scene),
        "problem": scene.problem or "",
        "vlan": scene.vlan,
        "quoted": spoken_date(scene.quoted) if scene.quoted else "",
        "vlan2": scene.memory.other_vlan or "",
        "circuit": ", ".join(circuits.references(scene.order, scene.items)),
        **_ethernet(scene),
        **_costs(scene),
    }
    if isinstance(service, Provisioned):
        found |= {
            "serviceId": service.service_id,
            "ont": service.ont_reference,
            "port": str(service.port_number),
            "vlan": service.vlan,
        }
    return found


def _ethernet(scene: Scene) -> dict[str, str]:
    site, handover = scene.site("A-END"), scene.site("B-END")
    return {
        "site": str(site.get("name", "")),
        "contact": str(site.get("primaryContact", {}).get("name", "")),
        "handover": str(handover.get("name", "")),
        "taken": f"101.{low_vlan(scene)}",
    }


def _costs(scene: Scene) -> dict[str, str]:
    """What the order's charge comes to, in the words of its texts."""
    charge, cap = scene.story.charge, agreed(scene)
    if charge is None:
        return {}
    over = f", over your cap of {cap:,.2f}" if cap is not None and cap < charge.amount else ""
    return {
        "construction": f"{charge.construction:,.2f}",
        "included": f"{charge.included:,.2f}",
        "amount": f"{charge.amount:,.2f}",
        "over": over,
    }


def draft(scene: Scene, step: Step, due: datetime, *, service: Provisioned | SetUp | None = None) -> Draft:
    """The update that the network sends for this step, at that time."""
    visit = new_visit(scene, step, due)
    names = words(scene, due, service)
    if visit is not None:
        names["visit"] = spoken_date(visit.starts_at)
    moments = scene.moments(due)
    target = moments.instant(step.target) if step.target else None
    return Draft(
        reason=step.say,
        text=said(step.text, names, moments),
        problem_code=_problem(scene, step),
        supplier_codes=step.codes,
        status=step.status,
        supplier_reference=scene.reference if step.does == "name_order" else None,
        answer_by=moments.instant(step.answer_by) if step.answer_by else None,
        charge=_cost(scene) if step.charged else None,
        committed_at=moments.instant(step.committed) if step.committed else None,
        target_at=visit.ends_at if visit else target,
        appointment=visit,
        appointment_reference=f"NWV-{_chance(scene, due.isoformat()) % 10**8:08}" if visit else None,
        facts=service.facts if service and step.say is Reason.ADDITIONAL else {},
    )


def _cost(scene: Scene) -> Cost | None:
    charge = scene.story.charge
    return Cost(construction=charge.construction, included=charge.included) if charge else None


def said(text: str, names: dict[str, str], moments: Moments) -> str:
    """A text with its names filled in; what is no name is a time, spoken as a date, `:time`, or its `:week`."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name in names:
            return names[name]
        at = moments.instant(name)
        return str((at - moments.instant("now")).days) if found[2] == _DAYS else _SPOKEN[found[2]](at)

    return _PLACEHOLDER.sub(fill, text)


def _problem(scene: Scene, step: Step) -> str | None:
    if step.problem == _GIVEN:
        return scene.problem or scene.story.default_problem
    return step.problem


def new_visit(scene: Scene, step: Step, due: datetime) -> Timeslot | None:
    """The visit that the network books by itself in this step."""
    if step.visit is None:
        return None
    day = uk_date(scene.moments(due).instant(step.visit))
    if step.band is None:
        opens, closes = scene.starts.astimezone(UK).time(), scene.ends.astimezone(UK).time()
    else:
        opens, closes = (time.fromisoformat(one) for one in step.band.split("-"))
    kind = _WEEKEND.get(day.weekday(), "WEEKDAY") + _part_of_day(opens, closes)
    return Timeslot(uk_instant(day, opens), uk_instant(day, closes), kind, standard=True)


def _part_of_day(opens: time, closes: time) -> str:
    if opens >= _EVENING:
        return "_EVENING"
    if closes <= _EARLY:
        return "_EARLY"
    if closes <= _NOON:
        return "_AM"
    return "_PM" if opens >= _NOON else ""


def light_level(scene: Scene) -> str:
    """Between \N{MINUS SIGN}14.0 and \N{MINUS SIGN}24.0, always the same for one order at one premises."""
    tenths = 140 + _chance(scene, "light") % 101
    return f"\N{MINUS SIGN}{tenths // 10}.{tenths % 10}"


def low_vlan(scene: Scene) -> int:
    """Where to look for a second inner VLAN: below those that the network gives first, so that none is given twice."""
    return 2 + _chance(scene, "vlan") % 900


def _chance(scene: Scene, what: str) -> int:
    return int.from_bytes(sha256(f"{scene.uprn}:{scene.order}:{what}".encode()).digest()[:8])


def after(scene: Scene, step: Step, due: datetime) -> Scene:
    """The scene once the step was said."""
    visit = new_visit(scene, step, due)
    memory = replace(scene.memory, previous=due, said={**scene.memory.said, step.say.value: due})
    target = scene.moments(due).instant(step.target) if step.target else scene.target
    if visit is None:
        return replace(scene, memory=memory, target=target)
    memory = replace(memory, visit=(visit.starts_at, visit.ends_at), instead_of=scene.reservation)
    return replace(scene, memory=memory, starts=visit.starts_at, ends=visit.ends_at, target=visit.ends_at)
