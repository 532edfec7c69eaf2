"""What the routes of this door are handed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessClock
from fibregate.db import Db
from fibregate.errors import Unknown
from fibregate.kcis.endpoints.creations import Creation
from fibregate.kcis.endpoints.model import Rules
from fibregate.kcis.endpoints.trials import Trials
from fibregate.tenants.model import Actor
from fibregate.vocabulary import TenantId
from fibregate.web.call import Call

SCOPE = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manage:
    """One for a process."""

    db: Db
    clock: BusinessClock
    rules: Rules
    trials: Trials


def tenant_of(call: Call[Any, Any, Manage]) -> TenantId:
    return TenantId(call.caller.tenant)


def actor_of(call: Call[Any, Any, Manage]) -> Actor:
    return Actor(call.caller.client_id, call.peer, call.request_id)


def asker_of(call: Call[Any, Any, Manage]) -> Asker:
    return Asker(
        client=call.caller.client_id,
        origin=call.peer,
        request_id=call.request_id,
        conversation_id=call.conversation_id or "",
    )


def creation_of(call: Call[Any, Any, Manage], creation_id: UUID | None) -> Creation | None:
    """What makes a request that is sent again the same request."""
    return None if creation_id is None else Creation(creation_id, call.fingerprint or b"")


def uuid_of(call: Call[Any, Any, Manage], thing: str, name: str = "id") -> UUID:
    """A parameter of the path; one that is no uuid answers as one that is nobody's."""
    text = str(call.path[name])
    try:
        return UUID(text)
    except ValueError:
        raise Unknown(f"{name}: there is no {thing} {text[:50]}") from None
