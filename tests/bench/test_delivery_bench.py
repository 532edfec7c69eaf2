"""The benchmark of deliveries: its ledger finds what is wrong, and its parts run and find all rows and arrivals whole."""

import os
import subprocess
import sys
from pathlib import Path

from bench.delivery.ledger import Arrival, judge

ROOT = Path(__file__).parents[2]
TOLD = {(order, number): f"{order}-{number}" for order in (1, 2) for number in (1, 2, 3)}


def came(*numbers: tuple[int, int]) -> list[Arrival]:
    return [Arrival(float(at), order, number, f"{order}-{number}") for at, (order, number) in enumerate(numbers)]


ALL = ((1, 1), (2, 1), (1, 2), (2, 2), (2, 3), (1, 3))


def test_all_in_the_order_of_each_is_well() -> None:
    found = judge(came(*ALL), TOLD)
    assert found.faults("us") == []
    assert found.twice == 0


def test_what_never_came_is_lost() -> None:
    found = judge(came(*ALL[:-1]), TOLD)
    assert found.lost == [(1, 3)]


def test_what_came_before_its_time_is_out_of_order_even_if_it_comes_again() -> None:
    found = judge(came((1, 2), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)), TOLD)
    assert [(one.order, one.number) for one in found.out_of_order] == [(1, 2)]
    assert found.twice == 1


def test_what_came_again_after_its_time_is_only_counted() -> None:
    found = judge(came(*ALL, (1, 1)), TOLD)
    assert found.faults("us") == []
    assert found.twice == 1


def test_what_was_never_told_is_a_phantom() -> None:
    found = judge([*came(*ALL), Arrival(9.0, 1, 3, "another")], TOLD)
    assert [one.id for one in found.phantoms] == ["another"]


def test_deliveries_are_measured_beside_the_peers_and_judged() -> None:
    words = ["--rounds", "1", "--tenants", "3", "--premises", "100", "--million", "0", "--backlog", "300"]
    parts = [word for part in ("deliver", "steady", "beside", "claim") for word in ("--only", part)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words, *parts],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("gateway", "pgqueuer", "procrastinate", "client", "quiet, beside"):
        assert name in done.stdout
    assert "ordered deliveries, of the client alone" in done.stdout
    assert "WRONG" not in done.stdout
