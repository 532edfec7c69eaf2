"""Who asks in a demo of several: one client of one gateway, each of its exchanges shown."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

from fibregate.cli.demo.page import Page, laid_out
from fibregate.cli.demo.stage import Differs

CLOCK_TRIES: Final = 3


@dataclass(slots=True)
class Caller:
    """`who` at the gateway `whom`, as this tenant of it."""

    page: Page
    http: aiohttp.ClientSession
    who: str
    whom: str
    base: str
    tenant: str
    token: str = ""
    count: int = 0

    async def authenticate(self, client: Mapping[str, str], path: str) -> None:
        """Fetch the token that all further requests carry."""
        pair = base64.b64encode(f"{client['clientId']}:{client['clientSecret']}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        body = "grant_type=client_credentials"
        self.token = (await self._send("POST", path, headers, body, 200))["access_token"]

    async def ask(self, method: str, path: str, body: object = None, *, status: int, shown: object = None) -> Any:
        """Show both sides, and insist on the status. `shown` stands for a body that has a secret in it."""
        self.count += 1
        headers = {"X-Request-ID": f"req-{self.count}", "X-Conversation-ID": "conv-1", "Tenant": self.tenant}
        headers["Authorization"] = f"Bearer {self.token}"
        if body is None:
            return await self._send(method, path, headers, None, status)
        headers["Content-Type"] = "application/json"
        return await self._send(
            method, path, headers, orjson.dumps(body).decode(), status, shown=laid_out(shown or body)
        )

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: str | None,
        status: int,
        *,
        shown: str | None = None,
    ) -> Any:
        sides = (self.who, self.whom)
        self.page.request(method, path, {}, shown or body, sides)
        began = time.perf_counter()
        async with self.http.request(method, URL(self.base + path, encoded=True), data=body, headers=headers) as answer:
            raw = await answer.read()
            took = (time.perf_counter() - began) * 1000
        found = orjson.loads(raw) if raw else None
        self.page.answer(answer.status, took, found, answer.headers, sides)
        if answer.status != status:
            raise Differs(f"{method} {path.partition('?')[0]} was answered {answer.status}, not {status}")
        return found

    async def set_clock(self, now: str) -> None:
        """Walk this gateway's clock on to an instant, through all that becomes due on the way."""
        headers = {"Authorization": f"Bearer {self.token}", "Tenant": self.tenant}
        headers |= {"X-Request-ID": "clock", "X-Conversation-ID": "conv-1"}
        for _ in range(CLOCK_TRIES):
            async with self.http.post(self.base + "/sandbox/v1/clock", json={"now": now}, headers=headers) as answer:
                raw = await answer.read()
            if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
                raise Differs(f"the clock of {self.whom} was not moved: {raw.decode(errors='replace')}")
            if orjson.loads(raw)["caughtUp"]:
                return
        raise Differs(f"the clock of {self.whom} stopped on its way to {now}")
