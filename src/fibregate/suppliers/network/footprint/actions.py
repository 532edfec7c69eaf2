"""Import a file of premises: all of it or nothing. Columns: `docs/reference/premises-csv.md`."""

from collections.abc import AsyncIterator, Sequence
from typing import IO

from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.footprint import store
from fibregate.suppliers.network.footprint.lines import Lines
from fibregate.suppliers.network.footprint.model import Bad, Known, Outcome, Report, UprnRule

BATCH = 50_000
_CHUNK = 256 * 1024


async def known(db: Db, refuse: UprnRule) -> Known:
    """What the lines of a file may refer to now."""
    areas = frozenset(row["area"] for row in await store.list_areas(db))
    profiles = {row["code"]: row["profile_id"] for row in await store.list_profiles(db)}
    return Known(areas, profiles, refuse)


async def run(tx: Tx, file: IO[bytes], may: Known, report: Report, *, skip_bad: bool) -> Outcome:
    """Read the file and put it in place; nothing of it where the outcome is `refused`.

    Raises `Invalid` for a file that cannot be read at all, and where another import is going on.
    """
    lines = Lines(file, may)
    report.header(lines.names)
    if not await store.take_turn(tx):
        raise Invalid("another import is going on; try again when it is done")
    reading = _Reading(lines, report)
    await store.stage(tx, reading.chunks())
    await store.prepare(tx)
    given = sorted(lines.given)
    for row in await store.take_out_repeated(tx):
        reading.bad(
            Bad(row["line"], f"uprn: {row['uprn']} stands on line {row['first_line']} already", str(row["uprn"]))
        )
    if not {"profile", "postcode", "readiness"} <= lines.given:
        for row in await store.take_out_lacking(tx, given):
            reading.bad(Bad(row["line"], _lacking(row), str(row["uprn"])))
    if reading.bad_lines and not skip_bad:
        return Outcome(reading.lines, reading.bad_lines, refused=True)
    return await _place(tx, given, reading, report)


def _lacking(row: Row) -> str:
    faults = (
        (row["no_address"], "postcode: a premises that is new here needs an address"),
        (row["no_profile"], "profile: needed where readiness is READY"),
    )
    return "; ".join(text for is_so, text in faults if is_so)


async def _place(tx: Tx, given: Sequence[str], reading: "_Reading", report: Report) -> Outcome:
    total, last = await store.count(tx)
    done = new = put = 0
    for after in range(0, last, BATCH):
        row = await store.place(tx, after, after + BATCH, given)
        done, new, put = done + row["lines"], new + row["anew"], put + row["put"]
        report.placed(done, total)
    return Outcome(reading.lines, reading.bad_lines, new=new, changed=put - new, same=done - put)


class _Reading:
    """The file on its way to the database, chunk by chunk, counted."""

    def __init__(self, lines: Lines, report: Report) -> None:
        self.lines = 0
        self.bad_lines = 0
        self._lines = lines
        self._report = report

    def bad(self, bad: Bad) -> None:
        self.bad_lines += 1
        self._report.bad(bad)

    async def chunks(self) -> AsyncIterator[bytes]:
        rows: list[str] = []
        size = told = 0
        told_lines = 0
        for row in self._lines.rows():
            self.lines += 1
            if isinstance(row, Bad):
                self.bad(row)
                continue
            rows.append(row)
            size += len(row)
            if size > _CHUNK:
                yield ("\n".join(rows) + "\n").encode()
                self._report.read(self._lines.size - told, self.lines - told_lines)
                rows, size, told, told_lines = [], 0, self._lines.size, self.lines
        if rows:
            yield ("\n".join(rows) + "\n").encode()
        self._report.read(self._lines.size - told, self.lines - told_lines)
