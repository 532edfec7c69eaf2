"""How a session with the database is opened, whoever keeps it."""

from typing import Any

import asyncpg
import orjson


async def connect(dsn: str, **settings: str) -> Any:
    """A bare connection that reads and writes jsonb as Python values; `settings` are session settings."""
    connection: Any = await asyncpg.connect(
        dsn, timeout=5, server_settings={"application_name": "fibregate", "statement_timeout": "20s", **settings}
    )
    try:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=orjson.loads)
    except BaseException:
        connection.terminate()
        raise
    return connection


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()
