"""The rows that T12 tries to steal: which tables have any, one of each, and whether others' are as they were."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from proof.ground import Gateway
from proof.look import rows

_TABLES: Final = """
select t.relname as name, o.attname as of,
    array(select a.attname from pg_attribute as a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        and a.attgenerated = '' order by a.attnum) as columns,
    (select string_agg(a.attname, ', ' order by k.place) from pg_index as i,
        unnest(i.indkey::int[]) with ordinality as k (attnum, place)
        join pg_attribute as a on a.attnum = k.attnum and a.attrelid = t.oid
        where i.indrelid = t.oid and i.indisprimary) as key,
    exists (select 1 from pg_attribute as a where a.attrelid = t.oid and a.attidentity = 'a') as numbered
from pg_class as t join pg_attribute as o on o.attrelid = t.oid and o.attname in ('tenant_id', 'about_tenant')
where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') order by 1
"""
_ANY: Final = 'select 1 from "{}" limit 1'
_ONE: Final = 'select to_jsonb(t)::text as it from "{}" as t where t.{} = any($1) limit 1'
_INSERT: Final = 'insert into "{}" ({}) values ({})'
_DIGEST: Final = """
select count(*), md5(string_agg(to_jsonb(t)::text, '|' order by to_jsonb(t)::text)) from "{}" as t where {}
"""
_NEEDED: Final = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as kind,
    (select string_agg(pg_get_constraintdef(c.oid), ' ') from pg_constraint as c
        where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum]) as checks
from pg_attribute as a
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
    and a.attidentity = ''
"""
_CHOICE: Final = re.compile(r"'(\w+)'::text")
_LEAST: Final = re.compile(r">= (\d+)\)")
_BY_NAME: Final[Mapping[str, str]] = {"bandwidth": "'100M1G'"}
"""Columns whose form no other value has."""

_VALUES: Final[Mapping[str, str]] = {
    "[]": "'{}'",
    "uuid": "gen_random_uuid()",
    "timestamp": "now()",
    "date": "current_date",
    "bytea": "'canary'",
    "json": "'{}'",
    "bool": "false",
    "int": "1",
    "real": "1",
    "double": "1",
    "numeric": "1",
    "interval": "'1 hour'",
}
"""By a part of a type's name, the first that fits."""


@dataclass(frozen=True)
class Table:
    """`of` is its column that says whose a row is."""

    name: str
    of: str
    columns: Sequence[str]
    key: str
    numbered: bool

    @property
    def overriding(self) -> str:
        return "overriding system value" if self.numbered else ""


async def listed(gateway: Gateway) -> list[Table]:
    """All that hold rows of tenants."""
    return [Table(**dict(row)) for row in await rows(gateway, _TABLES)]


async def known(gateway: Gateway, tenants: Sequence[int]) -> list[Table]:
    """Those with rows; one that is empty gets a row of each tenant, past all rules but those of a single row."""
    found = await listed(gateway)
    for one in found:
        if not await rows(gateway, _ANY.format(one.name)):
            with suppress(asyncpg.CheckViolationError):
                await _fill(gateway, one, tenants)
    return [one for one in found if await rows(gateway, _ANY.format(one.name))]


async def _fill(gateway: Gateway, table: Table, tenants: Sequence[int]) -> None:
    """What a column must have, and what a check of it wants. A check of several columns may still refuse it."""
    needed = await rows(gateway, _NEEDED, table.name)
    names = [row["name"] for row in needed if row["name"] != table.of]
    values = [_value(row) for row in needed if row["name"] != table.of]
    connection: Any = await asyncpg.connect(gateway.superuser)
    try:
        await connection.execute("set session_replication_role = replica")
        for tenant in tenants:
            columns, given = ", ".join([table.of, *names]), ", ".join([str(tenant), *values])
            await connection.execute(_INSERT.format(table.name, columns, given))
    finally:
        await connection.close()


def _value(column: Mapping[str, Any]) -> str:
    """SQL for something that such a column may hold."""
    if column["name"] in _BY_NAME:
        return _BY_NAME[column["name"]]
    choices = _CHOICE.findall(column["checks"] or "")
    if choices:
        return f"'{choices[0]}'"
    least = _LEAST.findall(column["checks"] or "")
    if least:
        return least[0]
    return next((value for kind, value in _VALUES.items() if kind in column["kind"]), "'canary'")


async def one_row(gateway: Gateway, table: Table, others: Sequence[int]) -> str:
    """Of one of these tenants, as JSON that stands between quotes of SQL; empty where there is none."""
    found = await rows(gateway, _ONE.format(table.name, table.of), list(others))
    return str(found[0]["it"]).replace("'", "''") if found else ""


async def digest(gateway: Gateway, tables: Sequence[Table], whose: str) -> Mapping[str, Any]:
    """Of all rows of each table whose tenant is so (`<> 3`)."""
    return {
        one.name: tuple((await rows(gateway, _DIGEST.format(one.name, f"t.{one.of} {whose}")))[0]) for one in tables
    }
