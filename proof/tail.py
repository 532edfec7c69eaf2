"""A log that is being written, read on from where it was left."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from proof.history import Record


class Tail:
    """Yields each record once; a line that is half written waits for the next time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def more(self) -> Iterator[Record]:
        if not self._file.exists():
            return
        with self._file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield orjson.loads(line)


class Came:
    """When each (order, number) first came to a receiver, by the monotonic clock, and when it was taken."""

    def __init__(self, file: Path) -> None:
        self._tail = Tail(file)
        self.at: dict[tuple[int, int], float] = {}
        self.taken: set[tuple[int, int]] = set()

    def read_on(self) -> None:
        for one in self._tail.more():
            key = (one["order"], one["number"])
            self.at.setdefault(key, one["at"])
            if 200 <= one["status"] < 300:
                self.taken.add(key)
