"""What the renderings of several dialects share."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

_OPERATION: Final = "/kcis"


def operation_url(saved: str) -> str:
    """The URL to post to: `/kcis` under the saved one, which may name it already. A query stays at the end."""
    parts = urlsplit(saved)
    path = parts.path.rstrip("/")
    if path.endswith(_OPERATION):
        return saved
    return parts._replace(path=path + _OPERATION).geturl()


def without_unset(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something: neither null nor empty."""
    return {name: value for name, value in record.items() if value is not None and value not in ("", [], {})}
