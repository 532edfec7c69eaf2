"""All stories side by side: who orders, who answers as each story advises, and the clock that goes on for all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.journeys.customer import Customer, Json, said
from tests.journeys.gateway import Gateway

from fibregate.sandbox.library import library
from fibregate.sandbox.world.places import is_sandbox_uprn
from fibregate.sandbox.written import Story

BANDED = [{"name": "LINE_PROFILE", "value": "80/20"}, {"name": "ECC_CHARGEBAND", "value": "C"}]
NOTES = "The owner agrees; call Asha Patel on 01632 960001."
FIRST = {"F15": date(2025, 7, 28), "F30": date(2025, 10, 20)}
"""From when on to book, where the first visit that is free does not do."""
SWITCHED = date(2025, 7, 16)
"""Ten working days and more after the start."""
TWO_WEEKS = timedelta(days=15)
SCENARIOS_AT = 999900001201
ASKS = {"REAPPOINT", "INFORMATION_REQUIRED"}
WALK_TRIES = 5


@dataclass
class Placed:
    story: Story
    uprn: int
    order: int
    amendments: list[int] = field(default_factory=list[int])
    answered: set[str] = field(default_factory=set[str])
    """The ids of the KCIs that were answered."""


@dataclass
class World:
    """`gateways` are walked one after the other: who speaks first, and who is spoken to."""

    gateways: Sequence[Gateway]
    isp: Customer
    loser: Customer
    orders: dict[str, Placed] = field(default_factory=dict[str, Placed])
    objected: set[int] = field(default_factory=set[int])

    async def place(self) -> None:
        """An order for each story at its address, and one for each scenario where another story is at home."""
        for story in library().of_lines:
            if story.uprns:
                self.orders[story.id] = await self._place(story, next(filter(is_sandbox_uprn, story.uprns)))
        for uprn, (scenario, story) in enumerate(library().by_scenario.items(), SCENARIOS_AT):
            self.orders[f"X-Scenario {scenario}"] = await self._place(story, uprn, scenario)

    async def _place(self, story: Story, uprn: int, scenario: str | None = None) -> Placed:
        if story.visited or scenario:
            held = await self.isp.book(uprn, from_date=FIRST.get(story.id))
            headers = {"X-Scenario": scenario} if scenario else {}
            number = await self.isp.order(uprn, "NEW", appointment=held, headers=headers)
        else:
            kind, line = story.order_types[0].value, await self.isp.line(uprn)
            number = await self.isp.order(uprn, kind, day=SWITCHED, extras=line)
        return Placed(story, uprn, number)

    async def walk(self, moment: datetime) -> None:
        """What was asked for before is brought to the network first: then its clock goes on."""
        await self._walk(self.gateways[-1], {"advance": "PT0S"})
        for one in self.gateways:
            await self._walk(one, {"now": moment.isoformat()})

    async def _walk(self, gateway: Gateway, how: Json) -> None:
        for _ in range(WALK_TRIES):
            walked = await gateway.ask("POST", "/sandbox/v1/clock", body=how)
            assert walked.status == 200, walked.raw
            if walked.body["caughtUp"]:
                return
        raise AssertionError("the clock is not where it was sent")

    async def act(self) -> None:
        """Answer every question that stands, and object to what is a mistake."""
        for one in self.orders.values():
            told = self.isp.told(one.order)
            last = told[-1] if told else None
            if last and last["entity"]["status"] == "PENDING" and last["id"] not in one.answered:
                one.answered.add(last["id"])
                question = [said(kci)["type"] for kci in told if said(kci)["type"] in ASKS][-1]
                await self._amend(one, await self._answer(one, question))
            elif one.story.id == "F22" and not one.amendments and last and said(last)["type"] == "COMMITTED":
                await self._amend(one, await self._visit(one, later=TWO_WEEKS))
        await self._object()

    async def _object(self) -> None:
        for kci in list(self.loser.receiver.kcis):
            number = kci.body["entity"]["id"]
            wrong = library().stories["F25"].uprns[0]
            if kci.body["entity"].get("address", {}).get("id") == str(wrong) and number not in self.objected:
                self.objected.add(number)
                await self.loser.cancel(number, "END_USER_NOT_MOVING")

    async def _amend(self, one: Placed, asked: Json) -> None:
        one.amendments.append(await self.isp.amend(one.order, asked))

    async def _visit(self, one: Placed, *, later: timedelta = timedelta(0)) -> Json:
        held = await self.isp.book(one.uprn, from_date=await self.isp.later(later))
        return {"appointmentReservationId": held}

    async def _answer(self, one: Placed, question: str) -> Json:
        """Where a story refuses a first try, with that first."""
        if question == "INFORMATION_REQUIRED":
            return INFORMATION.get(one.story.id, {"notes": NOTES})
        match one.story.id:
            case "F19":
                kept = {"hazards": "the dog is with the neighbour"} if one.amendments else {}
                return await self._visit(one) | kept
            case "F20":
                return await self._visit(one, later=TWO_WEEKS if one.amendments else timedelta(0))
            case _:
                return await self._visit(one)

    def told(self) -> dict[str, list[Json]]:
        """What the ISP was told of each story; the numbers of each go 1, 2, 3."""
        found = {name: self.isp.told(one.order) for name, one in self.orders.items()}
        for name, kcis in found.items():
            assert [one["sequenceNumber"] for one in kcis] == [*range(1, len(kcis) + 1)], name
        return found

    def losses(self) -> dict[str, list[Json]]:
        """What the other tenant was told of the lines that it was to lose, by story."""
        found: dict[str, list[Json]] = {}
        for kci in self.loser.receiver.kcis:
            found.setdefault(library().by_uprn[int(kci.body["entity"]["address"]["id"])].id, []).append(dict(kci.body))
        return {name: sorted(kcis, key=lambda one: one["sequenceNumber"]) for name, kcis in found.items()}

    async def ends(self) -> dict[str, Json]:
        """Each order as the tenant door shows it, without what was told of it."""
        found = {name: await self.isp.read(one.order) for name, one in self.orders.items()}
        return {name: {member: one[member] for member in one if member != "updates"} for name, one in found.items()}


async def live_through(worlds: Sequence[World], moments: Sequence[datetime]) -> None:
    """The same days for all of them, side by side."""

    async def live(world: World) -> None:
        await world.place()
        for moment in moments:
            await world.walk(moment)
            await world.act()

    await asyncio.gather(*(live(world) for world in worlds))


INFORMATION: Mapping[str, Json] = {
    "F15": {"serviceCharacteristics": BANDED},
    "ORDER_PENDING": {"primaryContact": {"phoneNumber": "07700 900123"}},
}
