"""How often one address or one client may ask: a bucket for each, in bounded memory, of this process only."""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from fibregate.errors import Unavailable

KEPT = 10_000


@dataclass(slots=True)
class Buckets:
    """At most `burst` at once and `rate` a second after that. Who asked longest ago is forgotten first."""

    rate: float
    burst: float
    size: int = KEPT
    _held: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict[str, tuple[float, float]])

    def __len__(self) -> int:
        return len(self._held)

    def take(self, key: str) -> None:
        """Raises `Unavailable`, with the time to wait, when this one has asked too often."""
        now = time.monotonic()
        left, then = self._held.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        self._held[key] = (left - 1 if left >= 1 else left, now)
        if len(self._held) > self.size:
            self._held.popitem(last=False)
        if left < 1:
            raise Unavailable(
                "too many requests for tokens; reuse a token until it expires", math.ceil((1 - left) / self.rate)
            )
