"""`/manage/v1/endpoints/{id}/ping` and `/verify`: a message of no order, sent because the tenant asks to."""

from typing import Any, Final

from pydantic import Field

from fibregate.doors.manage.services import SCOPE, Manage, actor_of, tenant_of, uuid_of
from fibregate.kcis.delivery.model import Attempt
from fibregate.kcis.endpoints import trials
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route
from fibregate.web.wire import Wire

SECONDS: Final = 60.0
"""For a place, a token and the call, each of which has its own limit."""

_EXAMPLE: Final[dict[str, Any]] = {
    "delivered": True,
    "outcome": "DELIVERED",
    "httpStatus": 204,
    "peer": "203.0.113.7",
    "timings": {"dnsMs": 3.1, "connectMs": 11.9, "tlsMs": 24.0, "firstByteMs": 61.2, "totalMs": 61.4},
}


class TimingsShown(Wire):
    """Milliseconds; what did not happen is absent. The first three are parts, the last two count from the start."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float


class Pinged(Wire):
    """What came of it."""

    delivered: bool = Field(description="whether it was answered 2xx")
    outcome: str = Field(description="as of an attempt to deliver, such as `DELIVERED` or `TIMED_OUT`")
    http_status: int | None = None
    peer: str | None = Field(default=None, description="the address that answered")
    answer: str | None = Field(default=None, description="its first 4 KiB without secrets, or why there is none")
    timings: TimingsShown


class Verified(Pinged):
    """What came of it, and whether the endpoint is verified now."""

    verified: bool = Field(description="whether a 2xx answer held the challenge")


async def ping(call: Call[None, None, Manage]) -> Answer:
    attempt = await trials.ping(call.services.trials, tenant_of(call), uuid_of(call, "endpoint"), by=actor_of(call))
    return Answer(200, Pinged(**_fields(attempt)))


async def verify(call: Call[None, None, Manage]) -> Answer:
    verified, attempt = await trials.verify(
        call.services.trials, tenant_of(call), uuid_of(call, "endpoint"), by=actor_of(call)
    )
    return Answer(200, Verified(**_fields(attempt), verified=verified))


def _fields(attempt: Attempt) -> dict[str, Any]:
    times = attempt.timings
    return {
        "delivered": attempt.taken,
        "outcome": attempt.outcome,
        "http_status": attempt.http_status,
        "peer": attempt.peer,
        "answer": attempt.answer,
        "timings": TimingsShown(
            dns_ms=times.dns_ms,
            connect_ms=times.connect_ms,
            tls_ms=times.tls_ms,
            first_byte_ms=times.first_byte_ms,
            total_ms=times.total_ms,
        ),
    }


ROUTES: Final = [
    Route(
        method="POST",
        path="/endpoints/{id}/ping",
        name="pingEndpoint",
        summary="Send an endpoint a signed test message now",
        description="It is of no order and is not repeated. A suspended endpoint can be tried, too.",
        scope=SCOPE,
        action=ping,
        answers={200: Pinged},
        errors=(404,),
        tags=("Endpoints",),
        answer_examples={200: _EXAMPLE},
        timeout=SECONDS,
    ),
    Route(
        method="POST",
        path="/endpoints/{id}/verify",
        name="verifyEndpoint",
        summary="Have an endpoint answer a signed challenge now",
        description="It is verified when it answers 2xx with the `challenge` of the message in the first 4 KiB.",
        scope=SCOPE,
        action=verify,
        answers={200: Verified},
        errors=(404,),
        tags=("Endpoints",),
        answer_examples={200: {**_EXAMPLE, "verified": True}},
        timeout=SECONDS,
    ),
]
