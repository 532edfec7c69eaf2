"""What backlogs leave to those who have only a little to do: told by clocks that the tests set."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest

from fibregate.lanes.courtesy import A_LITTLE, FEWEST, IDLE, LOOK_SECONDS, NEWS_SECONDS, TOO_BUSY, Courtesy
from fibregate.lanes.model import Claim

PLACES = 64
TICK = LOOK_SECONDS * 1.01


def lane(share: str | None, number: int = 0) -> Claim:
    return Claim(f"job:{share}:{number}", "job", None, {}, "one", 1, 0, 1, 0, share)


@dataclass
class Worker:
    """One that computes for as much of the time as it is told to."""

    clock: float = 0.0
    computed: float = 0.0
    courtesy: Courtesy = field(init=False)

    def __post_init__(self) -> None:
        self.courtesy = Courtesy(PLACES, used=lambda: self.computed, now=lambda: self.clock)

    def work(self, *, busy: float, looks: int = 40, news: bool = True, **ran: int) -> Counter[str]:
        """Let looks pass, in each of which so many lanes of each share were run."""
        for _ in range(looks):
            if news:
                self.courtesy.saw([lane("quiet")], Counter(quiet=1, loud=PLACES))
                self.courtesy.ended(lane("quiet"))
            for share, count in ran.items():
                for _ in range(count):
                    self.courtesy.ended(lane(share))
            self.clock += TICK
            self.computed += TICK * busy
            self.courtesy.look([])
        return self.courtesy.withheld

    async def gives_way(self, claim: Claim) -> None:
        await self.courtesy.give_way(claim.share, claim.key)

    async def goes_on(self, claim: Claim) -> asyncio.Task[None]:
        """A lane before its next step: not done while it waits for others."""
        task = asyncio.create_task(self.gives_way(claim))
        await settled()
        return task


async def settled() -> None:
    """Whoever can go on has gone on; a lane that waits for others does so for longer."""
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_backlog_that_keeps_a_worker_busy_beside_news_has_fewer_places() -> None:
    assert Worker().work(busy=0.9, loud=100, quiet=2) == {"loud": PLACES - FEWEST}


def test_a_backlog_alone_has_all_places() -> None:
    assert Worker().work(busy=0.9, news=False, loud=100) == {}


def test_places_come_back_when_there_was_no_news_for_a_while() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    passing = round(NEWS_SECONDS / LOOK_SECONDS)
    assert worker.work(busy=0.9, looks=passing - 2, news=False, loud=100)
    assert worker.work(busy=0.9, looks=3, news=False, loud=100) == {}


def test_places_come_back_while_the_worker_is_idle() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    assert worker.work(busy=0.2, loud=20) == {}


def test_between_busy_and_idle_it_stays_as_it_is() -> None:
    worker = Worker()
    before = worker.work(busy=0.9, looks=2, loud=100)
    assert 0 < before["loud"] < PLACES - FEWEST
    assert worker.work(busy=(IDLE + TOO_BUSY) / 2, loud=100) == before


def test_who_waits_for_a_slow_receiver_keeps_all_places_however_busy_others_keep_the_worker() -> None:
    assert Worker().work(busy=0.9, loud=100, slow=3) == {"loud": PLACES - FEWEST}


def test_heads_that_one_lane_runs_in_a_row_count_one_by_one() -> None:
    worker = Worker()
    in_hand = [lane("loud", number) for number in range(PLACES)]
    for _ in range(10):
        for one in in_hand:
            one.lease.heads += 2
        worker.courtesy.saw([lane("quiet")], Counter(quiet=1))
        for number in range(5):
            worker.courtesy.ended(lane("slow", number))
        worker.clock += TICK
        worker.computed += TICK * 0.9
        worker.courtesy.look(in_hand)
    assert worker.courtesy.withheld == {"loud": PLACES - FEWEST}


def test_timers_keep_a_worker_busy_too_and_what_they_use_is_no_shares() -> None:
    worker = Worker()
    for _ in range(10):
        for number in range(100):
            worker.courtesy.ended(lane(None, number))
        assert worker.work(busy=0.9, looks=1, quiet=3) == {}


async def test_news_gives_way_to_nobody() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    news = lane("loud", 1)
    worker.courtesy.saw([news, lane("quiet")], Counter(quiet=1, loud=1))
    assert (await worker.goes_on(news)).done()


def test_a_worker_of_few_places_withholds_none() -> None:
    courtesy = Courtesy(2, used=lambda: 0, now=lambda: 0)
    assert courtesy._withhold(0.9, Counter({"loud": 10})) == {}


async def test_lanes_of_a_backlog_go_on_after_the_news_in_hand() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    news = lane("quiet")
    worker.courtesy.saw([news, lane("loud")], Counter(quiet=1, loud=FEWEST))
    waiting = await worker.goes_on(lane("loud"))
    assert not waiting.done()
    assert (await worker.goes_on(news)).done()
    assert (await worker.goes_on(lane("slow"))).done()
    worker.courtesy.ended(news)
    await settled()
    assert waiting.done()


async def test_lanes_of_a_backlog_wait_for_a_claim_that_may_bring_news() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    worker.courtesy.expect()
    waiting = await worker.goes_on(lane("loud"))
    worker.courtesy.ended(lane("loud", 1))
    await settled()
    assert not waiting.done()
    worker.courtesy.saw([], Counter(loud=FEWEST))
    await settled()
    assert waiting.done()


async def test_without_news_nobody_waits_for_claims() -> None:
    worker = Worker()
    worker.work(busy=0.9, news=False, loud=100)
    worker.courtesy.expect()
    assert (await worker.goes_on(lane("loud"))).done()


async def test_nobody_waits_for_news_that_waits_for_its_receiver() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    worker.courtesy.saw([lane("quiet")], Counter(quiet=1))
    worker.work(busy=0.9, looks=1, loud=100, news=False)
    waiting = await worker.goes_on(lane("loud"))
    assert not waiting.done()
    worker.work(busy=0.9, looks=1, loud=100, news=False)
    await settled()
    assert waiting.done()


async def test_news_that_does_not_end_holds_nobody_up_for_long() -> None:
    worker = Worker()
    worker.work(busy=0.9, loud=100)
    worker.courtesy.saw([lane("quiet")], Counter(quiet=1))
    async with asyncio.timeout(5):
        await worker.gives_way(lane("loud"))


@pytest.mark.parametrize("count", [A_LITTLE + 1, PLACES])
def test_much_is_no_news(count: int) -> None:
    worker = Worker()
    worker.courtesy.saw([lane("loud")], Counter(loud=count))
    assert worker.work(busy=0.9, looks=3, news=False, loud=100) == {}
