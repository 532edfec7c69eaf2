"""Client certificates kept ready for calls, those last used: connections are pooled by the very context."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from fibregate.web.connector import Connector, NotDelivered

OPEN_CONTEXTS: Final = 128


class Certificates:
    """One for a process, beside its connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._contexts: OrderedDict[Hashable, ssl.SSLContext] = OrderedDict()
        self._building = asyncio.Lock()

    async def of(self, key: Hashable, certificate: str, private_key: str) -> ssl.SSLContext:
        """The same one each time for the same `key` (the two texts are PEM). Raises `NotDelivered`, kind `auth`."""
        if key not in self._contexts:
            async with self._building:
                if key not in self._contexts:
                    self._contexts[key] = await self._built(certificate, private_key)
        found = self._contexts[key]
        self._contexts.move_to_end(key)
        if len(self._contexts) > OPEN_CONTEXTS:
            self._contexts.popitem(last=False)
        return found

    async def _built(self, certificate: str, private_key: str) -> ssl.SSLContext:
        try:
            return await self._connector.presenting(certificate.encode(), private_key.encode())
        except ValueError as error:
            raise NotDelivered("auth", str(error)) from error
