"""What a sandbox adds to web and worker, ready to be put in: hooks for the doors, handlers for its lanes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db
from fibregate.lanes.model import Claim
from fibregate.lanes.runner import Handler
from fibregate.sandbox import actions, answers, behaviour
from fibregate.sandbox.behaviour import Behaviour
from fibregate.sandbox.library import library
from fibregate.sandbox.world import actions as world
from fibregate.vocabulary import ChangeKind

_SCENARIO, _PROBLEM, _DELAY = "x-scenario", "x-problem-code", "x-kci-delay"


def read_play(headers: Mapping[str, str]) -> Mapping[str, object] | None:
    """What an order asks its network to act out. Raises `Invalid` naming what is accepted."""
    play = actions.check_play(headers.get(_SCENARIO), headers.get(_PROBLEM), headers.get(_DELAY))
    return play.written() if play else None


def read_change_play(kind: ChangeKind, headers: Mapping[str, str]) -> Mapping[str, object] | None:
    """What an amendment or a cancellation asks its network to do. Raises `Invalid` naming what is accepted."""
    return answers.check_play(kind, headers.get(_SCENARIO), headers.get(_PROBLEM), headers.get(_DELAY))


def pass_on(play: Mapping[str, object] | None) -> Mapping[str, str]:
    """What was read, as headers again: for a supplier far away, whose sandbox acts it out."""
    named = ((_SCENARIO, "scenario"), (_PROBLEM, "problemCode"), (_DELAY, "kciDelay"))
    found = ((header, (play or {}).get(name)) for header, name in named)
    return {header: str(value) for header, value in found if value is not None}


def hooks(db: Db, clock: BusinessClock) -> dict[str, Any]:
    """Fields of the wholesale door's services."""
    behaves = Behaviour(db, clock)
    return {
        "before_availability": behaves.before_availability,
        "before_booking": behaves.before_booking,
        "read_play": read_play,
        "read_change_play": read_change_play,
        "answers_late": frozenset(uprn for one in library().of_lines if one.refuses_late for uprn in one.uprns),
    }


def working() -> dict[str, Any]:
    """Fields of the worker."""
    return {
        "begin": actions.begin,
        "changed": answers.expect,
        "keeps_silence": actions.keeps_own_silence,
        "pass_on": pass_on,
    }


def handlers(db: Db, clock: BusinessClock) -> dict[str, Handler]:
    """The lanes that only a sandbox has. `db` works as the role that finishes lanes."""

    def timed(act: Callable[[Db, Claim, BusinessTime], Awaitable[None]]) -> Handler:
        async def run(claim: Claim) -> None:
            await act(db, claim, await clock.now())

        return run

    return {
        actions.LANE: timed(actions.play_next),
        answers.LANE: timed(answers.give),
        behaviour.LANE: timed(behaviour.withdraw),
        world.LANE.kind: timed(world.daily),
    }
