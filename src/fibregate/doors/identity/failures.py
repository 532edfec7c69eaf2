"""Refused sign-ins: counted for each client and address over ten minutes, in bounded memory, of this process only."""

import re
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Final

from fibregate.alarms import sign_ins
from fibregate.db import Db
from fibregate.errors import Unavailable

WINDOW_SECONDS: Final = 600.0
KEPT: Final = 10_000
REPORTS: Final = 100
"""At most so many reports in ten minutes: who comes from everywhere at once is not made louder by that."""

_CLIENT: Final = re.compile(r"client_[0-9a-f]{16}")


@dataclass(slots=True)
class Failures:
    """Who failed longest ago is forgotten first. `most` failures in the window are reported, and counted anew."""

    most: int
    size: int = KEPT
    _held: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict[str, deque[float]])
    _reported: deque[float] = field(default_factory=lambda: deque[float](maxlen=REPORTS))

    def __len__(self) -> int:
        return len(self._held)

    def counts(self, who: str) -> bool:
        """One more; whether that makes so many that it is worth a report."""
        now = time.monotonic()
        held = self._held.pop(who, None) or deque[float](maxlen=self.most)
        held.append(now)
        self._held[who] = held
        if len(self._held) > self.size:
            self._held.popitem(last=False)
        if len(held) < self.most or now - held[0] > WINDOW_SECONDS:
            return False
        held.clear()
        if len(self._reported) == REPORTS and now - self._reported[0] < WINDOW_SECONDS:
            return False
        self._reported.append(now)
        return True


async def note(db: Db, failures: Failures, *, peer: str, client_id: str | None) -> None:
    """A token was refused. What cannot be reported now is reported when so many more have failed."""
    who = [f"address {_place(peer)}"]
    if client_id is not None and _CLIENT.fullmatch(client_id):
        who.append(f"client {client_id}")
    for one in filter(failures.counts, who):
        try:
            async with db.tx(None) as tx:
                await sign_ins.report(tx, one, failures.most)
        except Unavailable:
            continue


def _place(peer: str) -> str:
    """An address; of IPv6 its /64, which one customer has to itself."""
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    return peer if address.version == 4 else str(ip_network(f"{address.exploded}/64", strict=False))  # noqa: PLR2004 - IPv4
