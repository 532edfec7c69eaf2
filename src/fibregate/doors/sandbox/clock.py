"""`/sandbox/v1/clock`: what time it is, and on to another."""

from typing import Final

from pydantic import Field

from fibregate.calendars import stamp
from fibregate.doors.sandbox.services import SCOPE, Sandbox
from fibregate.errors import Invalid
from fibregate.sandbox import clock
from fibregate.sandbox.clock import LONGEST_QUEUE, LONGEST_WALK, SandboxClock
from fibregate.tenants import audit
from fibregate.vocabulary import TenantId
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Instant, Stamp, Text50
from fibregate.web.route import Route
from fibregate.web.wire import Wire

_NOW: Final = "2025-07-04T09:00:00.000Z"


class ClockAsked(Wire):
    """One of the two."""

    advance: Text50 | None = Field(
        default=None, description="an ISO-8601 duration without years and months, such as P3D"
    )
    now: Instant | None = Field(default=None, description="an instant that has not passed")


class ClockShown(Wire):
    """The business clock of the sandbox."""

    now: Stamp


class ClockWalked(ClockShown):
    """Where the clock stands after an advance."""

    target: Stamp
    caught_up: bool = Field(description="false: out of time on the way; the same target asked again goes on")


async def show(call: Call[None, None, Sandbox]) -> Answer:
    return Answer(200, ClockShown(now=await SandboxClock(call.services.db).now()))


async def advance(call: Call[None, ClockAsked, Sandbox]) -> Answer:
    asked = call.body
    if (asked.advance is None) == (asked.now is None):
        raise Invalid('body: give either advance, such as "P3D", or now, such as "2025-07-04T09:00:00Z"')
    by = clock.duration(asked.advance) if asked.advance is not None else None
    walked = await clock.advance(call.services.db, by=by, to=asked.now)
    await _note(call, walked)
    return Answer(200, ClockWalked(now=walked.now, target=walked.target, caught_up=walked.caught_up))


async def _note(call: Call[None, ClockAsked, Sandbox], walked: clock.Walked) -> None:
    tenant = call.caller.tenant_id
    async with call.services.db.tx(None if tenant is None else TenantId(tenant)) as tx:
        await audit.record(
            tx,
            tenant=tenant,
            actor=call.caller.client_id,
            act="clock.advance",
            subject=f"to {stamp(walked.target)}",
            origin=call.peer,
            request_id=call.request_id,
        )


def routes(scope: str) -> list[Route[None, ClockAsked, Sandbox] | Route[None, None, Sandbox]]:
    """`scope` is what a token needs to move the clock; every token of the sandbox may read it."""
    return [
        Route(
            method="GET",
            path="/clock",
            name="readClock",
            summary="What time it is",
            scope=SCOPE,
            action=show,
            answers={200: ClockShown},
            tags=("Clock",),
            answer_examples={200: {"now": _NOW}},
        ),
        Route(
            method="POST",
            path="/clock",
            name="advanceClock",
            summary="Move the clock forward",
            description=(
                "Everything that becomes due on the way happens at its own time and in order, deliveries and their "
                "retries included. The clock never goes back. One advance at a time; others wait for their turn."
            ),
            scope=scope,
            action=advance,
            body=ClockAsked,
            answers={200: ClockWalked},
            tags=("Clock",),
            body_examples={"days": {"advance": "P3D"}, "instant": {"now": _NOW}},
            answer_examples={200: {"now": _NOW, "target": _NOW, "caughtUp": True}},
            timeout=LONGEST_WALK + LONGEST_QUEUE + 10,
        ),
    ]
