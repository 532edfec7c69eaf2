"""One call out and its answer in: who we are, how long it may take, and what it says of the supplier's health."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import uuid4

import orjson

from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.health import Health
from fibregate.suppliers.http import faults
from fibregate.suppliers.http.access import Access, Accesses
from fibregate.suppliers.http.faults import ANSWER_BYTES, Reply
from fibregate.suppliers.http.model import Account
from fibregate.suppliers.questions import Trace
from fibregate.web.connector import NotDelivered

T = TypeVar("T")

LEAST_SECONDS: Final = 0.1
PASSED_ON: Final = frozenset({"x-scenario", "x-problem-code", "x-kci-delay"})
_HEADER: Final = re.compile(r"[ -~]{1,1000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A path below the account's prefix, with its query or its body.

    `shares`: goes over a connection that others use too, and again over another one when that was dead. Not for calls
    that do something, nor for those that look it up: an answer that came late or twice would be taken for theirs.
    """

    method: str
    path: str
    trace: Trace
    query: str = ""
    body: dict[str, Any] | None = None
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One account's. `health` is the supplier's, `accesses` the process's."""

    account: Account
    accesses: Accesses
    health: Health

    async def ask(self, call: Call, read: Callable[[Reply], T]) -> T:
        """What `read` makes of the answer. Raises `SupplierFailed`, and tells the supplier's health either way."""
        if not self.account.enabled:
            raise faults.disabled(self.account.name)
        rests = self.health.admit()
        if rests is not None:
            raise faults.resting(self.account.name, rests)
        began = time.monotonic()
        try:
            found = read(await self._answered(call, began + self.account.total_seconds))
        except SupplierFailed as failed:
            self.health.failure(failed)
            raise
        except BaseException:
            self.health.untold()
            raise
        self.health.well((time.monotonic() - began) * 1000)
        return found

    async def _answered(self, call: Call, deadline: float) -> Reply:
        """A token that was not taken is fetched anew once: a 401 says that nothing was done."""
        access = await self._access(deadline)
        reply = await self._sent(call, access, deadline)
        if reply.status != HTTPStatus.UNAUTHORIZED or access.token is None:
            return reply
        self.accesses.forget(self.account, access.token)
        return await self._sent(call, await self._access(deadline), deadline)

    async def _access(self, deadline: float) -> Access:
        try:
            async with asyncio.timeout(_left(deadline)):
                return await self.accesses.of(self.account)
        except NotDelivered as error:
            raise faults.unanswered(self.account.name, error) from error
        except TimeoutError as error:
            late = NotDelivered("auth", "no access token in time")
            raise faults.unanswered(self.account.name, late) from error

    async def _sent(self, call: Call, access: Access, deadline: float) -> Reply:
        account = self.account
        try:
            answered = await self.accesses.connector.request(
                call.method,
                f"{account.url}{account.prefix}/{call.path}",
                self._headers(call, access),
                query=call.query,
                body=None if call.body is None else orjson.dumps(call.body),
                read_bytes=ANSWER_BYTES + 1,
                tls=access.tls,
                connect_seconds=account.connect_seconds,
                total_seconds=_left(deadline),
                fresh=not call.shares,
            )
        except NotDelivered as error:
            raise faults.unanswered(account.name, error) from error
        return Reply(account.name, answered)

    def _headers(self, call: Call, access: Access) -> dict[str, str]:
        headers = {
            **{name: value for name, value in call.trace.headers.items() if name.lower() in PASSED_ON},
            "X-Request-ID": call.trace.request_id or str(uuid4()),
            "X-Conversation-ID": call.trace.conversation_id,
            "Tenant": self.account.tenant,
        }
        wrong = [name for name, value in headers.items() if not _HEADER.fullmatch(value)]
        if wrong:
            message = f"{self.account.name}: {', '.join(wrong)} cannot be sent as it is"
            raise SupplierFailed(Failure.OUR_FAULT, message, nothing_done=True)
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return {**headers, "Accept": "application/json", **access.headers}


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), LEAST_SECONDS)
