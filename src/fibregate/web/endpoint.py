"""One route at work: the walk of a request from its head to its answer."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import structlog
from starlette.types import Receive, Scope, Send

from fibregate.errors import Forbidden, GatewayError, Malformed, NotAuthorised, SupplierTimedOut
from fibregate.web import body, replies
from fibregate.web.call import ANYONE, Answer, Call, Caller, Partial
from fibregate.web.deadlines import Deadlines, Late
from fibregate.web.dialect import Dialect, Refusal
from fibregate.web.faults import Faults, Unread
from fibregate.web.head import Head
from fibregate.web.logs import CURRENT, RequestLog, what_broke
from fibregate.web.metrics import Meter
from fibregate.web.reading import Reading
from fibregate.web.replies import Reply
from fibregate.web.route import Route

Authenticate = Callable[[str], Awaitable[Caller]]
"""Who holds this token; raises `NotAuthorised`, or `Unavailable` when it cannot be told."""

HUNG_UP: Final = 499
_deadlines: Final = Deadlines()
_bugs: Final = structlog.stdlib.get_logger("fibregate.web")


class Endpoint:
    """A compiled route. `log` is set by the gate that it is behind, `body_seconds` by its door."""

    def __init__(
        self, route: Route[Any, Any, Any], *, path: str, dialect: Dialect, authenticate: Authenticate, services: Any
    ) -> None:
        self.body_seconds = body.SECONDS
        self.route, self.path, self.dialect = route, path, dialect
        self.log: RequestLog | None = None
        self._authenticate = authenticate
        self._services = services
        self._reading = Reading(route, dialect, path)
        self._meter = Meter(dialect.name, route.name)

    async def serve(self, scope: Scope, receive: Receive, send: Send, segments: Sequence[str]) -> None:
        started = perf_counter()
        head = Head(scope["headers"], self._reading.wanted.names)
        ids = CURRENT.set((head.request_id or str(uuid4()), head.conversation_id, None))
        status = HUNG_UP
        try:
            reply = await self._reply(scope, receive, head, segments)
            status = reply.status
            await reply.send(send)
        except body.HungUp:
            pass
        finally:
            self._note(scope, status, perf_counter() - started)
            CURRENT.reset(ids)

    async def _reply(self, scope: Scope, receive: Receive, head: Head, segments: Sequence[str]) -> Reply:
        try:
            raw = await self._body(receive, head) if body.is_announced(head.found) else b""
            call = await self._call(scope, head, raw, segments)
            return replies.answer(await self._act(call), head, call.request_id)
        except GatewayError as error:
            return replies.refusal(self.dialect.refusal(error), self.dialect, head)
        except Late:
            return replies.refusal(self._too_late(), self.dialect, head)
        except body.HungUp:
            raise
        except Exception as bug:  # noqa: BLE001 - the last resort: logged once, answered as the dialect's fault
            refused = self.dialect.bug()
            _bugs.error("bug", uuid=refused.uuid, route=self.route.name, **what_broke(bug))
            return replies.refusal(refused, self.dialect, head)

    async def _call(self, scope: Scope, head: Head, raw: bytes, segments: Sequence[str]) -> Call[Any, Any, Any]:
        caller = ANYONE if self.route.scope is None else await self._caller(head)
        request_id, conversation_id, _ = CURRENT.get()
        CURRENT.set((request_id, conversation_id, caller.tenant_code or caller.supplier_code))
        try:
            inputs = self._reading.inputs(head, segments, scope["query_string"], raw)
        except Unread as unread:
            raise await self._all_faults(caller, head, unread.faults) from None
        return Call(
            caller=caller,
            request_id=request_id or "",
            conversation_id=conversation_id,
            path=inputs.path,
            query=inputs.query,
            body=inputs.body,
            raw=raw,
            fingerprint=inputs.fingerprint,
            peer=_peer(scope),
            headers=head.handed(self._reading.wanted),
            services=self._services,
        )

    async def _all_faults(self, caller: Caller, head: Head, faults: Faults) -> GatewayError:
        """What the models found wrong, and what else the route finds in what could be read."""
        if self.route.further is not None and faults.body is not None:
            partial = Partial(
                caller=caller,
                body=faults.body,
                spoilt=frozenset(faults.spoilt),
                headers=head.handed(self._reading.wanted),
                services=self._services,
            )
            faults.invalid(*await _deadlines.within(self.route.timeout, self.route.further(partial)))
        return faults.error()

    async def _caller(self, head: Head) -> Caller:
        caller = await self._authenticate(head.token())
        if self.route.scope not in caller.scopes:
            raise Forbidden(f"Authorization: this token has not the scope {self.route.scope}")
        named = head.tenant() if self.dialect.tenant else None
        if named is not None and named != (caller.tenant_code or "").encode():
            raise NotAuthorised("Tenant: accepted is the tenant that the token was given to")
        return caller

    async def _body(self, receive: Receive, head: Head) -> bytes:
        return await _deadlines.within(self.body_seconds, body.read(receive, head.found))

    async def _act(self, call: Call[Any, Any, Any]) -> Answer:
        try:
            return await _deadlines.within(self.route.timeout, self.route.action(call))
        except Late:
            late = "the work was not done in time; ask again with the same id to learn what became of it"
            raise SupplierTimedOut(late) from None

    def _too_late(self) -> Refusal:
        _, code = self.dialect.spell(Malformed)
        told = f"body: was not all there within {self.body_seconds:g} seconds"
        return Refusal(status=408, code=code, messages=[told], uuid=str(uuid4()), error=None)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        self._meter.count(status, seconds)
        if self.log is not None:
            self.log.line(
                CURRENT.get(),
                door=self.dialect.name,
                route=self.route.name,
                method=scope["method"],
                status=status,
                ms=round(seconds * 1000, 2),
                peer=_peer(scope),
            )


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
