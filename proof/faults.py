"""The table of T7: what a receiver does wrong, and what the gateway must make of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal


class Port(StrEnum):
    """Where a fault is met; each is a listening place of `faulty_receiver`, but for the last two."""

    PLAIN = "plain"
    TLS = "tls"
    EXPIRED = "expired"
    WRONG_HOST = "wrong-host"
    SELF_SIGNED = "self-signed"
    MUTE = "mute"
    RESETTING = "resetting"
    FULL = "full"
    REFUSED = "refused"
    NAMELESS = "nameless"


After = Literal["taken", "tried again", "suspended"]

FIRST_WAITS: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
LONGEST_WAIT: Final = timedelta(minutes=5)
"""Of an endpoint that takes nothing; its head is tried at least so often."""
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """`outcomes` are accepted as the name of what came of an attempt, `status` is what it must record.

    `asked` is what the receiver's `Retry-After` asks for, as far as it is to be honoured.
    """

    name: str
    outcomes: frozenset[str]
    status: int | None = None
    after: After = "tried again"
    asked: timedelta = timedelta()
    port: Port = Port.PLAIN

    @property
    def scheme(self) -> str:
        plain = (Port.PLAIN, Port.FULL, Port.REFUSED, Port.NAMELESS)
        return "http" if self.port in plain else "https"

    @property
    def patience(self) -> dict[str, float]:
        """Time-outs of the endpoint: short where they run out, else so long that a busy machine does not matter."""
        if "TIMED_OUT" in self.outcomes:
            return {"connectSeconds": 0.2, "totalSeconds": 0.3}
        if self.name in {"body-drip", "body-stall"}:
            return {"connectSeconds": 1, "totalSeconds": 1}
        return {"connectSeconds": 10, "totalSeconds": 15}

    def wait(self, failures: int) -> tuple[timedelta, timedelta]:
        """The least and the most between the failure that follows `failures` others and the next attempt."""
        usual = FIRST_WAITS[failures] if failures < len(FIRST_WAITS) else None
        least = usual or timedelta(seconds=1)
        return max(least, self.asked), max(usual or LONGEST_WAIT, self.asked)


def _taken(*names: str, status: int = 200, port: Port = Port.PLAIN) -> Iterator[Fault]:
    for name in names:
        yield Fault(name, frozenset({"DELIVERED"}), status, "taken", port=port)


def _refused(name: str, status: int, *, asked: timedelta = timedelta()) -> Fault:
    return Fault(name, frozenset({"REFUSED_BY_ENDPOINT"}), status, asked=asked)


def _failed(name: str, *outcomes: str, port: Port = Port.PLAIN) -> Fault:
    return Fault(name, frozenset(outcomes), port=port)


FAULTS: Final[tuple[Fault, ...]] = (
    # Each class of answer.
    *_taken("200"),
    *_taken("204", status=204),
    *_taken("299", status=299),
    *_taken("early-hints", status=204),
    _refused("304", 304),
    _refused("400", 400),
    _refused("404", 404),
    _refused("500", 500),
    _refused("599", 599),
    Fault("410", frozenset({"REFUSED_BY_ENDPOINT"}), 410, "suspended"),
    # When to come again.
    _refused("429-seconds", 429, asked=timedelta(seconds=600)),
    _refused("429-date", 429, asked=timedelta(seconds=600)),
    _refused("429-garbage", 429),
    _refused("429-huge", 429, asked=LONGEST_RETRY_AFTER),
    _refused("503-seconds", 503, asked=timedelta(seconds=120)),
    # Sent elsewhere, where nobody may go.
    _refused("301-trap", 301),
    _refused("302-trap", 302),
    _refused("307-trap", 307),
    _refused("308-trap", 308),
    # Slowness.
    _failed("connect-stall", "TIMED_OUT", port=Port.FULL),
    _failed("tls-stall", "TIMED_OUT", port=Port.MUTE),
    _failed("first-byte-stall", "TIMED_OUT"),
    _failed("head-drip", "TIMED_OUT"),
    *_taken("body-drip", "body-stall"),
    # Broken connections.
    _failed("reset-before", "CLOSED_FAILED"),
    _failed("close-before", "CLOSED_FAILED"),
    _failed("reset-in-head", "CLOSED_FAILED", "PROTOCOL_FAILED"),
    *_taken("reset-in-body", "keep-alive-lost", "early-answer"),
    _failed("refused-port", "CONNECT_FAILED", port=Port.REFUSED),
    _failed("no-such-name", "DNS_FAILED", port=Port.NAMELESS),
    # Too much.
    *_taken("gibibyte", "gzip-bomb"),
    _failed("endless-headers", "PROTOCOL_FAILED", "TIMED_OUT"),
    _failed("endless-line", "PROTOCOL_FAILED", "TIMED_OUT"),
    _failed("interim-flood", "PROTOCOL_FAILED", "TIMED_OUT"),
    # Not HTTP.
    _failed("http-0.9", "PROTOCOL_FAILED"),
    _failed("noise", "PROTOCOL_FAILED"),
    _failed("two-lengths", "PROTOCOL_FAILED"),
    *_taken("length-too-long", "bad-chunk"),
    # TLS.
    *_taken("tls-good", port=Port.TLS),
    _failed("certificate-expired", "TLS_FAILED", port=Port.EXPIRED),
    _failed("certificate-of-another", "TLS_FAILED", port=Port.WRONG_HOST),
    _failed("certificate-of-its-own", "TLS_FAILED", port=Port.SELF_SIGNED),
    _failed("tls-reset", "TLS_FAILED", "CONNECT_FAILED", "CLOSED_FAILED", port=Port.RESETTING),
)
BY_NAME: Final = {one.name: one for one in FAULTS}
