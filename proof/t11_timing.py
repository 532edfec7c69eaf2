"""Whether a clock tells a foreign thing from an absent one: asked for in pairs, and the median of their differences."""

import time
from statistics import median
from typing import Final

from proof.t11_matrix import Matrix, Ready, absent
from proof.t11_owner import Ids
from proof.t11_sample import Kind

GAP: Final = "foreign things that take another time than absent ones, by more than 1 ms at the median"
MOST: Final = 0.001
TRIES: Final = 4
"""A gap that is there is there each time, in the same direction, the more pairs the plainer; noise is not."""


async def judge(matrix: Matrix, pairs: int) -> None:
    """So many of each, of every request that names a thing; one after the other, on one connection."""
    matrix.findings.looked_at(GAP)
    if not pairs:
        return
    widest = 0.0
    for one in matrix.ready:
        if one.sample.kind is not Kind.NAMES or not one.ids or one.sample.route not in matrix.operations:
            continue
        gaps = [await _gap(matrix, one, pairs)]
        while len(gaps) < TRIES and abs(gaps[-1]) > MOST and gaps[0] * gaps[-1] > 0:
            gaps.append(await _gap(matrix, one, pairs * 2 ** len(gaps)))
        if len(gaps) == TRIES and abs(gaps[-1]) > MOST and gaps[0] * gaps[-1] > 0:
            told = ", ".join(f"{gap * 1000:+.2f}" for gap in gaps)
            matrix.findings.broke(GAP, f"{one.sample.route} {dict(one.ids)}: {told} ms")
        widest = max(widest, min(map(abs, gaps)))
    told = f"a foreign thing against an absent one: at most {widest * 1000:.2f} ms at the median"
    matrix.findings.notes.append(f"{told} of at least {pairs} pairs for each request that names one")


async def _gap(matrix: Matrix, one: Ready, pairs: int) -> float:
    """By how much the foreign takes longer; which of a pair comes first is chance."""
    gaps: list[float] = []
    for _ in range(pairs):
        turns = [one.ids, absent(one.ids, matrix.chance)]
        if is_turned := matrix.chance.random() < 0.5:
            turns.reverse()
        took = [await _timed(matrix, one, ids) for ids in turns]
        gaps.append((took[0] - took[1]) * (-1 if is_turned else 1))
    return median(gaps)


async def _timed(matrix: Matrix, one: Ready, ids: Ids) -> float:
    path, body = matrix.renamed(one, ids)
    matrix.findings.done["requests timed"] += 1
    began = time.perf_counter()
    await matrix.stranger(one.sample.who).ask(one.sample.method, path, body)
    return time.perf_counter() - began
