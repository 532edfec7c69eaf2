from pathlib import Path

import asyncpg
import pytest
from tests.cli.operator_desk import Desk, network
from typer.testing import CliRunner

from fibregate.cli.main import app
from fibregate.migrate import Dsns


async def alter(dsns: Dsns, *statements: str) -> None:
    connection = await asyncpg.connect(dsns.owner)
    try:
        for one in statements:
            await connection.execute(one)
    finally:
        await connection.close()


async def told(office: Desk, *, well: bool = False) -> str:
    """Without what the hasty test server lacks."""
    result = await office.types("doctor")
    assert result.exit_code in {0, 1}
    lines = result.stdout.splitlines()
    kept: list[str] = []
    skip = False
    for line in lines:
        if "→" in line and skip:
            continue
        skip = any(f"✗ {name} " in line for name in ("fsync", "synchronous_commit", "full_page_writes"))
        kept += [] if skip else [line]
    text = "\n".join(kept)
    assert ("✗" not in text) is well, text
    return text


async def test_an_installation_that_is_well_is_said_to_be(office: Desk) -> None:
    await office.open_network()
    said = await told(office, well=True)
    for name in ("settings", "master key", "database", "schema", "role", "clock", "business clock", "slot books"):
        assert f"✓ {name} " in said
    assert "1 tenant" in said


async def test_each_ill_is_named_with_how_to_mend_it(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    await alter(
        dsns,
        "update slot_books set opened_until = null",
        "insert into lanes (key, kind, due_at, last_enqueued, last_done) "
        "values ('hold:x', 'hold', clock() - interval '1 hour', 1, 0)",
        "insert into lanes (key, kind, due_at, last_enqueued, last_done, parked_reason) "
        "values ('kci:x', 'kci', clock(), 1, 0, 'gone')",
        "insert into lanes (key, kind, due_at, last_enqueued, last_done, owner, leased_until) "
        "values ('hold:y', 'hold', clock(), 1, 0, 'w', now() - interval '1 hour')",
    )
    async with network(dsns) as isp:
        await isp.db.row(
            "insert into endpoints (tenant_id, endpoint_id, url, rendering, enabled) "
            "values ($1, gen_random_uuid(), 'https://x.example', 'wholesale-webhook', false)",
            isp.tenant,
        )
    said = await told(office)
    for words in (
        "✗ work                1 lanes are overdue",
        "✗ leases              1 have expired",
        "✗ parked work         1 lanes are parked, such as: gone",
        "✗ slot books          not open as far ahead as they should be: FENBRIDGE PROVIDE",
        "✗ endpoints           suspended ones of ISP1",
        "→ run a worker: fibregate serve, or fibregate work",
    ):
        assert words in said


async def test_an_owner_or_an_empty_database_is_told(office: Desk, dsns: Dsns, empty: Dsns) -> None:
    office.runtime = dsns.owner
    assert "✗ role" in await told(office)
    office.runtime = empty.owner
    said = await told(office)
    assert "migrations to apply" in said
    assert "run `fibregate migrate`" in said


async def test_another_master_key_is_told(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.does("signing-key rotate")
    monkeypatch.setenv("FIBREGATE_MASTER_KEY", "A" * 43 + "=")
    assert "✗ signing keys" in await told(office)
    monkeypatch.setenv("FIBREGATE_MASTER_KEY", "short")
    assert "✗ master key" in await told(office)


async def test_a_database_that_is_away_is_told(office: Desk) -> None:
    office.runtime = "postgresql://nobody:x@127.0.0.1:1/none"
    said = await told(office)
    assert "✗ database" in said
    assert "check host, port" in said


def test_a_setting_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIBREGATE_POOL_SIZE", "many")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "FIBREGATE_POOL_SIZE" in result.stdout


def test_where_nothing_is_set_up_nothing_is_wrong_and_nothing_is_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path / "new")])
    assert "the first start makes it" in result.stdout
    assert "✗ database" not in result.stdout
    assert not (tmp_path / "new").exists()
