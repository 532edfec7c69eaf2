"""What a lane is, before it is claimed and after."""

from collections.abc import Mapping
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

    @property
    def head(self) -> int:
        """The number of the next event of a queue."""
        return self.last_done + 1


def share_of(tenant: TenantId) -> str:
    """The share of a tenant's own queues; those of its endpoints have the endpoints' shares."""
    return f"tenant {tenant}"


class LeaseLost(Exception):
    """Somebody else has the lane now: what was about to be recorded is dropped."""
