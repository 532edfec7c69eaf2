"""The way to the gateway's updates door: a token, and one update at a time."""

from typing import Final, Self
from uuid import uuid4

import aiohttp
import orjson

from fibregate.sandbox.remote.model import Client, Gateway, Json

_GOOD: Final = range(200, 300)
_NO_TOKEN: Final = 401
_SECONDS: Final = 20.0
_EXCERPT: Final = 500


class Updates:
    """One connection pool. A network without the address of a gateway tells nobody."""

    def __init__(self, gateway: Gateway | None) -> None:
        self.is_there = gateway is not None
        self._gateway = gateway or Gateway("", Client("", ""))
        base = self._gateway.url.rstrip("/")
        self._url = f"{base}/kcis"
        self._token_url = self._gateway.token_url or f"{base}/auth/supplier/access-token"
        self._token = ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=64))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, update: Json, conversation: str) -> tuple[int, str]:
        """Status and start of the answer; 0 with the reason where none came. A refused token is asked for anew once."""
        try:
            status, said = await self._once(update, conversation)
            if status == _NO_TOKEN:
                self._token = ""
                status, said = await self._once(update, conversation)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return 0, f"{type(error).__name__}: {error}"
        return status, said

    async def _once(self, update: Json, conversation: str) -> tuple[int, str]:
        if not self._token:
            status, said = await self._ask_for_token()
            if not self._token:
                return status, f"no token: {said}"
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "X-Request-ID": str(uuid4()),
            "X-Conversation-ID": conversation,
        }
        async with self._opened().post(self._url, data=orjson.dumps(update), headers=headers) as answer:
            return answer.status, (await answer.text(errors="replace"))[:_EXCERPT]

    async def _ask_for_token(self) -> tuple[int, str]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._gateway.client.id,
            "client_secret": self._gateway.client.secret,
        }
        async with self._opened().post(self._token_url, data=form) as answer:
            said = await answer.text(errors="replace")
            if answer.status in _GOOD:
                self._token = str(orjson.loads(said)["access_token"])
            return answer.status, said[:_EXCERPT]

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise AssertionError("updates are told by a network that runs")
        return self._session
