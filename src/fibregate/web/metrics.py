"""Counts and durations of requests; the children are fetched once, because looking them up costs more than counting."""

from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from starlette.types import Receive, Scope, Send

REQUESTS: Final = Counter(
    "fibregate_requests", "Requests answered, by door, route and status", ("door", "route", "status")
)
SECONDS: Final = Histogram(
    "fibregate_request_seconds",
    "Time from the head to the last byte of the answer",
    ("door", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0),
)


class Meter:
    """The metrics of one route."""

    __slots__ = ("_by_status", "_door", "_route", "_seconds")

    def __init__(self, door: str, route: str) -> None:
        self._door, self._route = door, route
        self._seconds = SECONDS.labels(door, route)
        self._by_status: dict[int, Counter] = {}

    def count(self, status: int, seconds: float) -> None:
        counter = self._by_status.get(status)
        if counter is None:
            counter = self._by_status[status] = REQUESTS.labels(self._door, self._route, str(status))
        counter.inc()
        self._seconds.observe(seconds)


class Page:
    """An ASGI application that answers with all metrics of this process, and with what `more` adds in text."""

    def __init__(self, more: Callable[[], Awaitable[bytes]] | None = None) -> None:
        self._more = more

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        body = generate_latest(REGISTRY)
        if self._more is not None:
            body += await self._more()
        headers = [(b"content-type", CONTENT_TYPE_LATEST.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
