"""Deadlines of many tasks under one ticking timer: arming a timer for each costs more than all reading of headers."""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, Final, Generic, TypeVar, cast

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

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work; raises `Late` when it took longer. Cancellation from elsewhere passes through.

        The clock runs from when the work first waits: much of it never does, and then no deadline is set up.
        """
        try:
            waits_for = work.send(None)
        except StopIteration as done:
            return cast("T", done.value)
        return await self._watched(seconds, _Rest(work, waits_for))

    async def _watched(self, seconds: float, work: Awaitable[T]) -> T:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:  # pragma: no cover - a coroutine that runs is run by a task
            raise RuntimeError("deadlines are for tasks")
        before = task.cancelling()
        self._tick_on(loop)
        self._at[task] = loop.time() + seconds
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


class _Rest(Generic[T]):
    """What is left of a coroutine that was begun by hand."""

    __slots__ = ("_waits_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, T], waits_for: object) -> None:
        self._work, self._waits_for = work, waits_for

    def __await__(self) -> Generator[Any, Any, T]:
        waits_for: object = self._waits_for
        while True:
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - whatever it is, it is the work's
                try:
                    waits_for = self._work.throw(thrown)
                except StopIteration as done:
                    return cast("T", done.value)
            else:
                return (yield from self._work.__await__())
