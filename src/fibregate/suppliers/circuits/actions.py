"""Tell how a supplier answers one process, and look at what all tell. Rules: `docs/reference/suppliers.md`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime, RealTime
from fibregate.db import Db, Row, Statements
from fibregate.suppliers.breaker import State
from fibregate.suppliers.circuits import store
from fibregate.suppliers.circuits.model import Circuit, Condition, Half, Process
from fibregate.suppliers.health import Health

GONE_SECONDS: Final = 60.0
"""What was not told again for so long is that of a process that has gone."""


async def tell(on: Statements, process: Process, supplier: str, health: Health) -> None:
    """In a statement of its own."""
    standing = health.standing()
    await store.tell(
        on,
        supplier,
        (
            process.id,
            process.half.value,
            process.host,
            process.pid,
            standing.opened_at,
            standing.rests_until,
            standing.failing_since,
            standing.answered,
            sum(standing.failed.values()),
            standing.p50_ms,
            standing.p95_ms,
            standing.last_ok_at,
            standing.last_fault_at,
            standing.last_fault.value if standing.last_fault else None,
            standing.last_fault_text,
        ),
    )


async def forget(on: Statements, process: Process) -> None:
    """The process ends; what it has seen of good and bad answers stays."""
    await store.forget(on, process.id)


async def conditions(on: Statements) -> dict[str, Condition]:
    """Of all suppliers that were ever called, by their codes."""
    return {code: _condition(rows) for code, rows in _by_supplier(await store.list_conditions(on, GONE_SECONDS))}


async def judge(db: Db, now: BusinessTime, at: RealTime, *, after: timedelta) -> None:
    """Sound an alarm for each supplier that has been failing for so long; clear those that are not failing at all."""
    await store.forget_gone(db, GONE_SECONDS)
    async with db.tx(None) as tx:
        failing = await _failing(tx)
        for supplier in await alarms.open_subjects(tx, None, Kind.SUPPLIER_FAILING):
            if supplier not in failing:
                await alarms.clear(tx, None, kind=Kind.SUPPLIER_FAILING, subject=supplier, now=now)
        for supplier, found in failing.items():
            if found.failing_since is not None and found.failing_since <= at - after:
                text = _in_words(found)
                await alarms.sound(tx, None, kind=Kind.SUPPLIER_FAILING, subject=supplier, text=text, now=now)


async def _failing(on: Statements) -> Mapping[str, Condition]:
    """One that is not asked any more fails nobody."""
    rows = [row for row in await store.list_conditions(on, GONE_SECONDS) if row["asked"]]
    found = ((code, _condition(some)) for code, some in _by_supplier(rows))
    return {code: one for code, one in found if one.failing_since is not None}


def _by_supplier(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [(code, list(some)) for code, some in groupby(rows, key=lambda row: str(row["code"]))]


def _in_words(found: Condition) -> str:
    """Without the supplier's own words, which may name a person."""
    those = ", ".join(one.process.name for one in found.circuits if one.failing_since)
    good = f"{found.last_good_at:%Y-%m-%d %H:%M:%SZ}" if found.last_good_at else "never"
    return (
        f"failing since {found.failing_since:%Y-%m-%d %H:%M:%SZ}; last good answer: {good}; last failure:"
        f" {found.last_fault}; found by {those}"
    )


def _condition(rows: Sequence[Row]) -> Condition:
    first = rows[0]
    return Condition(
        last_good_at=first["last_good_at"],
        last_fault_at=first["last_fault_at"],
        last_fault=first["last_fault"],
        last_fault_text=first["last_fault_text"],
        circuits=[_circuit(row) for row in rows if row["process"] is not None],
    )


def _circuit(row: Row) -> Circuit:
    state = State.CLOSED if row["opened_at"] is None else State.OPEN if row["rests"] else State.HALF_OPEN
    return Circuit(
        process=Process(id=row["process"], half=Half(row["half"]), host=row["host"], pid=row["pid"]),
        state=state,
        since=row["opened_at"],
        failing_since=row["failing_since"],
        answered=row["answered"],
        failed=row["failed"],
        p50_ms=row["p50_ms"],
        p95_ms=row["p95_ms"],
    )
