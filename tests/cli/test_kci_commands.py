import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from tests.cli.operator_desk import KEY, Desk
from tests.kcis.receiver import Receiver, receiving
from tests.kcis.stage import START, Stage, staged

from fibregate.cli import kci_replay
from fibregate.migrate import Dsns
from fibregate.vault import Vault
from fibregate.vocabulary import OrderKey

NOBODY = "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7"


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    async with staged(dsns) as one:
        one.vault = Vault(KEY)
        yield one


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def told(stage: Stage, times: int = 3) -> OrderKey:
    order = await stage.order()
    for _ in range(times):
        await stage.tell(order, text="Visit  moved")
    return order


async def beside(stage: Stage, does: Callable[[str], Awaitable[str]], line: str) -> str:
    """What a command says while deliveries are made."""
    typing = asyncio.ensure_future(does(line))
    while not typing.done():
        await stage.work_off()
        await asyncio.sleep(0.02)
    return await typing


async def test_kcis_are_listed_with_where_each_stands(office: Desk, stage: Stage, receiver: Receiver) -> None:
    assert "There are none." in await office.does("kci list")
    await told(stage, 1)
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = lambda got: web.Response(status=204 if got.json["orderId"] == 160 else 500)
    await told(stage, 2)
    await told(stage, 1)
    await stage.work_off()
    await stage.work.row("update lanes set parked_reason = 'given up' where last_done < last_enqueued", None)

    listed = [line.split() for line in (await office.does("kci list ISP1")).splitlines() if "ISP1" in line]
    assert [(row[1], row[2]) for row in listed] == [("159", "1"), ("160", "1"), ("160", "2"), ("161", "1")]
    assert listed[0][9] == "none"
    assert {row[9] for row in listed[1:]} == {str(endpoint)}
    assert [row[10:12] for row in listed[1:]] == [["DELIVERED", "1"], ["DELIVERED", "1"], ["PARKED", "1"]]
    parked = await office.does("kci list --parked")
    assert ("161" in parked, "160" in parked) == (True, False)
    assert "161" in await office.does(f"kci list ISP1 --undelivered --endpoint {endpoint}")
    assert "160" in await office.does("kci list ISP1 --order 160")
    assert "There are none." in await office.does("kci list ISP2 --undelivered")
    assert "there is no order 999 of ISP1" in await office.fails("kci list ISP1 --order 999")
    assert "There are none." in await office.does("kci list --order 999")


async def test_a_kci_is_shown_with_every_attempt(office: Desk, stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = lambda _: web.Response(status=503, text="not now")
    await told(stage, 1)
    await stage.work_off()
    kci = receiver.received[0].headers["webhook-id"]
    shown = await office.does(f"kci show {kci}")
    for words in (
        "1 of order 159 of ISP1",
        "Visit moved",
        "request None, conversation conversation-1",
        f"{endpoint} {receiver.url}: PENDING, next attempt Tue  1 Jul 2025 10:00, 1 attempts",
        "REFUSED_BY_ENDPOINT 503",
        "not now",
    ):
        assert words in shown, shown
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(timedelta(seconds=5))
    assert "DELIVERED, Tue  1 Jul 2025 10:00, 2 attempts" in await office.does(f"kci show {kci}")
    assert f"there is no KCI {NOBODY}" in await office.fails(f"kci show {NOBODY}")
    await office.fails("kci show 7", code=2)


async def test_a_kci_without_an_endpoint_is_shown_as_in_the_feed(office: Desk, stage: Stage) -> None:
    await told(stage, 1)
    row = await stage.web.row("select id from kcis where tenant_id = $1", stage.ours)
    assert row is not None
    assert "it is in the feed" in await office.does(f"kci show {row['id']}")


async def test_a_replay_is_previewed_asked_for_made_and_watched(office: Desk, stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await told(stage)
    await stage.work_off()
    said = await office.does("kci replay ISP1 --order 159 --preview")
    assert "3 KCIs." in said
    assert str(endpoint) in said
    assert (await office.types("kci replay ISP1 --order 159")).exit_code == 1  # nobody there to say yes
    assert await stage.web.rows("select replay_id from replays where tenant_id = $1", stage.ours) == []
    said = await beside(stage, office.does, "kci replay ISP1 --order 159 --yes --wait")
    assert "3 sent, 0 open." in said
    assert receiver.numbers() == [1, 2, 3, 1, 2, 3]
    replay = receiver.received[-1].headers["webhook-replay"]
    assert f"Replay {replay}: 3 KCIs." in said
    row = await stage.web.row(
        "select actor, details from audit where about_tenant = $1 and act = 'replay.make'", stage.ours
    )
    assert row is not None
    assert (row["actor"].startswith("cli:"), row["details"]) == (True, {"orderId": 159})


async def test_a_replay_is_of_one_kci_a_time_or_all_that_is_undelivered(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await told(stage)
    assert "3 KCIs." in await office.does(f"kci replay ISP1 --undelivered --endpoint {endpoint} --yes")
    await stage.work_off()
    assert "0 KCIs." in await office.does("kci replay ISP1 --undelivered --yes")
    kci = receiver.received[1].headers["webhook-id"]
    assert "1 KCIs." in await office.does(f"kci replay ISP1 --kci {kci} --yes")
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 3, 2]
    assert START.hour == 9  # 10:00 UK
    assert "3 KCIs." in await office.does("kci replay ISP1 --from 2025-07-01T10:00 --to 2025-07-01T10:01 --preview")
    assert "0 KCIs." in await office.does("kci replay ISP1 --to 2025-07-01T10:00 --preview")
    assert "3 KCIs." in await office.does("kci replay ISP1 --from 2025-07-01T09:00Z --preview")


async def test_a_replay_that_gets_nowhere_is_not_waited_for(
    office: Desk, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kci_replay, "PATIENCE", 0.3)
    await stage.endpoint("http://127.0.0.1:1/dead")
    await told(stage, 1)
    said = await office.does("kci replay ISP1 --undelivered --yes --wait")
    assert "0 sent, 1 open. They go on by themselves." in said


@pytest.mark.parametrize(
    "line",
    [
        "kci replay ISP1",
        "kci replay ISP1 --undelivered --order 159",
        "kci replay ISP1 --from yesterday",
        "kci replay ISP1 --order 0",
        "kci replay ISP1 --kci 7",
        "kci replay",
        "kci skip ISP1 159",
        f"kci skip ISP1 159 --endpoint {NOBODY} --number 2 --because ' '",
    ],
)
async def test_what_is_typed_wrongly_is_told_before_a_database_is_needed(no_office: Desk, line: str) -> None:
    await no_office.fails(line, code=2)


async def test_refusals_say_what_is_wrong(office: Desk, stage: Stage) -> None:
    assert "there is no endpoint to send to" in await office.fails("kci replay ISP1 --undelivered")
    await stage.endpoint("http://127.0.0.1:1/dead")
    assert "there is no order 7" in await office.fails("kci replay ISP1 --order 7")
    assert "NOBODY" in await office.fails("kci replay NOBODY --undelivered")
    said = await office.fails(f"kci skip ISP1 159 --endpoint {NOBODY} --number 1 --because x")
    assert "there is no order 159" in said


async def test_a_kci_that_is_not_taken_is_skipped_in_the_operators_name(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = lambda got: web.Response(status=422 if got.number == 2 else 204)
    await told(stage)
    await stage.work_off()
    line = f'kci skip ISP1 159 --endpoint {endpoint} --number 2 --because "by telephone"'
    assert "KCI 2 of order 159 is skipped as soon as" in await office.does(line)
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 3]
    assert "was skipped before" in await office.does(line)
    assert "was delivered" in await office.does(line.replace("number 2", "number 3"))
    row = await stage.web.row(
        "select actor, details from audit where about_tenant = $1 and act = 'kci.skip'", stage.ours
    )
    assert row is not None
    assert (row["actor"].startswith("cli:"), row["details"]["because"]) == (True, "by telephone")


async def test_endpoints_are_shown_with_their_state_queue_and_next_probe(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    assert "There are no endpoints." in await office.does("endpoint status")
    await stage.endpoint(receiver.url)
    receiver.respond = lambda _: web.Response(status=500)
    await told(stage, 2)
    await stage.work_off()
    shown = await office.does("endpoint status ISP1")
    assert "FAILING" in shown
    assert re.search(r"2\s+0\s+Tue {2}1 Jul 2025 10:00", shown), shown
    for _ in range(4):
        await stage.step(timedelta(minutes=5))
    shown = await office.does("endpoint status")
    assert re.search(r"DOWN\s+Tue {2}1 Jul 2025 10:00", shown), shown
    assert "Tue  1 Jul 2025 10:25" in shown
    assert "answered 500" in shown
    receiver.respond = lambda _: web.Response(status=410)
    await stage.step(timedelta(minutes=5))
    shown = await office.does("endpoint status ISP1")
    assert ("SUSPENDED" in shown, "the endpoint answered 410" in shown) == (True, True)
