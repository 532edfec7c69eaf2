"""What was written down while a proof ran: JSON lines, read again by the checker, today or in a year.

A history is a folder: `run.json` (what was run and how), `client*.jsonl` (each request), `receiver*.jsonl` (each
webhook received), `feed.jsonl` (what a reader of the feed saw), `kills.jsonl`, and `rows/TABLE.jsonl`, the database as
plain SQL found it at the end (`dump.jsonl` says when). `at`, `until` and `answered` are seconds of this machine's
monotonic clock, the same for all processes; `wall` is UTC.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import asyncpg
import orjson

Record = dict[str, Any]

TABLES: Final[Mapping[str, str]] = {
    "tenants": "select tenant_no as tenant, code from tenants",
    "orders": "select tenant_id as tenant, order_key, id, status, kci_count from orders",
    "updates": "select tenant_id as tenant, order_key, id, sequence_number as number, reason, state, refusal "
    "from supplier_updates",
    "work_orders": "select tenant_id as tenant, order_key, reference from work_orders",
    "kcis": "select tenant_id as tenant, order_key, sequence_number as number, id, reason, facts ->> 'text' as text "
    "from kcis",
    "feed": "select tenant_id as tenant, position, type, order_key, sequence_number as number from feed",
    "feed_heads": "select tenant_id as tenant, position from feed_heads",
    "endpoints": "select tenant_id as tenant, endpoint_id as endpoint, url, deleted_at is not null as deleted "
    "from endpoints",
    "deliveries": "select tenant_id as tenant, endpoint_id as endpoint, order_key, sequence_number as number, "
    "encode(sha256(body), 'hex') as sha256, delivered_at is not null as delivered, attempts from deliveries",
    "lanes": "select key, kind, for_tenant as tenant, last_enqueued, last_done, attempts, parked_reason, "
    "owner, leased_until, due_at from lanes",
    "reservations": "select tenant_id as tenant, id, slot_id as slot, state, reference, order_key from reservations",
    "slots": "select slot_id as slot, capacity, booked from slots where booked > 0",
    "kci_skips": "select tenant_id as tenant, endpoint_id as endpoint, order_key, sequence_number as number, "
    "done_at is not null as done from kci_skips",
    "replay_items": "select tenant_id as tenant, replay_id as replay, endpoint_id as endpoint, order_key, "
    "sequence_number as number, done_at is not null as done from replay_items",
}


class Writer:
    """Appends one line a record. Several processes may write one file, because a line is one write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab", buffering=0)

    def write(self, record: Mapping[str, object]) -> None:
        self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        self._file.close()


@contextmanager
def writing(path: Path) -> Generator[Writer]:
    """A writer that is closed at the end."""
    with closing(Writer(path)) as opened:
        yield opened


def stamp() -> Record:
    """The present by both clocks."""
    return {"at": time.monotonic(), "wall": datetime.now(UTC).isoformat(timespec="microseconds")}


def read(path: Path) -> Iterator[Record]:
    """The records of one file; nothing where there is none. A last line that was cut off is left out."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield orjson.loads(line)


def read_all(folder: Path, pattern: str) -> list[Record]:
    """The records of all files of that name, oldest first."""
    found = [one for path in sorted(folder.glob(pattern)) for one in read(path)]
    return sorted(found, key=lambda one: one["at"])


def write_run(folder: Path, what: Mapping[str, object]) -> None:
    (folder / "run.json").write_bytes(orjson.dumps(what, option=orjson.OPT_INDENT_2))


def read_run(folder: Path) -> Record:
    return orjson.loads((folder / "run.json").read_bytes())


async def dump(dsn: str, folder: Path) -> None:
    """The database as it is at one moment, past all walls, changing nothing. `dsn` is a superuser's."""
    rows = folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    began = stamp()
    connection: Any = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for table, sql in TABLES.items():
                if await connection.fetchval("select to_regclass($1) is not null", sql.rpartition(" ")[2]):
                    await _copy(connection, sql, rows / f"{table}.jsonl")
    finally:
        await connection.close()
    with writing(folder / "dump.jsonl") as done:
        done.write({**began, "until": time.monotonic()})


async def _copy(connection: Any, sql: str, wanted: Path) -> None:
    with wanted.open("wb") as out:
        async for row in connection.cursor(sql, prefetch=1000):
            out.write(orjson.dumps(dict(row), default=str, option=orjson.OPT_APPEND_NEWLINE))


def rows(folder: Path, table: str) -> list[Record]:
    """A table as it was dumped."""
    return list(read(folder / "rows" / f"{table}.jsonl"))
