"""The benchmark of deliveries: its ledger finds what is wrong, and its parts run and find all whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
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


@pytest.mark.timeout(240)
def test_all_parts_are_measured_and_judged() -> None:
    """In one run: to set up a server, its premises and its processes takes as long as two of the parts."""
    words = ["--rounds", "1", "--tenants", "3", "--premises", "100", "--million", "0", "--backlog", "500"]
    only = [word for part in ("deliver", "steady", "beside", "claim") for word in ("--only", part)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words, *only],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WRONG" not in done.stdout
    names = ("gateway", "pgqueuer", "procrastinate", "client", "ordered deliveries, of the client alone")
    for name in (*names, "quiet, alone", "quiet, beside", "100 orders blocked"):
        assert name in done.stdout
