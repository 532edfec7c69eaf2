"""pgbench with the gateway's own statements: as the runtime role, behind the same walls, prepared, one trip each."""

import asyncio
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from fibregate.db import APP_ROLE, Db, Row
from fibregate.postgres import binaries
from fibregate.postgres.processes import User
from fibregate.vocabulary import TenantId

_PLACE = re.compile(r"\$([0-9]+)\b")
_TENANT = "\\if :known = 0\nselect set_config('fg.tenant', :tenant::text, false);\n\\set known 1\n\\endif\n"


class Watched(Db):
    """The gateway's way to the database, which keeps what it was asked."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, size=1)
        self.asked: list[Asked] = []

    async def row(self, sql: str, tenant: TenantId | None, *args: object) -> Row | None:
        self.asked.append(Asked(sql, args if tenant is None else (tenant, *args)))
        return await super().row(sql, tenant, *args)


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement as the gateway sent it."""

    sql: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the gateway for pgbench: `values` are its constant parameters by their names."""

    sql: str
    values: Mapping[str, str]


async def statement(db: Db, asked: Asked, varied: Mapping[object, str]) -> Statement:
    """`varied` tells which values change from one transaction to the next, as expressions of pgbench's."""
    async with db.raw() as connection:
        kinds = [one.name for one in (await connection.prepare(asked.sql)).get_parameters()]
    values: dict[str, str] = {}

    def place(found: re.Match[str]) -> str:
        number = int(found[1])
        kind, value = kinds[number - 1], asked.arguments[number - 1]
        if _changes(value, varied):
            return f"({varied[value]})::{kind}"
        if value is None:
            return f"nullif(:none, :none)::{kind}"  # a constant null would be a cheaper plan than the gateway's
        name = f"v{abs(hash(asked.sql)) % 10_000}_{number}"
        values[name] = written(value)
        return f":{name}::{kind}"

    return Statement(_PLACE.sub(place, asked.sql).strip(), values)


def _changes(value: object, varied: Mapping[object, str]) -> bool:
    return isinstance(value, int | datetime) and not isinstance(value, bool) and value in varied


def written(value: object) -> str:
    """A parameter as PostgreSQL reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | str | uuid.UUID):
        return str(value)
    return orjson.dumps(value).decode()


@dataclass(frozen=True, slots=True)
class Script:
    """A transaction of pgbench: `sets` computes its variables, then each statement is one trip and one commit."""

    sets: Sequence[str]
    statements: Sequence[Statement]
    tenants: int
    more: Mapping[str, str] = field(default_factory=dict[str, str])

    def text(self) -> str:
        sets = "\n".join((f"\\set tenant 1 + (:client_id % {self.tenants})", *self.sets))
        return sets + "\n" + _TENANT + "\n".join(f"{one.sql};" for one in self.statements) + "\n"

    @property
    def values(self) -> dict[str, str]:
        found = {"known": "0", "none": "none", "n": "0", **self.more}
        for one in self.statements:
            found |= one.values
        return found


@dataclass(frozen=True, slots=True)
class Ran:
    """What pgbench did."""

    transactions: int
    per_second: float


class Pgbench:
    """`-M prepared`, as many clients as there are callers of the gateway."""

    def __init__(self, dsn: str, folder: Path, *, clients: int) -> None:
        self._folder, self._clients = folder, clients
        parts = urlsplit(dsn)
        asked = parse_qs(parts.query)
        self._environment = {
            **os.environ,
            "PGHOST": asked["host"][0],
            "PGPORT": asked["port"][0],
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": unquote(parts.path.removeprefix("/")),
            "PGOPTIONS": f"-c role={APP_ROLE}",
        }
        me = User(os.geteuid(), os.getegid())
        self._program = str(binaries.find(None, me, None).folder / "pgbench")

    async def run(self, name: str, script: Script, *, seconds: float, first_id: int) -> Ran:
        file = self._folder / f"{name}.sql"
        file.write_text(script.text())
        values = {**script.values, "first_id": str(first_id)}
        words = [self._program, "-n", "-M", "prepared", "-c", str(self._clients), "-j", "2"]
        words += ["-T", str(max(1, round(seconds))), "-f", str(file)]
        words += [word for key, value in values.items() for word in ("-D", f"{key}={value}")]
        process = await asyncio.create_subprocess_exec(
            *words, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, wrong = await process.communicate()
        text = said.decode()
        if process.returncode or b"ERROR" in wrong:
            raise RuntimeError(f"pgbench failed:\n{wrong.decode()[-2000:]}")
        done = re.search(r"actually processed: ([0-9]+)", text)
        rate = re.search(r"tps = ([0-9.]+)", text)
        if done is None or rate is None:
            raise RuntimeError(f"pgbench said something new:\n{text}")
        return Ran(int(done[1]), float(rate[1]))
