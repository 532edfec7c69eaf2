"""Telling orders what becomes of them: one after the other, each until it is taken or refused for good."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from fibregate.sandbox.remote.behaviour import Behaviour, Cue, Telling
from fibregate.sandbox.remote.course import Course
from fibregate.sandbox.remote.journal import Journal
from fibregate.sandbox.remote.model import Json, Order, Paces, Shape
from fibregate.sandbox.remote.updates import Updates

_AGAIN: Final = frozenset({0, 401, 408, 429, 500, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0

BehaviourOf = Callable[[Order], Behaviour]
CueOf = Callable[[Order], Cue]


class Teller:
    """A task for each order that has something to be told."""

    def __init__(
        self,
        paces: Paces,
        *,
        course: Course,
        updates: Updates,
        journal: Journal,
        behaviour_of: BehaviourOf,
        cue_of: CueOf,
    ) -> None:
        self._paces, self._course, self._updates, self._journal = paces, course, updates, journal
        self._behaviour_of, self._cue_of = behaviour_of, cue_of
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asked: dict[str, asyncio.Event] = {}
        self._first: dict[str, asyncio.Event] = {}

    def go_on(self, order: Order, *, changed: bool = False) -> None:
        """There is something to tell of this order; `changed`: because somebody asked for a change."""
        asked = self._asked.setdefault(order.reference, asyncio.Event())
        if changed:
            asked.set()
        if order.reference not in self._tasks and (order.course or order.outbox):
            task = asyncio.get_running_loop().create_task(self._tell(order))
            self._tasks[order.reference] = task
            task.add_done_callback(lambda ended: self._ended(order, ended))

    async def told_first(self, order: Order) -> None:
        """Wait until the first update of an order got its answer."""
        await self._first.setdefault(order.reference, asyncio.Event()).wait()

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, order: Order, task: asyncio.Task[None]) -> None:
        for kept in (self._tasks, self._asked, self._first):
            kept.pop(order.reference, None)
        if task.cancelled():
            return
        wrong = task.exception()
        if wrong is not None:
            self._journal.write("bug", reference=order.reference, said=f"{type(wrong).__name__}: {wrong}")
        elif order.course:
            self.go_on(order)

    async def _tell(self, order: Order) -> None:
        behaviour = self._behaviour_of(order)
        await self._all([Telling(one) for one in order.outbox], order)  # of before a restart
        while order.course:
            await self._pause(order, behaviour)
            made = self._put_into_words(order, all_of_it=behaviour.batched)
            await self._all(behaviour.tells(made, order, self._cue_of(order)), order)
        if behaviour.takes_service_away and order.shape is Shape.PROVIDE and order.status == "COMPLETED":
            self.go_on(self._course.unsolicited(order))

    async def _pause(self, order: Order, behaviour: Behaviour) -> None:
        """Between two updates; before the last one of some behaviours until something is asked, at most `lingers`."""
        await asyncio.sleep(self._paces.kci)
        if behaviour.lingers and order.course and order.course[0].reason == "COMPLETED":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._paces.lingers):
                    await self._asked[order.reference].wait()

    def _put_into_words(self, order: Order, *, all_of_it: bool) -> list[Json]:
        made: list[Json] = []
        while order.course and (all_of_it or not made):
            made.append(self._course.next(order))
        return made

    async def _all(self, tellings: list[Telling], order: Order) -> None:
        for one in tellings:
            await asyncio.sleep(one.after)
            await self._until_answered(one, order)
        self._course.taken(order)

    async def _until_answered(self, telling: Telling, order: Order) -> None:
        if self._updates.is_there:
            pause = _FIRST_PAUSE
            while await self._send(telling, order) in _AGAIN:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        first = self._first.get(order.reference)
        if first is not None:
            first.set()

    async def _send(self, telling: Telling, order: Order) -> int:
        update = telling.update
        status, said = await self._updates.post(update, order.conversation)
        self._journal.write(
            "kci",
            tenant=order.tenant,
            id=order.id,
            reference=order.reference,
            uprn=order.uprn,
            number=update["sequenceNumber"],
            reason=update["reasonCode"],
            update=update["id"],
            forged=telling.forged,
            status=status,
            said=said,
        )
        return status
