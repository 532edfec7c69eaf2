"""What an action is handed, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from fibregate.errors import Forbidden

Q = TypeVar("Q")
B = TypeVar("B")
S = TypeVar("S")

Kind = Literal["tenant", "supplier", "operator", "anyone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking, as the token says; `anyone` on public routes."""

    kind: Kind
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    tenant_id: int | None = None
    tenant_code: str | None = None
    supplier_id: int | None = None
    supplier_code: str | None = None

    @property
    def tenant(self) -> int:
        """The tenant's id; raises `Forbidden` for a token that is no tenant's."""
        if self.tenant_id is None:
            raise Forbidden("Authorization: this needs a tenant's token")
        return self.tenant_id

    @property
    def supplier(self) -> int:
        """The supplier's id; raises `Forbidden` for a token that is no supplier's."""
        if self.supplier_id is None:
            raise Forbidden("Authorization: this needs a supplier's token")
        return self.supplier_id


ANYONE = Caller(kind="anyone")


@dataclass(slots=True, kw_only=True)
class Call(Generic[Q, B, S]):
    """One request, read, authorised and checked.

    `request_id` is the caller's, or ours where the dialect lets it be absent. `raw` is the body as received and
    `fingerprint` is of its parsed JSON. `headers` holds, by lower-case name, the optional headers that the dialect and
    the route declare. `services` is what the door was given.
    """

    caller: Caller
    request_id: str
    conversation_id: str | None
    path: Mapping[str, Any]
    query: Q
    body: B
    raw: bytes
    fingerprint: bytes | None
    peer: str
    headers: Mapping[str, str]
    services: S


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Generic[S]):
    """A request with faults, as far as it was read: `spoilt` are the names in `body` that are told of already."""

    caller: Caller
    body: Mapping[str, Any]
    spoilt: frozenset[str]
    headers: Mapping[str, str]
    services: S

    def filled(self, stand_ins: Mapping[str, Any]) -> tuple[frozenset[str], dict[str, Any]]:
        """The names that could not be read or are not there, and a body with their stand-ins that can be judged."""
        unread = self.spoilt | {name for name in stand_ins if name not in self.body}
        return unread, {**stand_ins, **{name: value for name, value in self.body.items() if name not in unread}}


Payload = BaseModel | Mapping[str, Any] | Sequence[Any] | bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; models leave out what is None, bytes go out as they are."""

    status: int
    body: Payload = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
