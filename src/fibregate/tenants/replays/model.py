"""A request as it is known again, and the answer that is kept for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One way to know a request again; a `strict` one goes with one body only."""

    strict: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `body_hash` is equal for bodies that are equal after parsing."""

    route: str
    request_id: str
    body_hash: bytes
    idempotency_key: str | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """In the order in which everybody takes them."""
        loose = Key(strict=False, text=f"{self.request_id} {self.body_hash.hex()}")
        return (loose,) if self.idempotency_key is None else (Key(strict=True, text=self.idempotency_key), loose)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it went out, without its headers."""

    status: int
    body: bytes
