"""A name server that says what the corpus wants it to say."""

import asyncio
import struct
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from proof.t13_corpus import Name

_A: Final = 1
_CNAME: Final = 5
_AAAA: Final = 28
_NO_SUCH_NAME: Final = 3
_HERE: Final = b"\xc0\x0c"
"""A pointer to the name that was asked for."""


class NameServer(asyncio.DatagramProtocol):
    """Nothing may be kept: every answer lives for 0 seconds. Counts the questions for each name."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self.names = names
        self.asked: Counter[tuple[str, int]] = Counter()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._transport.sendto(self.answer(data), addr)

    def answer(self, question: bytes) -> bytes:
        """The reply to one message with one question."""
        name, kind, end = _read(question)
        records = self._records(name, kind)
        code = 0 if name in self.names else _NO_SUCH_NAME
        head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + question[12:end] + b"".join(records)

    def _records(self, name: str, kind: int) -> list[bytes]:
        known = self.names.get(name)
        if known is None or kind not in {_A, _AAAA}:
            return []
        if known.alias:
            target = _written(known.alias)
            following = self._addresses(known.alias, kind)
            return [_record(_HERE, _CNAME, target), *(_record(target, kind, one) for one in following)]
        return [_record(_HERE, kind, one) for one in self._addresses(name, kind)]

    def _addresses(self, name: str, kind: int) -> list[bytes]:
        turn = self.asked[name, kind]
        self.asked[name, kind] += 1
        answers = self.names[name].answers
        now = answers[min(turn, len(answers) - 1)]
        found = [ip_address(one) for one in now]
        return [one.packed for one in found if one.version == (4 if kind == _A else 6)]


def _record(name: bytes, kind: int, value: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 0, len(value)) + value


def _written(name: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in name.split(".")) + b"\0"


def _read(question: bytes) -> tuple[str, int, int]:
    """The name asked for, in lower case, the kind of record, and where the question ends."""
    labels: list[str] = []
    place = 12
    while length := question[place]:
        labels.append(question[place + 1 : place + 1 + length].decode("ascii", "replace").lower())
        place += length + 1
    (kind,) = struct.unpack_from("!H", question, place + 1)
    return ".".join(labels), kind, place + 5
