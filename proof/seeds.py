"""Bugs planted in a copy of the source: what a proof must catch before its own pass counts.

A bug is one or more exact replacements. A text that is not found exactly once stops everything, so a bug that no longer
fits the source is noticed at once and mended here, not passed over.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final


class DoesNotFit(Exception):
    """The source has changed where a bug was to be planted."""


@dataclass(frozen=True)
class Change:
    """In `file` (below `fibregate/`), `old` becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A planted bug, the proof that must catch it, and the invariants of which at least one must be broken by it."""

    name: str
    proof: str
    breaks: tuple[str, ...]
    changes: tuple[Change, ...]
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What it takes to catch this one, over the proof's own figures for planted bugs."""


BUGS: Final[tuple[Bug, ...]] = (
    Bug(
        name="marked as delivered before it is sent",
        proof="T1",
        breaks=("events lost",),
        changes=(
            Change(
                "kcis/delivery/actions.py",
                "        attempt = await _attempt(post, at, letter, row)\n",
                """        attempt = model.Attempt(
            started_at=started_at, timings=model.Timings(), outcome="DELIVERED", http_status=204
        )
        await outcomes.taken(post.db, claim, at, attempt, recovers=False, now=started_at)
        await _attempt(post, at, letter, row)
        return
""",
            ),
        ),
        figures={"kills": 1, "postgres_kills": 0, "delay": 0.3},
    ),
    Bug(
        name="claimed without a lease",
        proof="T1",
        breaks=("repeats more than kills × in flight",),
        changes=(
            Change(
                "lanes/store.py",
                "set owner = $1, leased_until = clock_timestamp() + $3::interval, generation = l.generation + 1",
                "set owner = $1, leased_until = clock_timestamp() + $3::interval * 0, generation = l.generation + 1",
            ),
        ),
        figures={"kills": 0, "postgres_kills": 0},
    ),
    Bug(
        name="the signature is of the body written anew",
        proof="T24",
        breaks=("deliveries that a reference library rejects",),
        changes=(
            Change(
                "kcis/delivery/actions.py",
                'signing.headers(keyring, message_id=str(row["id"]), at=real_now(), body=body)',
                'signing.headers(keyring, message_id=str(row["id"]), at=real_now(), body=anew(body))',
            ),
            Change(
                "kcis/delivery/actions.py",
                "async def _letter(",
                """def anew(body: bytes) -> bytes:
    import json

    return json.dumps(json.loads(body)).encode()


async def _letter(""",
            ),
        ),
        figures={"may_install": False},
    ),
)


def of(proof: str) -> list[Bug]:
    return [one for one in BUGS if one.proof == proof]


def copy(source: Path, folder: Path) -> Path:
    """A copy of the source tree in the folder, to be changed."""
    there = folder / "src"
    shutil.copytree(source, there, ignore=shutil.ignore_patterns("__pycache__"))
    return there


def plant(source: Path, folder: Path, changes: Iterable[Change]) -> Path:
    """A copy with the bug in it. Raises `DoesNotFit`."""
    there = copy(source, folder)
    for change in changes:
        file = there / "fibregate" / change.file
        text = file.read_text("utf-8") if file.exists() else ""
        found = text.count(change.old)
        if found != 1:
            raise DoesNotFit(f"{change.file}: found {found} times instead of once: {change.old!r}")
        file.write_text(text.replace(change.old, change.new), "utf-8")
    return there
