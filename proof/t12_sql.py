"""SQL of any kind as one tenant, on a connection as the service has them: what it shows and what it changes.

The first wall is not looked at here: no statement but those of this file is run. What would set another tenant is left
out, because the wall does not promise to hold against that; it guards against our own mistakes.
"""

import random
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from proof import t12_phrases as phrases
from proof.ground import Gateway
from proof.look import rows
from proof.model import Findings
from proof.t12_rows import Table, digest, known, one_row

SEEN: Final = "rows of another tenant seen or changed by SQL"
NOBODY: Final = "rows seen or changed with no tenant set"
INVARIANTS: Final = (SEEN, NOBODY)
ROLES: Final = ("fibregate_app", "fibregate_work")
_TENANT: Final = re.compile(r'"(?:tenant_id|about_tenant)": ?(\d+)')
_REFUSED: Final = frozenset({"42501", "428C9"})
"""No right to, by a grant or by the wall; and numbers that are given by the table alone."""

_TELLING: Final = frozenset({"22", "23"})
"""Faults of a value, and broken constraints: there was a row."""


@dataclass
class Prober:
    """One connection as one tenant, or as nobody where `own` is None."""

    sql: Any
    tables: Sequence[Table]
    own: int | None
    others: Sequence[int]
    chance: random.Random
    findings: Findings
    theirs: dict[str, str] = field(default_factory=dict[str, str])
    """A row of somebody else's of each table, as JSON."""

    async def probe(self) -> None:
        """One statement, in a transaction that is kept or not."""
        statement = self._change() if self.chance.random() < 0.4 else self._statement(phrases.READS)
        lever = self._statement(phrases.LEVERS) if self.chance.random() < 0.05 else ""
        transaction = self.sql.transaction()
        await transaction.start()
        said: list[Any] = []
        try:
            if lever:
                await self._tried(lever)
            said = await self.sql.fetch(statement)
        except asyncpg.PostgresError as error:
            self._refused(statement, error)
        finally:
            await (transaction.commit if self.chance.random() < 0.5 else transaction.rollback)()
        self.findings.done["statements" if self.own else "statements with no tenant set"] += 1
        self._look(lever, statement, said)

    async def _tried(self, lever: str) -> None:
        """In a savepoint, so that what comes after it is still run."""
        try:
            async with self.sql.transaction():
                await self.sql.execute(lever)
        except asyncpg.PostgresError:
            return

    def _look(self, lever: str, statement: str, said: Sequence[Any]) -> None:
        for row in said:
            found = {int(one) for one in _TENANT.findall(str(row[0]))}
            if found - {self.own}:
                self.findings.broke(
                    SEEN if self.own else NOBODY, f"as {self.own}: {lever}; {statement}: {str(row[0])[:200]}"
                )

    def _refused(self, statement: str, error: asyncpg.PostgresError) -> None:
        """It may tell nothing of what the wall hides: no key that is taken, no row that something was done to."""
        if error.sqlstate in _REFUSED:
            self.findings.done["of these refused"] += 1
        elif error.sqlstate[:2] in _TELLING:
            self.findings.broke(SEEN if self.own else NOBODY, f"as {self.own}: {statement[:200]}: {error}")
        else:
            raise RuntimeError(f"this is no statement: {statement}") from error

    def _table(self) -> Table:
        return self.chance.choice(self.tables)

    def _where(self, table: Table, name: str) -> str:
        """Something that may or may not ask for others' rows."""
        words = {**self._words(table), "name": name, "there": f"{name}.{table.of}"}
        return self.chance.choice(phrases.CONDITIONS).format_map(words)

    def _words(self, one: Table) -> dict[str, Any]:
        two = self._table()
        return {
            "one": one.name,
            "two": two.name,
            "mine": one.of,
            "yours": two.of,
            "column": self.chance.choice(one.columns),
            "other": self.chance.choice(self.others),
            "others": list(self.others),
            "own": self.own or 0,
            "join": self.chance.choice(phrases.JOINS),
            "tail": self.chance.choice(phrases.TAILS),
            "both": phrases.BOTH,
            "overriding": one.overriding,
            "key": one.key,
            "row": self.theirs.get(one.name, ""),
        }

    def _statement(self, kinds: Sequence[str]) -> str:
        one = self._table()
        words = self._words(one)
        two = next(table for table in self.tables if table.name == words["two"])
        words |= {"a": self._where(one, "a"), "b": self._where(two, "b")}
        return self.chance.choice(kinds).format_map(words)

    def _change(self) -> str:
        statement = self._statement((*phrases.CHANGES, *phrases.ADDITIONS))
        return statement if ", '')" not in statement else self._change()


@asynccontextmanager
async def _as(gateway: Gateway, role: str, tenant: int | None) -> AsyncGenerator[Any]:
    """A connection as the service opens them."""
    sql: Any = await asyncpg.connect(gateway.runtime)
    try:
        await sql.execute(f"set role {role}")
        if tenant is not None:
            await sql.fetchval("select set_config('fg.tenant', $1, false)", str(tenant))
        yield sql
    finally:
        await sql.close()


async def run(gateway: Gateway, statements: int, seed: int, findings: Findings) -> None:
    """While nobody else changes anything."""
    findings.looked_at(*INVARIANTS)
    chance = random.Random(seed)
    tenants = [row["tenant_no"] for row in await rows(gateway, "select tenant_no from tenants order by 1")]
    tables = await known(gateway, tenants)
    findings.done["tables with rows to steal"] = len(tables)
    await rows(gateway, "analyze")
    for role in ROLES:
        for own in (*tenants[:2], None):
            others = [one for one in tenants if one != own]
            theirs = {one.name: await one_row(gateway, one, others) for one in tables}
            whose = f"<> {own}" if own else "is not null"
            before = await digest(gateway, tables, whose)
            async with _as(gateway, role, own) as sql:
                prober = Prober(sql, tables, own, others, chance, findings, theirs)
                for _ in range(statements // 6 + 1):
                    await prober.probe()
            after = await digest(gateway, tables, whose)
            for name in sorted(after.keys() | before.keys()):
                if before.get(name) != after.get(name):
                    findings.broke(SEEN if own else NOBODY, f"{role} as {own} changed rows of others in {name}")
