"""Running one proof: first the planted bugs, then the tree itself."""

import importlib
import pkgutil
import re
import shutil
import time
import traceback
from pathlib import Path

import proof
from proof import seeds
from proof.ground import SOURCE
from proof.model import Figures, Outcome, Proof, Size, say


def names() -> list[str]:
    """Of every proof of this package, in order."""
    found = [one.name for one in pkgutil.iter_modules(proof.__path__) if re.fullmatch(r"t\d+", one.name)]
    return [one.upper() for one in sorted(found, key=lambda one: int(one[1:]))]


def load(name: str) -> Proof:
    """The proof of that name."""
    return importlib.import_module(f"proof.{name.lower()}").PROOF


async def prove(one: Proof, size: Size, base: Path, *, source: Path = SOURCE, with_seeds: bool = True) -> Outcome:
    """First the planted bugs, then the tree itself. Nothing is raised: what went wrong stands in the outcome."""
    outcome = Outcome(one, size, seeds_left_out=not with_seeds)
    began = time.monotonic()
    try:
        bugs = seeds.of(one.name) if with_seeds else []
        for number, bug in enumerate(bugs):
            outcome.caught[bug.name] = await _catch(one, bug, _fresh(base / f"{one.name}b{number}"), source)
        say(f"{one.name}: the tree itself, at the {size.value} figures")
        outcome.findings = await one.run(source, one.figures[size], _fresh(base / one.name))
    except Exception as error:  # noqa: BLE001 - a proof that breaks down is a proof that failed, and the others go on
        outcome.failed = "; ".join(_told(error))
    outcome.seconds = time.monotonic() - began
    return outcome


async def _catch(one: Proof, bug: seeds.Bug, folder: Path, source: Path) -> str:
    """What of `bug.breaks` was found broken, unless something was that should have held."""
    say(f"{one.name}: planted bug: {bug.name}")
    planted = seeds.plant(source, folder, bug.changes)
    figures: Figures = {**(one.seeded or one.figures[Size.SMOKE]), **bug.figures}
    found = await one.run(planted, figures, _fresh(folder / "run"))
    seen = {name: count for name, count in found.broken.items() if name in bug.breaks}
    if set(found.broken) & set(bug.spares):
        seen = {}
    if not seen:
        say(f"{one.name}: NOT CAUGHT as it should be; broken: {found.broken or 'nothing'}")
    return ", ".join(f"{name}: {count}" for name, count in seen.items())


def _told(error: BaseException) -> list[str]:
    """Each error of a group, with the line of a proof where it came up."""
    inside: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    if inside:
        return [one for each in inside for one in _told(each)]
    here = Path(proof.__path__[0])
    frames = [one for one in traceback.extract_tb(error.__traceback__) if here in Path(one.filename).parents]
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return [f"{type(error).__name__}: {error}{where}"]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
