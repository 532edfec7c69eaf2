"""What is shot at a receiver: a KCI signed well, or in one of the ways in which a forger or a bad day would have it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fibregate.cli.certify.telling import Kci
from fibregate.clock import RealTime
from fibregate.kcis.delivery import signing
from fibregate.kcis.delivery.signing import Key, Keyring

SIGNATURE: Final = "webhook-signature"
STAMP: Final = "webhook-timestamp"
IDENTITY: Final = "webhook-id"
NEAR, FAR = timedelta(minutes=4), timedelta(minutes=10)
"""Within the five minutes that a receiver has to allow, and well beyond them."""


class Wanted(Enum):
    """What a receiver has to do with a shot."""

    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Pens:
    """The receiver's own key, and one that it has never seen."""

    right: Key
    wrong: Key

    @staticmethod
    def of(secret: bytes) -> "Pens":
        return Pens(_key(secret), _key(signing.new_secret()))


def _key(secret: bytes) -> Key:
    return Key(uuid4(), secret, Ed25519PrivateKey.generate())


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out: headers and bytes."""

    headers: Mapping[str, str]
    body: bytes


Write = Callable[[Pens, Kci, RealTime], Letter]
"""Makes the letter of a KCI at the moment at which it is sent."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request: the KCI, how it is written, and what is said of it where it goes wrong."""

    kci: Kci
    how: str
    write: Write
    wanted: Wanted = Wanted.TAKEN

    @property
    def told(self) -> str:
        return f"{self.kci.told}{', ' if self.how else ''}{self.how}"


def _signed(keys: tuple[Key, ...], kci: Kci, at: RealTime) -> dict[str, str]:
    return signing.headers(Keyring(keys), message_id=str(kci.id), at=at, body=kci.body)


def well(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    """As the gateway does it."""
    return Letter(_signed((pens.right,), kci, now), kci.body)


def replayed(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    """As the gateway does it when somebody asked for a replay."""
    return Letter({**_signed((pens.right,), kci, now), "webhook-replay": str(uuid4())}, kci.body)


def at(span: timedelta) -> Write:
    """Signed well, by a clock that differs by `span`."""

    def write(pens: Pens, kci: Kci, now: RealTime) -> Letter:
        return Letter(_signed((pens.right,), kci, RealTime(now + span)), kci.body)

    return write


def in_rotation(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    """Signed with a newer secret as well, whose signatures come first."""
    return Letter(_signed((pens.wrong, pens.right), kci, now), kci.body)


def among_unknown_versions(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    """Signed well, with signatures of versions around it that nobody knows yet."""
    headers = _signed((pens.right,), kci, now)
    return Letter({**headers, SIGNATURE: f"v9,AAAA {headers[SIGNATURE]} v10,BBBB"}, kci.body)


def with_a_wrong_key(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    return Letter(_signed((pens.wrong,), kci, now), kci.body)


def with_an_altered_body(pens: Pens, kci: Kci, now: RealTime) -> Letter:
    """Still good JSON, that says something else."""
    altered = kci.body.replace(kci.status.encode(), b"COMPLETED")
    return Letter(_signed((pens.right,), kci, now), altered if altered != kci.body else kci.body + b" ")


def with_a_changed(header: str, change: Callable[[str], str]) -> Write:
    """One header is other than what was signed."""

    def write(pens: Pens, kci: Kci, now: RealTime) -> Letter:
        headers = _signed((pens.right,), kci, now)
        return Letter({**headers, header: change(headers[header])}, kci.body)

    return write


def without(*names: str) -> Write:
    """Headers are missing."""

    def write(pens: Pens, kci: Kci, now: RealTime) -> Letter:
        headers = _signed((pens.right,), kci, now)
        return Letter({name: value for name, value in headers.items() if name not in names}, kci.body)

    return write
