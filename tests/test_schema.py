"""`schema.sql` is what the migrations give: read it to know the schema, never edit it; `make schema` writes it."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

import fibregate
from fibregate.migrate import Dsns
from fibregate.postgres.binaries import in_wheel

SCHEMA = Path(fibregate.__file__).parent / "migrations" / "schema.sql"
HEAD = "-- What the migrations give, as pg_dump tells it. Written by `make schema`, compared by tests/test_schema.py.\n"


async def dumped(dsn: str) -> str:
    folder = in_wheel()
    program = str(folder / "pg_dump") if folder else shutil.which("pg_dump")
    if program is None:
        pytest.skip("no pg_dump on this platform")
    options = ["--schema-only", "--no-owner", "--exclude-table=schema_migrations"]
    dump = await asyncio.create_subprocess_exec(program, *options, dsn, stdout=asyncio.subprocess.PIPE)
    said, _ = await dump.communicate()
    assert dump.returncode == 0
    # Comments, session settings and the random words of psql's \restrict are not schema.
    lines = said.decode().splitlines()
    kept = [line for line in lines if not re.match(r"--|SET |SELECT pg_catalog\.set_config|\\", line)]
    return HEAD + re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip() + "\n"


async def test_schema_sql_is_what_the_migrations_give(dsns: Dsns) -> None:
    now = await dumped(dsns.owner)
    if os.environ.get("FIBREGATE_WRITE_SCHEMA"):
        SCHEMA.write_text(now)
    assert SCHEMA.read_text() == now, "run `make schema` and commit the result"
