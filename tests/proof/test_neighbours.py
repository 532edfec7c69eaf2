"""Comparing a quiet tenant's waits, and reading logs while they are written."""

from pathlib import Path

import orjson
from proof.memory import Memory
from proof.model import Findings
from proof.neighbours import DELIVER, judge, p99
from proof.tail import Came

from proof import memory


def test_p99_is_what_one_in_a_hundred_is_beyond() -> None:
    assert p99([*range(1, 101)]) == 100
    assert p99([*range(1, 1001)]) == 991
    assert p99([]) == 0


def test_the_median_slice_decides_so_that_one_bad_moment_does_not() -> None:
    alone, beside = [[10.0], [11.0], [12.0]], [[12.0], [90.0], [16.0]]
    found = Findings()
    judge("deliver", alone, beside, DELIVER, found)
    assert found.wrong[DELIVER] == 0
    judge("deliver", alone, [[12.0], [90.0], [22.0]], DELIVER, found)
    assert found.wrong[DELIVER] == 50


def test_memory_may_grow_by_thirty_two_mebibytes() -> None:
    found = Findings()
    memory.judge(Memory(before=100, most=132), "here", found)
    assert not found.broken
    memory.judge(Memory(before=100, most=132.1), "here", found)
    assert found.broken == {memory.SWOLLEN: 1}


def test_a_log_is_read_on_and_a_half_written_line_waits(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    came = Came(file)
    came.read_on()
    lines = [
        orjson.dumps({"path": "/a", "order": 1, "number": number, "at": float(number), "status": status}) + b"\n"
        for number, status in ((1, 503), (1, 204), (2, 204))
    ]
    file.write_bytes(lines[0] + lines[1][:9])
    came.read_on()
    assert (came.at, came.taken) == ({("/a", 1, 1): 1.0}, set())
    file.write_bytes(b"".join(lines))
    came.read_on()
    assert came.taken == {("/a", 1, 1), ("/a", 1, 2)}
