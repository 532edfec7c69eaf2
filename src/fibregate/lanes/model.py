"""What a lane is, before it is claimed and after."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fibregate.vocabulary import TenantId


@dataclass(frozen=True, slots=True)
class Lane:
    """A key that orders its work. `kind` finds the handler, `subject` tells it what the work is about.

    Lanes of one `share` take turns with those of other shares; a timer, whose share is None, is run when it is due.
    """

    kind: str
    name: str
    tenant: TenantId | None
    subject: Mapping[str, object] = field(default_factory=dict[str, object])
    share: str | None = None

    @property
    def key(self) -> str:
        """Unique for ever; leads with the kind."""
        return f"{self.kind}:{self.name}"


async def _to_nobody() -> None:
    """Where nobody else's lanes are in hand."""


@dataclass(slots=True)
class Lease:
    """What a worker knows of a lane in its hands.

    `until` is when, by this machine's monotonic clock, the lane is no longer surely ours; counted from before it was
    asked for.
    """

    until: float = float("inf")
    heads: int = 1
    """How many events were begun under it."""

    give_way: Callable[[], Awaitable[None]] = _to_nobody
    """Before a step that keeps others waiting; takes some milliseconds at most."""

    _counted: int = 0

    def uncounted(self) -> int:
        """How many of them since this was last asked."""
        fresh, self._counted = self.heads - self._counted, self.heads
        return fresh

    def holds(self) -> bool:
        return time.monotonic() < self.until


@dataclass(frozen=True, slots=True)
class Claim:
    """A lane in the hands of one worker, until its lease ends."""

    key: str
    kind: str
    tenant: TenantId | None
    subject: Mapping[str, object]
    owner: str
    generation: int
    attempts: int
    last_enqueued: int
    last_done: int
    share: str | None = None
    lease: Lease = field(default_factory=Lease, compare=False)

    @property
    def head(self) -> int:
        """The number of the next event of a queue."""
        return self.last_done + 1


@dataclass(frozen=True, slots=True)
class Most:
    """How many lanes of one share, and of one tenant, a worker has in hand at a time."""

    of_share: int
    of_tenant: int


@dataclass(slots=True)
class Running:
    """What a worker has in hand, by share and by tenant; timers have no share and are not counted.

    `withheld` are places of a share that it may not take for now.
    """

    shares: Counter[str] = field(default_factory=Counter[str])
    tenants: Counter[int] = field(default_factory=Counter[int])
    withheld: Counter[str] = field(default_factory=Counter[str])

    def add(self, claim: "Claim", count: int) -> None:
        """One more (1) or one less (-1)."""
        if claim.share is None:
            return
        self.shares[claim.share] += count
        if claim.tenant is not None:
            self.tenants[claim.tenant] += count
        if count < 0:
            self.shares, self.tenants = +self.shares, +self.tenants

    def fills(self, claim: "Claim", most: Most) -> bool:
        """Whether others of its share or tenant may have to wait for a lane that is in hand."""
        if claim.share is None:
            return False
        of_tenant = 0 if claim.tenant is None else self.tenants[claim.tenant]
        return self.shares[claim.share] + self.withheld[claim.share] >= most.of_share or of_tenant >= most.of_tenant


def share_of(tenant: TenantId) -> str:
    """The share of a tenant's own queues; those of its endpoints have the endpoints' shares."""
    return f"tenant {tenant}"


class LeaseLost(Exception):
    """Somebody else has the lane now: what was about to be recorded is dropped."""
