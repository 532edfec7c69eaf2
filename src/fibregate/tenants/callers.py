"""Who is calling: secrets become tokens, and tokens become callers, with what is known kept for a second at most."""

import asyncio
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from fibregate.db import Db
from fibregate.errors import NotAuthorised
from fibregate.settings import Settings
from fibregate.tenants import store, tokens
from fibregate.tenants.actions import OPERATOR_PREFIX
from fibregate.tenants.keys import KeyRing
from fibregate.tenants.model import OPERATOR_SCOPES, Client
from fibregate.tenants.tokens import Claims
from fibregate.vault import Vault
from fibregate.web.call import Caller

T = TypeVar("T")

FRESH_SECONDS: Final = 1.0
"""How long a client may be trusted without asking; with a slow read, a disabled one is refused within two seconds."""
TOKENS_KEPT: Final = 10_000
CLIENTS_KEPT: Final = 10_000
OPERATORS_KEPT: Final = 1_000
MAX_OPERATOR_TOKEN: Final = 64
_NO_SECRET: Final = bytes(32)


@dataclass(slots=True, eq=False)
class _Known:
    """A token that was verified, and the caller that it made of one state of its client."""

    claims: Claims
    client: Client | None = None
    caller: Caller | None = None


class Callers:
    """Knows callers by their tokens, clients by their secrets. One for each process, shared by its doors."""

    def __init__(self, db: Db, vault: Vault, settings: Settings) -> None:
        self.ring = KeyRing(db, vault)
        self._db = db
        self._vault = vault
        self._issuer = settings.issuer
        self._seconds = settings.token_seconds
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._clients = Fresh[str, Client](CLIENTS_KEPT, lambda client_id: store.find_client(db, client_id))
        self._operators = Fresh[bytes, str](OPERATORS_KEPT, lambda token_hash: store.find_operator(db, token_hash))

    async def authenticate(self, bearer: str) -> Caller:
        """Raises `NotAuthorised` for all but a live token of an enabled client, `Unavailable` without a database."""
        if bearer.startswith(OPERATOR_PREFIX):
            return await self._operator(bearer)
        known = await self._verified(bearer)
        client = await self._clients.get(known.claims.client_id)
        if client is None or not client.enabled or client.epoch != known.claims.epoch:
            raise NotAuthorised("Authorization: the client is disabled or its credentials were revoked")
        if known.caller is None or known.client is not client:
            known.client, known.caller = client, _caller(client, known.claims.scopes)
        return known.caller

    async def recognise(self, client_id: str, secret: str) -> Client | None:
        """The client whose secret this is, enabled or not; always read anew."""
        client = await store.find_client(self._db, client_id)
        given = self._vault.keyed_hash(secret)
        held = client.secret_hashes if client else (_NO_SECRET,)
        matches = [hmac.compare_digest(given, one) for one in held]
        return client if client and any(matches) else None

    async def token_for(self, client: Client, scopes: frozenset[str]) -> tuple[str, int]:
        """A new access token and its life in seconds."""
        token = await tokens.sign(self.ring, client, scopes, issuer=self._issuer, seconds=self._seconds)
        return token, self._seconds

    async def _operator(self, bearer: str) -> Caller:
        name = None
        if len(bearer) <= MAX_OPERATOR_TOKEN:
            name = await self._operators.get(self._vault.keyed_hash(bearer))
        if name is None:
            raise NotAuthorised("Authorization: this operator's token is unknown or was revoked")
        return Caller(kind="operator", client_id=f"operator:{name}", scopes=OPERATOR_SCOPES)

    async def _verified(self, bearer: str) -> _Known:
        mark = hashlib.sha256(bearer.encode()).digest()
        known = self._known.get(mark)
        if known is None:
            known = _Known(await tokens.read(self.ring, bearer, issuer=self._issuer))
            _keep(self._known, mark, known, TOKENS_KEPT)
            return known
        known.claims.check_time()
        if await self.ring.find(known.claims.kid) is None:
            raise NotAuthorised("Authorization: the token's key has ended; ask the token endpoint for a new token")
        self._known.move_to_end(mark)
        return known


K = TypeVar("K")


class Fresh(Generic[K, T]):
    """What was read less than a second ago, for at most so many keys; a key is read by one task at a time."""

    def __init__(self, size: int, read: Callable[[K], Awaitable[T | None]]) -> None:
        self._size = size
        self._read = read
        self._held: OrderedDict[K, tuple[float, T]] = OrderedDict()
        self._reading: dict[K, asyncio.Task[T | None]] = {}

    def __len__(self) -> int:
        return len(self._held)

    async def get(self, key: K) -> T | None:
        """None when there is nothing; that is not kept."""
        held = self._held.get(key)
        if held is not None and time.monotonic() - held[0] < FRESH_SECONDS:
            return held[1]
        task = self._reading.get(key)
        if task is None:
            task = self._reading[key] = asyncio.create_task(self._refresh(key))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    async def _refresh(self, key: K) -> T | None:
        began = time.monotonic()
        found = await self._read(key)
        held = self._held.pop(key, None)
        if found is None:
            return None
        same = held[1] if held is not None and held[1] == found else found
        _keep(self._held, key, (began, same), self._size)
        return same

    def _done(self, key: K, task: asyncio.Task[T | None]) -> None:
        self._reading.pop(key, None)
        if not task.cancelled():
            task.exception()


def _keep(held: OrderedDict[K, T], key: K, value: T, size: int) -> None:
    held[key] = value
    if len(held) > size:
        held.popitem(last=False)


def _caller(client: Client, scopes: frozenset[str]) -> Caller:
    return Caller(
        kind="tenant" if client.tenant_id is not None else "supplier",
        client_id=client.client_id,
        scopes=scopes,
        tenant_id=client.tenant_id,
        tenant_code=client.tenant_code,
        supplier_id=client.supplier_id,
        supplier_code=client.supplier_code,
    )
