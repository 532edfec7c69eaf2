"""Deadlines of many tasks under one ticking timer: arming a timer for each costs more than all reading of headers."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

TICK: Final = 0.2
"""Seconds of the real clock by which a deadline may be late."""

T = TypeVar("T")


class Late(Exception):
    """The deadline passed; the work was cancelled."""


class Deadlines:
    """At most one deadline for a task at a time."""

    def __init__(self) -> None:
        self._at: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def within(self, seconds: float, work: Awaitable[T]) -> T:
        """The result of the work; raises `Late` when it took longer. Cancellation from elsewhere passes through."""
        task = asyncio.current_task()
        if task is None:  # pragma: no cover - a coroutine that runs is run by a task
            raise RuntimeError("deadlines are for tasks")
        before = task.cancelling()
        self._tick_on(asyncio.get_running_loop())
        self._at[task] = asyncio.get_running_loop().time() + seconds
        try:
            return await work
        except asyncio.CancelledError:
            if task in self._late and task.uncancel() <= before:
                raise Late from None
            raise
        finally:
            del self._at[task]
            self._late.discard(task)

    def _tick_on(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(TICK, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, at in self._at.items():
            if at <= now and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._loop = None
        if self._at:
            self._tick_on(loop)
