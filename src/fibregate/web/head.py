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
    *("Authorization", REQUEST_ID, CONVERSATION_ID, TENANT),
    *("Content-Encoding", "Content-Length", "Transfer-Encoding", "Expect"),
)
_SPELT_OUT: Final = f"1 to {MAX_VALUE} printable ASCII characters"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which headers a route reads, prepared once: byte name to written name."""

    names: Mapping[bytes, str]
    required: tuple[tuple[bytes, str], ...]
    texts: tuple[tuple[bytes, str], ...]
    handed: tuple[bytes, ...]

    @classmethod
    def by(cls, dialect: Dialect, further: Iterable[str]) -> "Wanted":
        handed = (*dialect.optional_headers, *further)
        asked = ((dialect.request_id, REQUEST_ID), (dialect.conversation_id, CONVERSATION_ID), (dialect.tenant, TENANT))
        return cls(
            names={name.lower().encode(): name for name in (*_ALWAYS, *handed)},
            required=tuple((name.lower().encode(), name) for needed, name in asked if needed),
            texts=tuple((name.lower().encode(), name) for name in (REQUEST_ID, CONVERSATION_ID, TENANT, *handed)),
            handed=tuple(name.lower().encode() for name in handed),
        )


class Head:
    """The headers of one request that its route reads; the two ids are None where they may not be echoed or logged."""

    __slots__ = ("_doubled", "conversation_id", "found", "request_id")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]], names: Mapping[bytes, str]) -> None:
        found: dict[bytes, bytes] = {}
        self._doubled: list[bytes] = []
        for name, value in raw:
            if name in names:
                if name in found:
                    self._doubled.append(name)
                else:
                    found[name] = value
        self.found = found
        self.request_id = self._plain(b"x-request-id")
        self.conversation_id = self._plain(b"x-conversation-id")

    def _plain(self, name: bytes) -> str | None:
        value = self.found.get(name)
        if value is None or not _PLAIN.fullmatch(value) or name in self._doubled:
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
        found, doubled = self.found, self._doubled
        for name in dict.fromkeys(doubled) if doubled else ():
            faults.malformed(f"{wanted.names[name]}: given more than once; give it once")
        for name, written in wanted.required:
            if name not in found:
                faults.malformed(f"{written}: this header is required; accepted is {_SPELT_OUT}")
        for name, written in wanted.texts:
            if name in found and not _PLAIN.fullmatch(found[name]) and name not in doubled:
                faults.malformed(f"{written}: accepted is {_SPELT_OUT}")

    def handed(self, wanted: Wanted) -> dict[str, str]:
        """The optional headers that were sent, by lower-case name; only after `check` found no fault."""
        found = self.found
        return {name.decode(): found[name].decode("ascii") for name in wanted.handed if name in found}
