"""When a network gave no answer that can be used: why, and whether anything may have been done all the same.

| kind | when | the tenant is told | certain that nothing was done |
|---|---|---|---|
| UNREACHABLE | no address, no connection, not allowed, or resting | SUPPLIER_FAULT | yes |
| TIMED_OUT | nothing came in time, or a 504 did | SUPPLIER_TIMED_OUT | no |
| BROKEN | what came cannot be read, or redirects | SUPPLIER_FAULT | no |
| ERROR | 5xx, or a 4xx that the call does not have | SUPPLIER_FAULT, the network's words | 503, and 4xx but 409 |
| REFUSED_CREDENTIALS | 401 or 403, or no token | SUPPLIER_FAULT, the network's words | yes |
| OUR_FAULT | 400 | GATEWAY_FAULT | yes |
| NOT_IMPLEMENTED | 501 or 405, or an extension that it has not | NOT_IMPLEMENTED | yes |
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from fibregate import errors


class Failure(StrEnum):
    """Why a network gave no answer that can be used."""

    UNREACHABLE = "UNREACHABLE"
    """Nothing was ever said to it: no address, no connection, not allowed to be called, or resting."""
    TIMED_OUT = "TIMED_OUT"
    """It was asked, and did not answer in time."""
    BROKEN = "BROKEN"
    """What came back cannot be read, or the connection broke before it was all there."""
    ERROR = "ERROR"
    """It said that it failed, or answered in a way that this call does not have."""
    REFUSED_CREDENTIALS = "REFUSED_CREDENTIALS"
    """It does not know us, or we could get no token."""
    OUR_FAULT = "OUR_FAULT"
    """It could not read what we asked."""
    NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
    """It does not offer this."""


_ERRORS: Final[Mapping[Failure, type[errors.GatewayError]]] = {
    Failure.TIMED_OUT: errors.SupplierTimedOut,
    Failure.OUR_FAULT: errors.Misasked,
    Failure.NOT_IMPLEMENTED: errors.NotImplementedHere,
}
_CODES: Final[Mapping[Failure, str]] = {
    Failure.TIMED_OUT: "SUPPLIER_TIMED_OUT",
    Failure.OUR_FAULT: "GATEWAY_FAULT",
    Failure.NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
}
_TOO_EARLY: Final = 425
_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, _TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_SERVERS_OWN: Final = 500
_ILL: Final = frozenset({Failure.UNREACHABLE, Failure.TIMED_OUT, Failure.BROKEN, Failure.ERROR})


class SupplierFailed(Exception):
    """No answer that can be used. `messages` are for the tenant and quote the network's own words where it had any.

    `nothing_done`: it is certain that the network did not do what was asked, so that it may be asked again under
    another id. Otherwise only a look-up under the same id can tell. `status` is that of HTTP, `retry_after` in seconds.
    """

    def __init__(
        self,
        kind: Failure,
        *messages: str,
        nothing_done: bool,
        ill: bool | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__("; ".join(messages))
        self.kind = kind
        self.messages = messages
        self.nothing_done = nothing_done
        self.ill = kind in _ILL if ill is None else ill
        """Whether this speaks against the network's health."""
        self.status = status
        self.retry_after = retry_after

    @property
    def may_pass(self) -> bool:
        """Whether the same request may be taken a little later. Any other 4xx will be the same 4xx again."""
        if self.kind is Failure.ERROR and self.status is not None:
            return self.status in _LATER or self.status >= _SERVERS_OWN
        return self.kind in {Failure.ERROR, Failure.UNREACHABLE}

    @property
    def code(self) -> str:
        """As an error update of an order says it."""
        return _CODES.get(self.kind, "SUPPLIER_FAULT")

    def as_error(self) -> errors.GatewayError:
        """For the caller of a synchronous operation."""
        return _ERRORS.get(self.kind, errors.SupplierFault)(self.messages)
