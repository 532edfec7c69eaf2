"""The log: everything that was heard, done, answered and told, a JSON line each.

`at` is the machine's monotonic clock in seconds, the same for all its processes, and `wall` is UTC. What was sent is
kept whole but for secrets, for whoever counts has to see it: the people in it had better be invented.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from fibregate.sandbox.remote.done import Done
from fibregate.sandbox.remote.model import Change, Client, Kept

_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_EXCERPT: Final = 2000


class Journal:
    """Written one line at a time, so that a kill cuts off one at most; without a file nothing is written."""

    def __init__(self, path: Path | None = None) -> None:
        self._file: BinaryIO | None = path.open("ab", buffering=0) if path else None
        self._calls = 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(self, event: str, **facts: object) -> None:
        if self._file is None:
            return
        stamp = {"at": time.monotonic(), "wall": datetime.now(UTC).isoformat(timespec="microseconds")}
        line = {**stamp, "event": event, **facts}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE, default=str))

    def call(self, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> int:
        """A call came; gives the number by which the lines about it are joined. Leave out a body that is secret."""
        self._calls += 1
        shown = {name: "…" if name in _SECRET else value for name, value in headers.items()}
        self.write("call", call=self._calls, method=method, target=target, headers=shown, body=_text(body))
        return self._calls

    def did(self, call: int, done: Done, *, behaviour: str, client: Client | None, tenant: str, about: str) -> None:
        """What was done of it, before anybody is answered."""
        facts = {"client": client.id if client else None, "tenant": tenant, "about": about, **_named(done.thing)}
        self.write("did", call=call, what=done.what, behaviour=behaviour, **facts)

    def answer(self, call: int, *, status: int, body: bytes, how: str, written: int) -> None:
        """`status` is what was to be answered; `written` counts the bytes that left."""
        said = _text(body[:_EXCERPT])
        self.write("answer", call=call, status=status, how=how, written=written, length=len(body), said=said)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _named(thing: Kept | None) -> dict[str, object]:
    if thing is None:
        return {}
    facts: dict[str, object] = {"id": thing.id, "reference": thing.reference, "uprn": thing.uprn}
    if isinstance(thing, Change):
        return {**facts, "kind": thing.what.name.lower(), "order": thing.order}
    return {**facts, "kind": thing.kind}


def kept(thing: Kept) -> dict[str, object]:
    """What stood in the state file at a start."""
    return {"tenant": thing.tenant, **_named(thing)}
