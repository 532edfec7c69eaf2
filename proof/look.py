"""The database looked at from outside, past all walls."""

import asyncio
import time
from typing import Any

import asyncpg

from proof.ground import Gateway

LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)
"""What asyncpg raises when PostgreSQL goes away."""


async def rows(gateway: Gateway, sql: str, *arguments: object) -> list[Any]:
    """On a connection of its own, as the superuser; may change things, too."""
    connection: Any = await asyncpg.connect(gateway.superuser, timeout=30)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def until_none(gateway: Gateway, sql: str, *, patience: float) -> bool:
    """Waits until a query finds nothing; False if it still did when patience ran out."""
    deadline = time.monotonic() + patience
    pause = 0.02
    while await rows(gateway, sql):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.5)
    return True
