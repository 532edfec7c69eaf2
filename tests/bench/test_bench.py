"""The benchmark measures what it says: its parts run, and find the rows that the answers promised."""

import os
import subprocess
import sys
from pathlib import Path

from bench.report import Floor

ROOT = Path(__file__).parents[2]
SMALL = [
    "--rounds",
    "1",
    "--seconds",
    "0.4",
    "--connections",
    "2",
    "--tenants",
    "2",
    "--premises",
    "4000",
    "--million",
    "0",
]


def test_bookings_orders_and_calls_passed_on_are_measured_and_their_rows_found() -> None:
    words = ["-m", "bench", *SMALL, "--only", "book", "--only", "order", "--only", "forward"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "booking, of pgbench" in done.stdout
    assert "order, of pgbench" in done.stdout
    assert "fan-out to five suppliers" in done.stdout
    assert "bookings passed on" in done.stdout
    assert "WRONG" not in done.stdout


def test_a_floor_may_be_a_ceiling() -> None:
    assert Floor("rate", 0.5, 0.45).holds
    assert not Floor("rate", 0.4, 0.45).holds
    assert Floor("memory", 90, 130, below_is_well=True).holds
    assert not Floor("memory", 140, 130, below_is_well=True).holds
