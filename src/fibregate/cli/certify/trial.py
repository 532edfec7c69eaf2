"""The trial itself: volley after volley, each answer judged when it comes, and the receiver asked at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal
from uuid import uuid4

from fibregate.cli.certify import clauses, echo
from fibregate.cli.certify.clauses import Clause
from fibregate.cli.certify.plan import Belief, Check, Plan
from fibregate.cli.certify.shots import Pens, Shot, Wanted
from fibregate.clock import real_now
from fibregate.web.connector import Connector, NotDelivered

MOST_SILENT: Final = 3
"""After so many shots in a row without any answer the rest is not worth the wait."""

Severity = Literal["FAIL", "WARN"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the receiver got wrong, and the rule that it broke."""

    check: str
    severity: Severity
    what: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status, or why there was none."""

    status: int | None
    why_not: str
    timed_out: bool
    seconds: float


@dataclass(slots=True)
class Outcome:
    """Everything that was found. `taken` counts KCIs; `asked` is whether the receiver was asked what it believes."""

    findings: list[Finding] = field(default_factory=list[Finding])
    tried: list[Check] = field(default_factory=list[Check])
    untried: list[str] = field(default_factory=list[str])
    taken: int = 0
    asked: bool = False
    verified: bool = True

    @property
    def passed(self) -> bool:
        return not self.untried and not any(one.severity == "FAIL" for one in self.findings)

    def of(self, check: str) -> list[Finding]:
        return [one for one in self.findings if one.check == check]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a trial needs. Times are seconds of the real clock; `on_shot` is called after each answer."""

    connector: Connector
    url: str
    pens: Pens
    headers: Mapping[str, str]
    echo_url: str | None = None
    slow_seconds: float = 5
    pause_seconds: float = 3
    echo_seconds: float = 10
    on_shot: Callable[[Check], None] = lambda _: None


async def run(trial: Trial, plan: Plan, *, verified: bool) -> Outcome:
    """All checks in turn, until the receiver has fallen silent. `verified`: the secret is one that it knows."""
    outcome = Outcome(verified=verified)
    silent, untaken = 0, set[int]()
    for check in plan.checks:
        if silent >= MOST_SILENT:
            outcome.untried.append(check.name)
            continue
        outcome.tried.append(check)
        async for shot, reply in _volleys(trial, check):
            silent = 0 if reply.status is not None else silent + 1
            found = list(_judged(check, shot, reply, trial.slow_seconds))
            outcome.findings += found
            outcome.taken += reply.status is not None and reply.status // 100 == _GOOD
            if any(one.severity == "FAIL" for one in found) and shot.wanted is Wanted.TAKEN:
                untaken.add(shot.kci.order)
            if silent >= MOST_SILENT:
                break
    if trial.echo_url is not None and not outcome.untried:
        outcome.asked = True
        beliefs = [one for one in plan.beliefs if one.order not in untaken]
        outcome.findings += await _believed(trial, beliefs)
    return outcome


async def _believed(trial: Trial, beliefs: list[Belief]) -> list[Finding]:
    if trial.echo_url is None:
        return []
    said = await echo.ask(trial.connector, trial.echo_url, trial.headers, beliefs, patience=trial.echo_seconds)
    return [Finding("echo", "FAIL", what, clause) for what, clause in said]


async def _volleys(trial: Trial, check: Check) -> AsyncIterator[tuple[Shot, Reply]]:
    for place, volley in enumerate(check.volleys):
        if place and check.pauses:
            await asyncio.sleep(trial.pause_seconds)
        replies = await asyncio.gather(*(_shoot(trial, check, shot) for shot in volley))
        for shot, reply in zip(volley, replies, strict=True):
            yield shot, reply


async def _shoot(trial: Trial, check: Check, shot: Shot) -> Reply:
    letter = shot.write(trial.pens, shot.kci, real_now())
    headers = {
        **trial.headers,
        "Content-Type": "application/json",
        "X-Request-ID": str(uuid4()),
        "X-Conversation-ID": f"certify-{shot.kci.order}",
        **letter.headers,
    }
    try:
        answer = await trial.connector.post(trial.url, letter.body, headers)
    except NotDelivered as error:
        return Reply(None, error.message, error.kind == "timeout", error.timings.total_ms / 1000)
    finally:
        trial.on_shot(check)
    return Reply(answer.status, "", timed_out=False, seconds=answer.timings.total_ms / 1000)


def _judged(check: Check, shot: Shot, reply: Reply, slow: float) -> Iterator[Finding]:
    wrong = _wrong(check, shot, reply)
    if wrong is not None:
        clause, what = wrong
        yield Finding(check.name, "FAIL", f"{shot.told}: {what}", clause)
    elif reply.seconds > slow:
        yield Finding(check.name, "WARN", f"{shot.told}: answered after {reply.seconds:.1f} s", clauses.IN_TIME)


def _wrong(check: Check, shot: Shot, reply: Reply) -> tuple[Clause, str] | None:
    if reply.status is None:
        return clauses.IN_TIME if reply.timed_out else clauses.TAKEN, reply.why_not
    family = reply.status // 100
    answered = f"answered {reply.status}{_name(reply.status)}"
    if family == _REDIRECTS:
        return clauses.NO_REDIRECTS, answered
    if reply.status == HTTPStatus.GONE:
        return clauses.GONE, answered
    if shot.wanted is Wanted.TAKEN:
        clause = clauses.UNKNOWN if shot.kci.strange else check.clause
        return None if family == _GOOD else (clause, f"{answered}, and had to be taken")
    if family == _GOOD:
        return check.clause, f"{answered}, and had to be refused"
    return None if family == _REFUSALS else (clauses.REFUSED, answered)


_GOOD, _REDIRECTS, _REFUSALS = 2, 3, 4


def _name(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
