"""A worker's statements are planned once on each connection, often while their tables are still empty."""

from datetime import timedelta
from typing import Any

import pytest
from tests.kcis.stage import Stage

from fibregate.db import Row
from fibregate.kcis.delivery import store
from fibregate.kcis.delivery.letters import store as letters
from fibregate.lanes import store as lanes
from fibregate.lanes.model import Most, Running

_GIVEN = "select cardinality(parameter_types) from pg_prepared_statements where name = 'asked'"


class Said:
    """Takes a statement down instead of running it."""

    sql = ""

    async def rows(self, sql: str, _tenant: object, *_args: object) -> list[Row]:
        self.sql = sql
        return []

    async def row(self, sql: str, _tenant: object, *_args: object) -> None:
        self.sql = sql


async def heads(on: Any, stage: Stage) -> None:
    await letters.find_heads(on, stage.ours, [])


async def bytes_to_keep(on: Any, stage: Stage) -> None:
    await letters.insert(on, stage.ours, [])


async def results(on: Any, stage: Stage) -> None:
    await store.record_taken(on, stage.ours, [])


async def claims(on: Any, _: Stage) -> None:
    await lanes.claim(on, "worker", limit=1, lease=timedelta(seconds=15), most=Most(1, 1), running=Running(), served="")


async def leases(on: Any, _: Stage) -> None:
    await lanes.hand_back_expired(on)


@pytest.mark.parametrize("asks", [heads, bytes_to_keep, results, claims, leases])
async def test_no_plan_that_is_made_while_tables_are_empty_reads_the_whole_of_one(stage: Stage, asks: Any) -> None:
    said = Said()
    await asks(said, stage)
    async with stage.work.raw() as connection:
        await connection.execute(f"prepare asked as {said.sql}")
        given = await connection.fetchval(_GIVEN)
        nothing = f"({', '.join(['null'] * given)})" if given else ""
        plan = [row[0] for row in await connection.fetch(f"explain execute asked{nothing}")]
    assert any("Scan" in line for line in plan)
    assert [line.strip() for line in plan if "Seq Scan" in line] == []
