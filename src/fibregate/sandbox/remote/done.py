"""What came of a call: the thing it was about, and the answer in its right words."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import orjson

from fibregate.sandbox.remote.model import Json, Kept

_JSON: Final = {"Content-Type": "application/json"}

What = Literal["performed", "replayed", "read", "refused", "nothing"]
"""`nothing`: a behaviour kept it from being done."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it goes out."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def having(self, **headers: str) -> "Reply":
        """With more headers; `_` stands for `-`."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): one for name, one in headers.items()}})


@dataclass(frozen=True, slots=True)
class Done:
    """`thing` is what was made, found or read, where the call was about one."""

    what: What
    reply: Reply
    thing: Kept | None = None


def as_json(status: int, body: Json) -> Reply:
    """An answer with an object in it."""
    return Reply(status, orjson.dumps(body), dict(_JSON))
