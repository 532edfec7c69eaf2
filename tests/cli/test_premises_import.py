import csv
import io
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.cli.operator_desk import UPRN, Desk

from fibregate.cli.premises_report import SHOWN
from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.sandbox import clock
from fibregate.suppliers.network.footprint.model import COLUMNS

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "premises-csv.md"
HEAD = "uprn,area,profile,city,postcode"
GOOD = "FENBRIDGE,GPON,Fenbridge,FB1 2AB"
EOL = "\n"
BOM = b"\xef\xbb\xbf"


async def prepare(office: Desk) -> None:
    await office.does("premises area FENBRIDGE --nation ENG")
    await office.does("premises profile GPON --offer LINE_PROFILE=55/55,80/20")


async def rows(dsns: Dsns) -> list[Any]:
    connection = await asyncpg.connect(dsns.owner)
    try:
        return await connection.fetch("select * from premises order by uprn")
    finally:
        await connection.close()


async def test_the_template_can_be_imported(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    file = await office.file(await office.does("premises template"))
    assert "3 new, 0 changed, 0 as they were, 0 left out" in await office.does(f"premises import {file}")
    first, flat, planned = await rows(dsns)
    assert first["uprn"] == UPRN
    assert '"streetNumber": "12"' in first["address"]
    assert '"subAddress": "Flat 2"' in flat["address"]
    assert (planned["readiness"], planned["readiness_text"], planned["profile_id"]) == ("PLANNED", "Being built", None)
    assert "3 as they were" in await office.does(f"premises import {file}")


async def test_an_import_again_changes_only_what_the_file_has_columns_for(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    await office.does(f"premises import {await office.file(f'{HEAD},installation_type{EOL}7,{GOOD},ENGINEER')}")
    again = await office.file("uprn,area,readiness,readiness_text\n0007,FENBRIDGE,NO_CAPACITY,Full\n")
    assert "0 new, 1 changed" in await office.does(f"premises import {again}")
    (row,) = await rows(dsns)
    assert (row["readiness"], row["readiness_text"]) == ("NO_CAPACITY", "Full")
    assert row["installation_type"] == "ENGINEER"
    assert row["profile_id"] is not None
    assert "FB1 2AB" in row["address"]


BAD = {
    "x," + GOOD: "uprn: 'x' is no UPRN",
    "0," + GOOD: "uprn: '0' is no UPRN",
    "1000000000000," + GOOD: "is no UPRN",
    "999900000001," + GOOD: "belongs to sandboxes",
    "3,NOWHERE,GPON,Fenbridge,FB1 2AB": "area: 'NOWHERE' is not known",
    "3,FENBRIDGE,XGS,Fenbridge,FB1 2AB": "profile: 'XGS' is not known",
    "3,FENBRIDGE,,Fenbridge,FB1 2AB": "profile: needed where readiness is READY",
    "3,FENBRIDGE,GPON,Fenbridge,LONDON": "postcode: 'LONDON' is no postcode",
    "3,FENBRIDGE,GPON,,FB1 2AB": "city: needed in an address",
    f"3,FENBRIDGE,GPON,{'F' * 101},FB1 2AB": "city: has 101 characters; at most 100",
    "3,FENBRIDGE": "has 2 columns; the first line names 5",
    f"3,{GOOD},more": "has 6 columns; the first line names 5",
    '3,"FENBRIDGE,GPON,Fenbridge,FB1 2AB': "quotes are wrong",
    '3,"FENBRIDGE"x,GPON,Fenbridge,FB1 2AB': "quotes are wrong",
    "3,FENBRIDGE,GPON,Fen\0bridge,FB1 2AB": "NUL at character",
    "3,FENBRIDGE,GPON,Fen\x07bridge,FB1 2AB": "control character 0x07",
    f"3,FENBRIDGE,GPON,{'F' * 20000},FB1 2AB": "longer than 16384 bytes",
    "1," + GOOD: "uprn: 1 stands on line 2 already",
}


async def test_each_bad_line_is_told_and_nothing_is_imported(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    for line, reason in BAD.items():
        said = await office.fails(
            f"premises import {await office.file(f'{HEAD}{EOL}1,{GOOD}{EOL}{line}{EOL}2,{GOOD}')}"
        )
        assert "line 3: " in said
        assert reason in said
        assert "Nothing was imported" in said
    assert not await rows(dsns)


async def test_the_good_lines_alone_can_be_imported(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    file = await office.file(f"{HEAD}\n1,{GOOD}\n" + "\n".join(BAD) + f"\n2,{GOOD}\n")
    said = await office.does(f"premises import {file} --skip-bad")
    assert f"2 new, 0 changed, 0 as they were, {len(BAD)} left out" in said
    assert [row["uprn"] for row in await rows(dsns)] == [1, 2]


async def test_every_fault_of_a_line_is_named_and_bytes_that_are_no_utf8_too(office: Desk) -> None:
    await prepare(office)
    file = await office.file(f"{HEAD}\nx,NOWHERE,Q,,Z\n".encode() + b"3,FENBRIDGE,GPON,Fen\xff,FB1 2AB\n")
    said = await office.fails(f"premises import {file}")
    first, second, *_ = said.splitlines()
    assert all(f"{name}: " in first for name in ("uprn", "area", "profile", "city", "postcode"))
    assert second.startswith("line 3: byte 21 is not UTF-8")


async def test_the_file_of_bad_lines_has_them_all_and_can_be_corrected_and_imported(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    lines = "".join(f"{n},NOWHERE,GPON,Fenbridge,FB1 2AB\n" for n in range(1, 31))
    said = await office.fails(f"premises import {await office.file(f'{HEAD}{EOL}{lines}')}")
    assert said.count("area: 'NOWHERE' is not known") == SHOWN
    assert "… and 10 more" in said
    bad = (office.folder / "premises.bad.csv").read_text("utf-8")
    found = list(csv.DictReader(io.StringIO(bad)))
    assert [int(one["line"]) for one in found] == list(range(2, 32))
    assert found[0]["reason"].startswith("area: ")
    mended = await office.file(bad.replace("NOWHERE,", "FENBRIDGE,"), "mended.csv")
    assert "30 new" in await office.does(f"premises import {mended}")
    assert len(await rows(dsns)) == 30


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfeu\0", "the file is UTF-16"),
        (b"area\n", "column 'uprn' is missing"),
        (b"uprn,area,size\n", "column 'size' is not known"),
        (b"uprn,area,uprn\n", "column 'uprn' stands there twice"),
        (b"uprn,area,city\n", "column 'postcode' is missing"),
        (b'uprn,"area\n', "quotes are wrong"),
    ],
)
async def test_a_file_that_is_none_is_refused_in_words(office: Desk, content: bytes, reason: str) -> None:
    assert reason in await office.fails(f"premises import {await office.file(content)}")


async def test_a_new_premises_without_an_address_or_a_profile_is_a_bad_line(office: Desk) -> None:
    await prepare(office)
    said = await office.fails(f"premises import {await office.file(f'uprn,area{EOL}5,FENBRIDGE{EOL}')}")
    assert "line 2: postcode: a premises that is new here needs an address; profile: needed" in said


async def test_a_sandbox_takes_its_own_range_only(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    db = Db(dsns.runtime, size=1)
    await clock.set_start(db, await clock.SandboxClock(db).now())
    await db.close()
    said = await office.fails(f"premises import {await office.file(f'{HEAD}{EOL}7,{GOOD}{EOL}')}")
    assert "7 may be a real premises; a sandbox takes 999900000000 to 999900009999 only" in said
    assert "1 new" in await office.does(f"premises import {await office.file(f'{HEAD}{EOL}999900000999,{GOOD}{EOL}')}")


async def test_odd_but_good_cells_arrive_as_they_are(office: Desk, dsns: Dsns) -> None:
    await prepare(office)
    text = 'uprn,AREA ,profile,name,city,postcode\r\n7,FENBRIDGE,GPON,"A\\B ""C"", Ö",Fenbridge,fb1 2ab\r\n\r\n'
    file = await office.file(BOM + text.encode())
    await office.does(f"premises import {file}")
    (row,) = await rows(dsns)
    assert '"name": "A\\\\B \\"C\\", Ö"' in row["address"]
    assert "FB1 2AB" in row["address"]


@pytest.mark.parametrize(
    "words",
    [
        "area fen --nation ENG",
        "area FEN --nation FRA",
        "profile GPON --offer LINE_PROFILE",
        "profile GPON",
        "handover ISP1 FEN --enni E --outer-vlan 1",
        "import nowhere.csv",
    ],
)
async def test_what_is_typed_wrongly_is_exit_code_2(no_office: Desk, words: str) -> None:
    await no_office.fails(f"premises {words}", 2)


async def test_a_handover_needs_its_tenant_and_its_area(office: Desk) -> None:
    assert "refused: " in await office.fails("premises handover NOBODY NORTH --enni E --outer-vlan 2")
    await office.does("tenant add ISP1")
    assert "area NORTH is not known" in await office.fails("premises handover ISP1 NORTH --enni E --outer-vlan 2")


def test_the_page_has_every_column() -> None:
    page = PAGE.read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(COLUMNS)
