"""Answers as bytes: bodies, statuses and the headers that every answer carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from pydantic import BaseModel
from starlette.types import Send

from fibregate.errors import GatewayError, MethodNotAllowed, Unavailable
from fibregate.web.call import Answer, Payload
from fibregate.web.dialect import Dialect, Refusal
from fibregate.web.head import Head

Headers = list[tuple[bytes, bytes]]

_JSON: Final = (b"content-type", b"application/json")
_CLOSE: Final = (b"connection", b"close")
_NO_BODY: Final = 204
_CLOSING: Final = frozenset({408, 413, 431})


@dataclass(slots=True)
class Reply:
    """What goes out; `mark` is the uuid of a refusal."""

    status: int
    body: bytes
    headers: Headers
    mark: str | None = None

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def echo(head: Head) -> Headers:
    """The caller's ids, where they may be echoed."""
    headers: Headers = []
    if head.request_id is not None:
        headers.append((b"x-request-id", head.found[b"x-request-id"]))
    if head.conversation_id is not None:
        headers.append((b"x-conversation-id", head.found[b"x-conversation-id"]))
    return headers


def answer(given: Answer, head: Head, request_id: str) -> Reply:
    body = encoded(given.body)
    headers = echo(head)
    if head.request_id is None:
        headers.append((b"x-request-id", request_id.encode()))
    if body:
        headers.append(_JSON)
    if given.status != _NO_BODY:
        headers.append((b"content-length", b"%d" % len(body)))
    if given.headers:
        own = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.headers.items()]
        named = {name for name, _ in own}
        headers = [one for one in headers if one[0] not in named] + own
    return Reply(given.status, body, headers)


def refusal(refused: Refusal, dialect: Dialect, head: Head, *, close: bool = False) -> Reply:
    """The dialect's body for a refusal, with the headers that its status asks for."""
    body = encoded(dialect.render(refused))
    headers = echo(head)
    headers += [_JSON, (b"content-length", b"%d" % len(body)), *_told_by(refused.error)]
    if refused.status == 401:  # noqa: PLR2004 - the status itself
        headers.append((b"www-authenticate", b"Bearer"))
    if close or refused.status in _CLOSING:
        headers.append(_CLOSE)
    return Reply(refused.status, body, headers, refused.uuid)


def encoded(body: Payload) -> bytes:
    """Models without what is None, everything else as orjson writes it; bytes as they are."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return _model(body) if isinstance(body, BaseModel) else orjson.dumps(body, default=_other)


def _model(model: BaseModel) -> bytes:
    return type(model).__pydantic_serializer__.to_json(model, by_alias=True, exclude_none=True)


def _other(value: object) -> Any:
    if isinstance(value, BaseModel):
        return orjson.Fragment(_model(value))
    if isinstance(value, Mapping):
        return dict(cast("Mapping[Any, Any]", value))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _told_by(error: GatewayError | None) -> Headers:
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", ", ".join(error.allow).encode("ascii"))]
    if isinstance(error, Unavailable):
        return [(b"retry-after", b"%d" % max(1, error.retry_after))]
    return []
