"""Everything that a caller may be told went wrong, named for what happened; each door spells it in its own dialect.

Anything raised that is not a `GatewayError` is a bug: it is logged once and answered as the dialect's fault.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class GatewayError(Exception):
    """A refusal with one message for each fault, each naming the field and what is accepted."""

    def __init__(self, messages: str | Iterable[str]) -> None:
        self.messages: list[str] = [messages] if isinstance(messages, str) else list(messages)
        super().__init__("; ".join(self.messages))


class Malformed(GatewayError):
    """The request cannot be read: broken JSON, a wrong JSON type, a missing header or parameter."""


class NotAuthorised(GatewayError):
    """No token, a bad one, or one that is not for this tenant."""


class Forbidden(GatewayError):
    """The token is good but does not reach this resource."""


class Unknown(GatewayError):
    """There is no such thing, or it is another tenant's: the two answer alike."""


class MethodNotAllowed(GatewayError):
    """The path exists, the method does not; `allow` names those that do."""

    def __init__(self, messages: str | Iterable[str], allow: Sequence[str]) -> None:
        super().__init__(messages)
        self.allow: tuple[str, ...] = tuple(allow)


class TooLarge(GatewayError):
    """The body is over the documented limit."""


class HeadTooLarge(GatewayError):
    """The request line and headers are over the documented limit."""


class Invalid(GatewayError):
    """The request can be read, but breaks a constraint, an enum, a state or a business rule."""


def read_or_faults(read: Callable[[], T]) -> tuple[T | None, tuple[str, ...]]:
    """What `read` gives; or, where it raises `Invalid`, its messages, to be told with the other faults."""
    try:
        return read(), ()
    except Invalid as refused:
        return None, tuple(refused.messages)


class SlotTaken(GatewayError):
    """The timeslot existed and is full; `alternatives` are the next free ones, ready for the body of the answer."""

    def __init__(self, messages: str | Iterable[str], alternatives: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(messages)
        self.alternatives: tuple[Mapping[str, object], ...] = tuple(alternatives)


class SupplierFault(GatewayError):
    """The network failed, or answered what cannot be read."""


class SupplierTimedOut(GatewayError):
    """The network did not answer in time; the same id asked again tells what became of it."""


class Misasked(GatewayError):
    """The network could not read what we asked of it: a fault of ours."""


class NotImplementedHere(GatewayError):
    """The network or the gateway does not offer this."""


class Unavailable(GatewayError):
    """Nothing can be accepted now (database away, queue full); nothing was done. `retry_after` is in seconds."""

    def __init__(self, messages: str | Iterable[str], retry_after: int = 5) -> None:
        super().__init__(messages)
        self.retry_after: int = retry_after
