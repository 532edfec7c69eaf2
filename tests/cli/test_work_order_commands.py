from collections.abc import AsyncIterator

import pytest
from tests.cli.operator_desk import Desk, Network, network, working

from fibregate.cli import work_order_desk
from fibregate.migrate import Dsns


@pytest.fixture
async def isp(office: Desk, dsns: Dsns) -> AsyncIterator[Network]:
    await office.open_network()
    async with network(dsns) as ready:
        yield ready


async def reference(office: Desk) -> str:
    """Of the one open work order, when the worker has opened it."""
    listed = ""
    for _ in range(50):
        listed = await office.does("work-order list")
        if "NW1-" in listed:
            return "NW1-" + listed.partition("NW1-")[2][:8]
    raise AssertionError(listed)


async def test_an_order_is_carried_through_by_hand(office: Desk, isp: Network, dsns: Dsns) -> None:
    async with working(dsns):
        await isp.order(127)
        number = await reference(office)
        shown = await office.does(f"work-order show {number}")
        assert "127 of ISP1" in shown
        assert "Asha Patel, 01632 960001" in shown
        assert "Fit the router" in shown
        assert "Dog" in shown

        assert "is ACKNOWLEDGED" in await office.does(f"work-order acknowledge {number}")
        said = await office.fails(f"work-order complete {number}")
        assert "refused: COMPLETED is not possible for an order that is ACKNOWLEDGED" in said
        assert "is IN_PROGRESS" in await office.does(f'work-order commit {number} --note "Planned by Bo"')
        assert "is HELD" in await office.does(
            f"work-order delay {number} --problem NETWORK_ISSUE --code 2004 --target 2099-01-05 --text Duct"
        )
        assert "is IN_PROGRESS" in await office.does(f"work-order resume {number}")
        assert "is PENDING" in await office.does(f'work-order ask {number} --text "Which floor?"')
        assert "is IN_PROGRESS" in await office.does(f"work-order update {number} --settles IN_PROGRESS --text Second")
        assert "is PENDING" in await office.does(
            f"work-order charge {number} --construction 5150 --included 2800.00 --answer-by 2099-02-01"
        )
        assert "5150.00, of which 2800.00 is included: 2350.00 to pay" in await office.does("order show ISP1 127")
        assert "is IN_PROGRESS" in await office.does(f"work-order update {number} --settles IN_PROGRESS --text Paid")
        assert "is IN_PROGRESS" in await office.does(f"work-order warn {number} --problem CAPACITY_ISSUE")
        assert "is IN_PROGRESS" in await office.does(
            f"work-order reappointed {number} --date 2099-01-05 --hours 08:00-13:00"
        )
        assert "is IN_PROGRESS" in await office.does(f"work-order additional {number} --provision --fact NTE=4")
        await office.does(f'work-order note {number} "Gate code 12" --tell --text "See note"')
        assert "Gate code 12" in await office.does(f"work-order show {number}")
        assert "is COMPLETED" in await office.does(f"work-order complete {number}")
        assert "has ended and stays COMPLETED" in await office.does(f'work-order update {number} --text "Later"')
        said = await office.fails(f"work-order delay {number} --problem OTHER --text x")
        assert "DELAY is not possible for an order that is COMPLETED" in said
        assert "text or supplierCodes: required" in await office.fails(f"work-order warn {number} --problem OTHER")

    story = await office.does("order show ISP1 127")
    for words in (
        "The order was placed",
        "KCI 1 ACKNOWLEDGED: SENT_TO_SUPPLIER → ACKNOWLEDGED",
        "The network's update 2 COMPLETED was refused: COMPLETED is not possible",
        "engineer: Planned by Bo",
        "promised date set to",
        "KCI 3 DELAY · NETWORK_ISSUE (2004): IN_PROGRESS → HELD",
        "expected date moved from",
        "by the network, NETWORK_ISSUE",
        "was replaced by another",
        "Mon 5 Jan 2099 08:00–13:00",
        "NTE 4",
        "SERVICE_VLAN_ID 111.1001",
        "→ COMPLETED",
        "“Later”",
    ):
        assert words in story
    assert "COMPLETED" in await office.does("order list")
    assert "COMPLETED" in await office.does("order list ISP1 --status COMPLETED")
    assert number not in await office.does("work-order list")
    assert number in await office.does("work-order list --ended --area FENBRIDGE")


async def test_a_rejection_gives_the_visit_back_and_a_cancellation_frees_it(
    office: Desk, isp: Network, dsns: Dsns
) -> None:
    async with working(dsns):
        await isp.order(1)
        number = await reference(office)
        assert "is REJECTED" in await office.does(f'work-order reject {number} --text "Duplicate" --code 8002')
        assert "(reserved, APPT-" in await office.does("order show ISP1 1")
        await isp.order(2)
        number = await reference(office)
        assert "is FAILED" in await office.does(f"work-order cancel {number} --problem NETWORK_UNAVAILABLE --failed")
        assert "was given back" in await office.does("order show ISP1 2")
        await isp.order(3)
        number = await reference(office)
        await office.does(f"work-order acknowledge {number}")
        assert "is PENDING" in await office.does(f"work-order reappoint {number} --problem ACCESS_ISSUE --code 1001")


async def test_without_a_worker_an_update_is_kept_and_that_is_said(
    office: Desk, isp: Network, dsns: Dsns, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with working(dsns):
        await isp.order(127)
        number = await reference(office)
    monkeypatch.setattr(work_order_desk, "PATIENCE", 0.2)
    said = await office.does(f"work-order acknowledge {number}")
    assert "nobody has read it" in said
    assert "fibregate work" in said
    assert "waits to be read" in await office.does("order show ISP1 127")
    async with working(dsns):
        monkeypatch.setattr(work_order_desk, "PATIENCE", 5.0)
        assert "is IN_PROGRESS" in await office.does(f"work-order commit {number} --date 2099-07-16")
    assert "Thu 16 Jul 2099" in await office.does("order show ISP1 127")


async def test_every_word_of_an_operator_is_audited(office: Desk, isp: Network, dsns: Dsns) -> None:
    async with working(dsns):
        await isp.order(127)
        number = await reference(office)
        await office.does(f"work-order acknowledge {number}")
        await office.does(f'work-order note {number} "A dog"')
    rows = await isp.db.rows(
        "select act, subject, actor from audit where about_tenant = $1 and act like 'work-order.%' order by audit_id",
        isp.tenant,
    )
    assert [(row["act"], row["subject"]) for row in rows] == [
        ("work-order.acknowledge", f"work order {number}"),
        ("work-order.note", f"work order {number}"),
    ]
    assert all(row["actor"].startswith("cli:") for row in rows)


@pytest.mark.parametrize(
    "line",
    [
        "work-order show NW1-99999999",
        "work-order complete NW1-99999999",
        "work-order note NW1-99999999 x",
        "order show ISP1 9",
        "order show NOBODY 9",
        "order list NOBODY",
    ],
)
async def test_what_is_not_there_is_refused_with_exit_code_1(office: Desk, isp: Network, line: str) -> None:
    assert (await office.fails(line)).startswith("refused: ")


@pytest.mark.parametrize(
    "words",
    [
        "delay R",
        "delay R --problem bad-code",
        "ask R",
        "reject R",
        "cancel R",
        "commit R --date tomorrow",
        "reappointed R --date 2025-07-18 --hours 9-10",
        "reappointed R --date 2025-07-18 --hours 09:00-10:00",
        "reappointed R --date someday --hours 08:00-13:00",
        "additional R --fact X",
        "update R --settles SOMEHOW",
        "charge R",
        "charge R --construction 1e3",
        "charge R --construction 20.00 --included 20",
        "sell R",
    ],
)
async def test_what_is_typed_wrongly_is_exit_code_2(no_office: Desk, words: str) -> None:
    await no_office.fails(f"work-order {words}", 2)
