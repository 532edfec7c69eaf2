"""A party that calls the gateway: a tenant, a supplier, an operator. It asks until answered, under the same ids."""

import asyncio
import base64
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import uuid4

import aiohttp
import orjson

from proof import history

WHOLESALE: Final = "/WholesaleGateway/v1.0/gateway"
UPDATES: Final = "/v1/kcis"
TOKEN: Final = "/IdentityModule/v1.0/oauth/token"  # noqa: S105 - a path
TENANT_DOOR: Final = "/v1"
TENANT_TOKEN: Final = f"{TENANT_DOOR}/auth/tenant/access-token"
SUPPLIER_TOKEN: Final = f"{TENANT_DOOR}/auth/supplier/access-token"
ASK_AGAIN: Final = frozenset({0, 401, 429, 502, 503, 504})
"""0: the connection broke, so the outcome is not known."""


@dataclass(frozen=True)
class Credential:
    """A way in; an operator has a token instead."""

    code: str
    client_id: str = ""
    secret: str = ""
    token: str = ""


@dataclass(frozen=True)
class Answer:
    """`status` is 0 where none came."""

    status: int
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw) if self.raw else None


class NeverAnswered(Exception):
    """Asked again and again until patience ran out."""


class Wire:
    """The connections that callers share."""

    def __init__(self, seconds: float = 30.0) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=seconds)
        )

    async def send(self, method: str, url: str, headers: Mapping[str, str], raw: bytes | None) -> Answer:
        """One request, once. A connection that breaks is an answer too."""
        try:
            async with self._session.request(method, url, headers=headers, data=raw) as answer:
                return Answer(answer.status, await answer.read(), dict(answer.headers))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Answer(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


@dataclass
class Caller:
    """`url` is asked for each time, because a gateway may come back elsewhere. With a `log` every request is noted."""

    wire: Wire
    url: Callable[[], str]
    who: Credential
    log: history.Writer | None = None
    is_tenant: bool = True
    _token: str = ""

    async def token(self) -> str:
        """Kept until it is refused; empty while none can be had."""
        if not self._token and self.who.token:
            self._token = self.who.token
        if not self._token:
            basic = base64.b64encode(f"{self.who.client_id}:{self.who.secret}".encode()).decode()
            headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
            got = await self.wire.send("POST", self.url() + TOKEN, headers, b"grant_type=client_credentials")
            if got.status == 200:
                self._token = str(got.body["access_token"])
        return self._token

    def forget_token(self) -> None:
        self._token = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        request: str | None = None,
        note: Mapping[str, object] | None = None,
        **more: str,
    ) -> Answer:
        """One request. A path without a leading slash is the wholesale door's; `note` goes into the log with it.

        `more` are headers, with _ for -.
        """
        token = await self.token()
        if not token:
            return Answer(0)
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Request-ID": request or str(uuid4()),
            "X-Conversation-ID": request or "proof",
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        if self.is_tenant:
            headers.setdefault("Tenant", self.who.code)
        raw = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            raw = body if isinstance(body, bytes) else orjson.dumps(body)
        target = self.url() + (path if path.startswith("/") else f"{WHOLESALE}/{path}")
        asked = history.stamp()
        got = await self.wire.send(method, target, headers, raw)
        if got.status == 401:
            self.forget_token()
        if self.log is not None and note is not None:
            about = {"who": self.who.code, "request": headers["X-Request-ID"], **note}
            said = got.raw[:500].decode(errors="replace") if got.status not in {200, 201, 202, 204} else ""
            self.log.write({**asked, "until": time.monotonic(), **about, "status": got.status, "said": said})
        return got

    async def insist(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        patience: float = 60.0,
        again: Collection[int] = ASK_AGAIN,
        note: Mapping[str, object] | None = None,
        **more: str,
    ) -> Answer:
        """The same request, under one `X-Request-ID`, until an answer is not one of `again`. Raises `NeverAnswered`."""
        request = str(uuid4())
        deadline = time.monotonic() + patience
        pause = 0.02
        while True:
            got = await self.ask(method, path, body, request=request, note=note, **more)
            if got.status not in again:
                return got
            if time.monotonic() > deadline:
                raise NeverAnswered(f"{method} {path}: {got.status} for {patience:g} s {got.raw[:300]!r}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)
