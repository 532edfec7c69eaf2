"""What the routes of this door are handed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessClock
from fibregate.db import Db
from fibregate.vocabulary import ChangeKind, TenantId
from fibregate.web.call import Call

SCOPE = "gateway"
Hook = Callable[[int], Awaitable[None]]
ReadPlay = Callable[[Mapping[str, str]], Mapping[str, Any] | None]
ReadChangePlay = Callable[[ChangeKind, Mapping[str, str]], Mapping[str, Any] | None]


async def nothing(_: int) -> None:
    """What happens before our network is asked, outside a sandbox."""


def no_play(_: Mapping[str, str]) -> None:
    """Scenario headers mean nothing outside a sandbox."""


def no_change_play(_: ChangeKind, __: Mapping[str, str]) -> None:
    """The same of those that come with an amendment or a cancellation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wholesale:
    """One for a process. The hooks are a sandbox's: slow and broken addresses, scenarios by header."""

    db: Db
    clock: BusinessClock
    one_open_order: bool
    hold_limit: int | None
    before_availability: Hook = nothing
    before_booking: Hook = nothing
    read_play: ReadPlay = no_play
    read_change_play: ReadChangePlay = no_change_play
    answers_late: frozenset[int] = frozenset()


def tenant_of(call: Call[Any, Any, Wholesale]) -> TenantId:
    return TenantId(call.caller.tenant)


def asker_of(call: Call[Any, Any, Wholesale]) -> Asker:
    return Asker(
        client=call.caller.client_id,
        origin=call.peer,
        request_id=call.request_id,
        conversation_id=call.conversation_id or "",
    )
