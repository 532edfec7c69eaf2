"""What an answer means that is not the one hoped for, and what no answer means.

Certain that nothing was done is only what the network itself says it did not do, or never heard of. A redirect may come
from a network that did what it was asked, and a 409 from one that did it before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

from fibregate.errors import Malformed
from fibregate.suppliers.answers import Refused
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.web import json_reader
from fibregate.web.connector import Answered, NotDelivered

ANSWER_BYTES: Final = json_reader.MAX_BYTES
MOST_MESSAGES, LONGEST_MESSAGE = 20, 300
LONGEST_RETRY_AFTER: Final = 3600

_KINDS: Final[Mapping[int, tuple[Failure, bool]]] = {
    HTTPStatus.BAD_REQUEST: (Failure.OUR_FAULT, True),
    HTTPStatus.UNAUTHORIZED: (Failure.REFUSED_CREDENTIALS, True),
    HTTPStatus.FORBIDDEN: (Failure.REFUSED_CREDENTIALS, True),
    HTTPStatus.METHOD_NOT_ALLOWED: (Failure.NOT_IMPLEMENTED, True),
    HTTPStatus.CONFLICT: (Failure.ERROR, False),
    HTTPStatus.NOT_IMPLEMENTED: (Failure.NOT_IMPLEMENTED, True),
    HTTPStatus.SERVICE_UNAVAILABLE: (Failure.ERROR, True),
    HTTPStatus.GATEWAY_TIMEOUT: (Failure.TIMED_OUT, False),
}
_FAMILIES: Final[Mapping[int, tuple[Failure, bool]]] = {
    4: (Failure.ERROR, True),
    5: (Failure.ERROR, False),
}
_OTHERWISE: Final = (Failure.BROKEN, False)
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_SERVERS_OWN: Final = 500
_NOT_ILL: Final = frozenset({HTTPStatus.NOT_IMPLEMENTED})
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the network `who`."""

    who: str
    answered: Answered

    @property
    def status(self) -> int:
        return self.answered.status

    def body(self) -> dict[str, Any]:
        """The one JSON object that it holds. Raises `SupplierFailed`: whatever was asked may have been done."""
        if len(self.answered.excerpt) > ANSWER_BYTES:
            raise self.broken(f"its answer is over {ANSWER_BYTES} bytes")
        if not self.answered.whole:
            raise self.broken("its answer broke off")
        try:
            found = json_reader.read(self.answered.excerpt)
        except Malformed as fault:
            raise self.broken(f"its answer cannot be read: {fault}") from fault
        if not isinstance(found, dict):
            raise self.broken("its answer is not a JSON object")
        return cast("dict[str, Any]", found)

    def broken(self, what: str) -> SupplierFailed:
        """`what` is wrong with this answer."""
        return SupplierFailed(Failure.BROKEN, f"{self.who}: {what}", nothing_done=False, status=self.status)

    def refused(self) -> Refused:
        """A 422, in the network's words."""
        return Refused(self.words() or (f"{self.who} refused it and did not say why",))

    def failed(self) -> SupplierFailed:
        """What a status means that the call does not have; the network's words are quoted."""
        kind, nothing_done = _KINDS.get(self.status) or _FAMILIES.get(self.status // 100, _OTHERWISE)
        said = self.words()
        told = tuple(f"{self.who} answered {self.status} and said: {one}" for one in said)
        return SupplierFailed(
            kind,
            *(told or (f"{self.who} answered {self.status}{_REDIRECT if self.status // 100 == _MOVED else ''}",)),
            nothing_done=nothing_done,
            ill=kind is Failure.BROKEN or self.status in _BUSY or self._is_its_own_fault(),
            status=self.status,
            retry_after=_seconds(self.answered.headers.get("retry-after")),
        )

    def words(self) -> tuple[str, ...]:
        """The messages of an error object; none where there is no such thing."""
        try:
            found = self.body().get("messages")
        except SupplierFailed:
            return ()
        messages = cast("list[object]", found) if isinstance(found, list) else []
        said = (_UNPRINTABLE.sub(" ", one)[:LONGEST_MESSAGE] for one in messages if isinstance(one, str))
        return tuple(one for one in said if one.strip())[:MOST_MESSAGES]

    def is_absent(self) -> bool:
        """A 404 of the network itself, not of something in between that does not know where it is today."""
        try:
            return self.status == HTTPStatus.NOT_FOUND and self.body().get("code") == "NOT_FOUND"
        except SupplierFailed:
            return False

    def _is_its_own_fault(self) -> bool:
        return self.status >= _SERVERS_OWN and self.status not in _NOT_ILL


_MOVED: Final = 3
_REDIRECT: Final = ", a redirect, which is not followed"


def unanswered(who: str, error: NotDelivered) -> SupplierFailed:
    """No answer came."""
    if error.kind == "auth":
        return SupplierFailed(Failure.REFUSED_CREDENTIALS, f"{who}: {error.message}", nothing_done=True, ill=True)
    if not error.sent:
        return SupplierFailed(
            Failure.UNREACHABLE, f"{who}: {error.message}", nothing_done=True, ill=error.kind != "refused"
        )
    kind = Failure.TIMED_OUT if error.kind == "timeout" else Failure.BROKEN
    return SupplierFailed(kind, f"{who}: {error.message}", nothing_done=False)


def resting(who: str, seconds: float) -> SupplierFailed:
    """It has failed too often of late, and is left alone for a while."""
    message = f"{who}: has failed too often of late and is tried again in {max(1, round(seconds))} s"
    return SupplierFailed(Failure.UNREACHABLE, message, nothing_done=True, ill=False, retry_after=seconds)


def disabled(who: str) -> SupplierFailed:
    """Its account, or it itself, is not to be called."""
    message = f"{who}: is disabled by the operator of the gateway"
    return SupplierFailed(Failure.UNREACHABLE, message, nothing_done=True, ill=False)


def not_offered(who: str, what: str) -> SupplierFailed:
    """An extension that it does not have."""
    return SupplierFailed(Failure.NOT_IMPLEMENTED, f"{who}: does not offer {what}", nothing_done=True)


def _seconds(header: str | None) -> float | None:
    return min(int(header), LONGEST_RETRY_AFTER) if header and _DIGITS.fullmatch(header) else None
