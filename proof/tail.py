"""A log that is being written, read on from where it was left."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from proof.history import Record

Event = tuple[str, int, int]


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
    """When each (path, order, number) first came to a receiver, by the monotonic clock, and which have been taken."""

    def __init__(self, file: Path) -> None:
        self._tail = Tail(file)
        self.at: dict[Event, float] = {}
        self.taken: set[Event] = set()

    def read_on(self) -> None:
        for one in self._tail.more():
            key = (one["path"], one["order"], one["number"])
            self.at.setdefault(key, one["at"])
            if 200 <= one["status"] < 300:
                self.taken.add(key)

    async def all(self, count: int, patience: float) -> bool:
        """Waits until so many have been taken; whether that was so in time."""
        deadline = time.monotonic() + patience
        self.read_on()
        while len(self.taken) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            self.read_on()
        return len(self.taken) >= count
