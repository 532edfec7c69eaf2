"""Every proof at its smallest: each planted bug is caught, and the tree itself holds. `make prove` is the real run."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from proof.model import Size
from proof.prover import load, names, prove
from proof.t13 import SKIPPED

LEAVES_BUGS_TO_MAKE_PROVE = frozenset({"T2", "T4", "T5", "T6", "T8", "T11", "T13", "T14", "T17", "T24"})
"""Proofs whose planted bugs take too long for a test; each is a reason to make it quicker."""

LEFT_TO_MAKE_PROVE = frozenset({"T1", "T3", "T7", "T11", "T12", "T20"})
"""Proofs that take too long or need a machine to themselves even at their smallest; each is a reason to mend it.

T11 furnishes two tenants with things of each kind before it can begin; that its table is whole has a test of its own.
T12 cancels requests until its storm has met every moment; the walls in the database have tests of their own.
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short enough for the path of a database's socket."""
    made = Path(tempfile.mkdtemp(prefix="proof-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted({*names()} - LEFT_TO_MAKE_PROVE))
async def test_a_proof_holds_at_its_smallest_and_catches_its_planted_bugs(name: str, folder: Path) -> None:
    outcome = await prove(load(name), Size.SMOKE, folder, with_seeds=name not in LEAVES_BUGS_TO_MAKE_PROVE)
    skipped = [note for note in outcome.findings.notes if note.startswith(SKIPPED)]
    if skipped:
        pytest.skip(skipped[0])
    assert not outcome.failed
    assert not outcome.findings.broken, outcome.findings.examples
    assert not outcome.missing
    assert outcome.is_well, outcome.caught
