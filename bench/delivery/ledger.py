"""What arrived against what was told; knows nothing of who delivered it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SHOWN = 3


class Arrival(NamedTuple):
    """One POST that was taken: when, by the machine's clock, and which KCI of which order it was."""

    at: float
    order: int
    number: int
    id: str


Told = Mapping[tuple[int, int], str]
"""Order and number to the KCI's id."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it must be empty, but for `twice`: a KCI may come again, with the same id."""

    lost: list[tuple[int, int]]
    phantoms: list[Arrival]
    out_of_order: list[Arrival]
    twice: int

    def faults(self, whose: str) -> list[str]:
        found = (("lost", self.lost), ("never told", self.phantoms), ("out of order", self.out_of_order))
        return [f"{whose}: {len(ones)} {what}, such as {ones[:SHOWN]}" for what, ones in found if ones]


def judge(arrivals: Sequence[Arrival], told: Told) -> Findings:
    """First comings of an order's KCIs must be 1, 2, 3 … with none left out when the next one comes."""
    reached: defaultdict[int, int] = defaultdict(int)
    out_of_order: list[Arrival] = []
    for one in arrivals:
        if one.number == reached[one.order] + 1:
            reached[one.order] += 1
        elif one.number > reached[one.order]:
            out_of_order.append(one)
            reached[one.order] = one.number
    came = Counter((one.order, one.number, one.id) for one in arrivals)
    return Findings(
        lost=sorted(key for key, name in told.items() if (*key, name) not in came),
        phantoms=[one for one in arrivals if told.get((one.order, one.number)) != one.id],
        out_of_order=out_of_order,
        twice=sum(count - 1 for count in came.values()),
    )
