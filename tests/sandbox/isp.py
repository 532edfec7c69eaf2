"""Tenants that do what each story advises: answer, object, and move one visit of their own accord."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.sandbox.stage import Stage, Told

from fibregate.orders import actions as orders
from fibregate.sandbox.library import library
from fibregate.sandbox.written import Story
from fibregate.vocabulary import OrderStatus, Reason

BANDED = [{"name": "LINE_PROFILE", "value": "80/20"}, {"name": "ECC_CHARGEBAND", "value": "C"}]
NOTES = "The owner agrees; call Asha Patel on 01632 960001."
LOSER = "ISP2"
SWITCHED = date(2025, 7, 16)
"""Ten working days and more after the start."""
TWO_WEEKS = timedelta(days=15)
"""Always ten working days and more."""


@dataclass
class Isp:
    """`asked` counts the changes of each order."""

    stage: Stage
    orders: dict[int, Story] = field(default_factory=dict[int, Story])
    uprns: dict[int, int] = field(default_factory=dict[int, int])
    asked: dict[int, int] = field(default_factory=dict[int, int])

    async def order(self, story: Story, uprn: int, *, scenario: str | None = None) -> int:
        """At the first visit that suits the story, or without one where it is about a line that is there."""
        if story.visited or scenario:
            held = await self.stage.book(uprn, from_date=FIRST.get(story.id))
            headers = {"x-scenario": scenario} if scenario else {}
            number = await self.stage.order(uprn, appointment=held.id, headers=headers)
        else:
            named = await self.stage.line(uprn)
            number = await self.stage.order(uprn, kind=story.order_types[0], day=SWITCHED, extras=named)
        self.orders[number], self.uprns[number] = story, uprn
        return number

    async def act(self) -> None:
        """Answer every question that stands, and object to what is a mistake."""
        for order, story in self.orders.items():
            told = await self.stage.told(order)
            if await self.stage.status(order) is OrderStatus.PENDING:
                await self._amend(order, **await self._answer(order, story, told))
            elif story.id == "F22" and told.letters == "A C":
                await self._amend(order, **await self._visit(order, later=TWO_WEEKS))
        mistaken = (await self.losing()).get("F25")
        if mistaken is not None and mistaken not in self.asked:
            self.asked[mistaken] = 1
            await self.stage.cancel(mistaken, LOSER, because="END_USER_NOT_MOVING")

    async def losing(self) -> dict[str, int]:
        """The ceases by which the other tenant is to lose lines, by story."""
        found = [
            await orders.get(self.stage.db, self.stage.tenants[LOSER], one) for one in await self.stage.ceases(LOSER)
        ]
        return {library().by_uprn[one.uprn].id: one.id for one in found if one.uprn is not None}

    async def _answer(self, order: int, story: Story, told: Told) -> dict[str, Any]:
        asked = [row["reason"] for row in told.rows if row["reason"] in ANSWERS]
        return await ANSWERS[asked[-1]](self, order, story)

    async def _amend(self, order: int, **asked: Any) -> None:
        self.asked[order] = self.asked.get(order, 0) + 1
        await self.stage.amend(order, **asked)

    async def _visit(self, order: int, *, later: timedelta = timedelta(0)) -> dict[str, Any]:
        day = (await self.stage.clock.now()).date() + later
        held = await self.stage.book(self.uprns[order], from_date=day)
        return {"appointmentReservationId": held.id}

    async def _reappoint(self, order: int, story: Story) -> dict[str, Any]:
        """Where a story refuses a first try, with that first."""
        again = order in self.asked
        match story.id:
            case "F19":
                kept = {"hazards": "the dog is with the neighbour"} if again else {}
                return await self._visit(order) | kept
            case "F20":
                return await self._visit(order, later=TWO_WEEKS if again else timedelta(0))
            case _:
                return await self._visit(order)

    async def _inform(self, _: int, story: Story) -> dict[str, Any]:
        match story.id:
            case "F15":
                return {"serviceCharacteristics": BANDED}
            case "ORDER_PENDING":
                return {"primaryContact": {"phoneNumber": "07700 900123"}}
            case _:
                return {"notes": NOTES}


ANSWERS: Mapping[str, Callable[[Isp, int, Story], Any]] = {
    Reason.REAPPOINT: Isp._reappoint,
    Reason.INFORMATION_REQUIRED: Isp._inform,
}
FIRST = {"F15": date(2025, 7, 28), "F30": date(2025, 10, 20)}
"""From when on to book, where the first visit that is free does not do: it would be over when the charge is known."""
