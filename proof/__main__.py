"""`python -m proof`: see the package, and `docs/proof.md`."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from proof import publish
from proof.ground import SOURCE
from proof.model import Outcome, Proof, Size
from proof.prover import load, names, prove

AT_ONCE: Final = 2
"""Most of them wait most of the time: for disks, for suppliers that do not answer, for endpoints that fail."""


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="T1", help="these proofs only")
    parser.add_argument("--smoke", action="store_true", help="seconds, not minutes: that the harness works")
    parser.add_argument("--full", action="store_true", help="the figures of a release; FULL=1 does the same")
    parser.add_argument("--no-seeds", action="store_true", help="without the planted bugs; then no proof counts")
    parser.add_argument("--source", type=Path, default=SOURCE, help="another tree: the folder that holds fibregate/")
    parser.add_argument("--seed", type=int, help="of all chance; the same gives the same storm")
    parser.add_argument("--keep", type=Path, help="a short path: histories stay there, for python -m proof.checker")
    parser.add_argument("--publish", action="store_true", help="write the results into docs/proof.md")
    parser.add_argument("--describe", action="store_true", help="run nothing; write there what each proof promises")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    given = arguments(words)
    size = Size.SMOKE if given.smoke else Size.FULL if given.full or os.environ.get("FULL") == "1" else Size.CI
    if given.describe:
        publish.describe(load(name) for name in names())
        return 0
    wanted = [name.upper() for name in given.names] or names()
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    chosen = [load(name) for name in wanted]
    base = given.keep or Path(tempfile.mkdtemp(prefix="proof-"))
    try:
        outcomes = asyncio.run(_all(chosen, size, base, given))
    finally:
        _tidy(base, keep=given.keep is not None)
    if given.publish:
        publish.write(outcomes)
    return 0 if all(one.is_well for one in outcomes) else 1


async def _all(chosen: Sequence[Proof], size: Size, base: Path, given: argparse.Namespace) -> list[Outcome]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def run(one: Proof) -> Outcome:
        if given.seed is not None:
            figures = {size: {**figures, "seed": given.seed} for size, figures in one.figures.items()}
            one = replace(one, figures=figures)
        outcome = await prove(one, size, base, source=given.source.resolve(), with_seeds=not given.no_seeds)
        publish.show(outcome)
        return outcome

    async def in_turn(one: Proof) -> Outcome:
        async with turns:
            return await run(one)

    outcomes = [await run(one) for one in chosen if one.alone]
    outcomes += await asyncio.gather(*(in_turn(one) for one in chosen if not one.alone))
    outcomes.sort(key=lambda outcome: outcome.proof.number)
    publish.table(outcomes)
    return outcomes


def _tidy(base: Path, *, keep: bool) -> None:
    """Histories are kept where that was asked for; databases and copies of the source never."""
    if not keep:
        shutil.rmtree(base, ignore_errors=True)
        return
    for name in ("data", "src", "node_modules"):
        for one in base.rglob(name):
            shutil.rmtree(one, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
