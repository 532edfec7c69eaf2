"""Headers of a request: those that the gateway reads, each at most once and of plain text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fibregate.errors import Malformed, NotAuthorised
from fibregate.web.dialect import Dialect
from fibregate.web.faults import Faults

REQUEST_ID: Final = "X-Request-ID"
CONVERSATION_ID: Final = "X-Conversation-ID"
TENANT: Final = "Tenant"
MAX_VALUE: Final = 255
_PLAIN: Final = re.compile(rb"[!-~](?:[ -~]{0,253}[!-~])?")
_BEARER: Final = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)")
_ALWAYS: Final = (
    "Authorization", REQUEST_ID, CONVERSATION_ID, TENANT, "Content-Type", "Content-Encoding", "Content-Length", "Expect"
)  # fmt: skip
_SPELT_OUT: Final = f"1 to {MAX_VALUE} printable ASCII characters"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which headers a route reads, prepared once: byte name to written name."""

    names: Mapping[bytes, str]
    required: tuple[tuple[bytes, str], ...]
    handed: tuple[tuple[bytes, str], ...]

    @classmethod
    def by(cls, dialect: Dialect, further: Iterable[str]) -> "Wanted":
        handed = (*dialect.optional_headers, *further)
        asked = ((dialect.request_id, REQUEST_ID), (dialect.conversation_id, CONVERSATION_ID), (dialect.tenant, TENANT))
        return cls(
            names={name.lower().encode(): name for name in (*_ALWAYS, *handed)},
            required=tuple((name.lower().encode(), name) for needed, name in asked if needed),
            handed=tuple((name.lower().encode(), name) for name in handed),
        )


class Head:
    """The headers of one request that its route reads."""

    __slots__ = ("_doubled", "found")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]], names: Mapping[bytes, str]) -> None:
        self.found: dict[bytes, bytes] = {}
        self._doubled: list[bytes] = []
        for name, value in raw:
            if name in names:
                if name in self.found:
                    self._doubled.append(name)
                else:
                    self.found[name] = value

    def plain(self, name: bytes) -> str | None:
        """A value that may go into a header of ours and into the log, else None."""
        value = self.found.get(name)
        if value is None or name in self._doubled or not _PLAIN.fullmatch(value):
            return None
        return value.decode("ascii")

    def token(self) -> str:
        """The bearer token; raises `Malformed` when the header is doubled, `NotAuthorised` when it is not there."""
        if b"authorization" in self._doubled:
            raise Malformed("Authorization: given more than once; give it once")
        value = self.found.get(b"authorization")
        if value is None:
            raise NotAuthorised("Authorization: is required; accepted is Bearer and a token of the token endpoint")
        bearer = _BEARER.fullmatch(value)
        if bearer is None:
            raise NotAuthorised("Authorization: accepted is Bearer and a token of the token endpoint")
        return bearer.group(1).decode("ascii")

    def tenant(self) -> bytes | None:
        """The tenant that is named, if it is named once."""
        return None if b"tenant" in self._doubled else self.found.get(b"tenant")

    def check(self, wanted: Wanted, faults: Faults) -> None:
        for name in dict.fromkeys(self._doubled):
            faults.malformed(f"{wanted.names[name]}: given more than once; give it once")
        for name, written in wanted.required:
            if name not in self.found:
                faults.malformed(f"{written}: this header is required; accepted is {_SPELT_OUT}")
        for name, written in (*_IDS, *wanted.handed):
            if name in self.found and name not in self._doubled and not _PLAIN.fullmatch(self.found[name]):
                faults.malformed(f"{written}: accepted is {_SPELT_OUT}")

    def handed(self, wanted: Wanted) -> dict[str, str]:
        """The optional headers that were sent, by lower-case name; only after `check` found no fault."""
        found = self.found
        return {name.decode(): found[name].decode("ascii") for name, _ in wanted.handed if name in found}


_IDS: Final = tuple((name.lower().encode(), name) for name in (REQUEST_ID, CONVERSATION_ID, TENANT))
