"""Deadlines: late work is cancelled and said to be late; a cancellation from elsewhere stays one."""

import asyncio

import pytest

from fibregate.web.deadlines import Deadlines, Late


async def _for_ever() -> int:
    await asyncio.Event().wait()
    return 0


async def _at_once() -> int:
    return 7


async def test_work_in_time_gives_its_result() -> None:
    assert await Deadlines().within(0.01, _at_once()) == 7


async def test_late_work_is_cancelled_and_said_to_be_late() -> None:
    deadlines = Deadlines()
    for _ in range(2):
        with pytest.raises(Late):
            await deadlines.within(0.01, _for_ever())
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_many_tasks_are_late_each_on_its_own() -> None:
    deadlines = Deadlines()
    waiting = [asyncio.create_task(deadlines.within(seconds, _for_ever())) for seconds in (0.01, 60, 0.01)]
    done, pending = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert done <= {waiting[0], waiting[2]}
    assert waiting[1] in pending
    waiting[1].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in results] == [Late, asyncio.CancelledError, Late]


async def test_an_error_of_the_work_passes_through() -> None:
    async def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await Deadlines().within(1, fail())
