"""Plays T17's machines against one sandbox, one after the other.

    python -m proof.t17_player

Standard input says as JSON which sandbox and how many machines; what came of it is said as JSON.
"""

import contextlib
import io
import sys
from collections.abc import Mapping
from typing import Any, Final

import orjson
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from proof.t17_client import Client, Receiver
from proof.t17_compare import ANSWER, Mismatch
from proof.t17_machine import Machine
from proof.t17_tour import go_round
from proof.t17_world import World

PHASES: Final = (Phase.generate, Phase.shrink)


def play(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was done, and the shortest story of each invariant that was broken."""
    receiver = Receiver()
    world = World(Client(asked["url"], {code: (way[0], way[1]) for code, way in asked["ways"].items()}), receiver)
    failures: dict[str, str] = {}

    class Playing(Machine):
        def wrong(self, kind: str, text: str) -> None:
            try:
                super().wrong(kind, text)
            except Mismatch as error:
                told = str(error)
                if kind not in failures or told.count("\n") <= failures[kind].count("\n"):
                    failures[kind] = told
                raise

    Playing.world = world
    rules = settings(
        max_examples=asked["machines"],
        stateful_step_count=asked["steps"],
        phases=PHASES if asked["shrink"] else PHASES[:1],
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        report_multiple_bugs=False,
    )
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            if asked["tour"]:
                go_round(Playing())
            run_state_machine_as_test(seed(asked["seed"])(Playing), settings=rules)
    except Exception as error:  # noqa: BLE001 - also where a shorter story does not fail again, the longer one is told
        if not failures:
            failures[ANSWER] = f"{error!r}\n{said.getvalue()[-3000:]}"
    receiver.close()
    walked = [[*moves, count] for moves, count in sorted(world.walked.items())]
    return {"done": {**world.done, "requests": world.client.asked}, "walked": walked, "failures": failures}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(play(orjson.loads(sys.stdin.buffer.read()))))
