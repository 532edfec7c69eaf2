"""`docs/proof.md` says what the proofs are, and every planted bug fits the source as it is."""

from pathlib import Path

import pytest
from proof.ground import SOURCE
from proof.prover import load, names

from proof import publish, seeds


def test_the_page_describes_the_proofs_as_they_are() -> None:
    written = publish.between(publish.PAGE.read_text("utf-8"), publish.PROOFS).strip().splitlines()
    assert written == publish.described(load(name) for name in names()), "run `python -m proof --describe`"


@pytest.mark.parametrize("bug", seeds.table(), ids=lambda bug: f"{bug.proof}: {bug.name}")
def test_a_planted_bug_fits_the_source_and_breaks_what_its_proof_looks_at(bug: seeds.Bug, tmp_path: Path) -> None:
    seeds.plant(SOURCE, tmp_path, bug.changes)
    assert bug.breaks
    assert set(bug.breaks) | set(bug.spares) <= set(load(bug.proof).invariants)
    assert not set(bug.breaks) & set(bug.spares)


def test_every_proof_has_a_planted_bug() -> None:
    assert {bug.proof for bug in seeds.table()} >= set(names())
