"""All doors behind one port: finds the route of a request, and answers for those that have none."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from fibregate.errors import GatewayError, Malformed, MethodNotAllowed, Unknown
from fibregate.web import pages, replies
from fibregate.web.dialect import Dialect
from fibregate.web.door import Door
from fibregate.web.head import Head
from fibregate.web.logs import RequestLog
from fibregate.web.metrics import Meter, Page
from fibregate.web.replies import Reply
from fibregate.web.table import Place, Table

MAX_TARGET: Final = 8 * 1024
_IDS: Final = {b"x-request-id": "X-Request-ID", b"x-conversation-id": "X-Conversation-ID"}
_READING: Final = ("GET", "HEAD")
_EVERYWHERE: Final = Dialect(name="gateway", title="Gateway", request_id=False, conversation_id=False)


class Gate:
    """The ASGI application of all doors.

    Doors may share a prefix; two routes of one path and method are refused. `mounts` are other ASGI applications by
    exact path, or by everything below a path that ends in `/*`; `/metrics`, `/docs` and `/openapi/<door>.json` are
    there already.
    """

    def __init__(
        self, doors: Sequence[Door[Any]], *, log: RequestLog | None = None, mounts: Mapping[str, ASGIApp] | None = None
    ) -> None:
        self.doors = tuple(doors)
        self._log = log
        self._mounts: dict[str, ASGIApp] = {"/metrics": Page(), **pages.mounts(doors), **(mounts or {})}
        self._meter = Meter("gateway", "none")
        self._table = Table()
        for endpoint in (one for door in doors for one in door.endpoints):
            endpoint.log = log
            self._table.add(endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        try:
            if len(raw) + len(scope["query_string"]) > MAX_TARGET:
                raise Malformed(f"URI: accepted are at most {MAX_TARGET} bytes")
            place, segments = self._table.find(raw)
            if place is None:
                await self._elsewhere(scope, receive, send)
                return
            endpoint = place.endpoint(scope["method"])
            if endpoint is None:
                await self._other_method(scope, send, place)
                return
        except GatewayError as error:
            await self._refuse(scope, send, error, self._nearest(scope["path"]))
            return
        await endpoint.serve(scope, receive, send, segments)

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        exact = self._mounts.get(path)
        if exact is not None:
            if scope["method"] not in _READING:
                raise MethodNotAllowed(f"method: accepted here is {', '.join(_READING)}", _READING)
            await exact(scope, receive, send)
            return
        for pattern, app in self._mounts.items():
            below = pattern.removesuffix("*")
            if below != pattern and path.startswith(below):
                root = scope.get("root_path", "") + below.removesuffix("/")
                await app({**scope, "root_path": root}, receive, send)
                return
        raise Unknown("path: there is nothing here; the paths are in the documents under /docs")

    async def _other_method(self, scope: Scope, send: Send, place: Place) -> None:
        if scope["method"] == "OPTIONS":
            headers = [*replies.echo(Head(scope["headers"], _IDS)), (b"allow", ", ".join(place.allow).encode())]
            await Reply(204, b"", headers).send(send)
            return
        dialect = next(iter(place.by_method.values())).dialect
        told = f"method: accepted here is {', '.join(place.allow)}"
        await self._refuse(scope, send, MethodNotAllowed(told, place.allow), dialect)

    async def _refuse(self, scope: Scope, send: Send, error: GatewayError, dialect: Dialect) -> None:
        started = perf_counter()
        head = Head(scope["headers"], _IDS)
        reply = replies.refusal(dialect.refusal(error), dialect, head)
        await reply.send(send)
        seconds = perf_counter() - started
        self._meter.count(reply.status, seconds)
        if self._log is not None:
            ids = (head.request_id, head.conversation_id, None)
            self._log.line(ids, door=dialect.name, route=None, method=scope["method"], status=reply.status)

    def _nearest(self, path: str) -> Dialect:
        near = [door for door in self.doors if path.startswith(door.prefix + "/")]
        return max(near, key=lambda door: len(door.prefix)).dialect if near else _EVERYWHERE


async def _live(receive: Receive, send: Send) -> None:
    """The doors have nothing to start or stop: whoever puts the process together does that."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
