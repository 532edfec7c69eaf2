"""Keys that sign tokens: made, published, used, retired. A process reads them anew at most once a second."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from joserfc.jwk import ECKey

from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid
from fibregate.tenants import audit, store
from fibregate.tenants.model import Actor
from fibregate.vault import Vault

ALGORITHM: Final = "ES256"
PUBLISH_SECONDS: Final = 24 * 3600
"""How long a new key is published before it signs, so that everyone who caches our keys has it by then."""
VERIFIES_ON: Final = timedelta(hours=24)
"""How long a key verifies after the last token that it signed has ended."""
FRESH_SECONDS: Final = 1.0
_LOCK: Final = 0x6B657973
_PURPOSE: Final = "a signing key"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One key as the database has it now. A key that is being replaced still signs, but has an end."""

    kid: str
    public: Mapping[str, Any]
    sealed: bytes = field(repr=False)
    signs_from: datetime
    verifies_until: datetime | None
    signs: bool
    verifies: bool


class KeyRing:
    """The keys that verify, at most a second old, and the one that signs, made if there is none."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._keys: dict[str, SigningKey] = {}
        self._opened: dict[str, ECKey] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, kid: str) -> ECKey | None:
        """A key that verifies now."""
        await self._refresh()
        return self._opened.get(kid)

    async def signing(self) -> tuple[str, ECKey]:
        """Name and key to sign with now."""
        await self._refresh()
        found = _signing(self._keys.values())
        if found is None:
            async with self._db.tx(None) as tx:
                await ensure(tx, self._vault)
            self._read_at = float("-inf")
            return await self.signing()
        return found.kid, self._opened[found.kid]

    async def published(self) -> list[Mapping[str, Any]]:
        """All that verify or soon will, as a JWK set has them; makes the first key if there is none."""
        await self.signing()
        return [one.public for one in self._keys.values()]

    async def _refresh(self) -> None:
        if time.monotonic() - self._read_at < FRESH_SECONDS:
            return
        async with self._reading:
            began = time.monotonic()
            if began - self._read_at < FRESH_SECONDS:
                return
            self._keys = {one.kid: one for one in await _list(self._db)}
            self._opened = {
                kid: self._opened.get(kid) or ECKey.import_key(orjson.loads(self._vault.open(one.sealed, _PURPOSE)))
                for kid, one in self._keys.items()
            }
            self._read_at = began


async def ensure(tx: Tx, vault: Vault) -> None:
    """There is a key that signs: the first of any number of processes makes it, the others find it."""
    await store.lock_keys(tx, _LOCK)
    if _signing(await _list(tx)) is None:
        await _make(tx, vault, wait=timedelta())


async def rotate(
    tx: Tx, vault: Vault, *, token_seconds: int, publish_seconds: int = PUBLISH_SECONDS, drop: bool = False, by: Actor
) -> SigningKey:
    """Publish a new key, which signs after `publish_seconds`; the others verify until their last token has ended.

    With `drop` (a key has leaked) the new one signs at once, and the others end now with all their tokens. Raises
    `Invalid` while a new key already waits, unless this one is to sign at once.
    """
    await store.lock_keys(tx, _LOCK)
    held = await _list(tx)
    wait = timedelta(seconds=0 if drop or _signing(held) is None else publish_seconds)
    waiting = next((one for one in held if not one.signs and one.verifies_until is None), None)
    if waiting and wait:
        raise Invalid(f"signing key: {waiting.kid} is published already and signs from {waiting.signs_from:%FT%TZ}")
    kid = await _make(tx, vault, wait=wait)
    after = timedelta() if drop else wait + timedelta(seconds=token_seconds) + VERIFIES_ON
    await store.retire_keys(tx, but=kid, after=after)
    await audit.record(
        tx,
        tenant=None,
        actor=by.name,
        act="signing-key.rotate",
        subject=kid,
        origin=by.origin,
        request_id=by.request_id,
        details={"waits_seconds": int(wait.total_seconds()), "others_dropped": drop},
    )
    return next(one for one in await _list(tx) if one.kid == kid)


async def stages(on: Statements) -> list[tuple[SigningKey, str]]:
    """All keys, ended ones too, each with where it is in its life: published, signs, verifies or ended."""
    held = await _list(on, ended=True)
    signing = _signing(held)
    return [(one, "signs" if one is signing else _stage(one)) for one in held]


async def all_end_at(on: Statements) -> datetime | None:
    """When the last key that signs or will sign stops verifying; None while one has no end, or before the first."""
    ends = [one.verifies_until for one in await _list(on)]
    return None if not ends or None in ends else max(one for one in ends if one is not None)


def _stage(key: SigningKey) -> str:
    if not key.verifies:
        return "ended"
    return "verifies" if key.signs or key.verifies_until else "published"


def _signing(keys: Iterable[SigningKey]) -> SigningKey | None:
    """The one that nothing replaces, else the last of those being replaced: its successor waits."""
    able = [one for one in keys if one.signs and one.verifies]
    return max(able, key=lambda one: (one.verifies_until is None, one.signs_from), default=None)


async def _make(tx: Tx, vault: Vault, *, wait: timedelta) -> str:
    key = ECKey.generate_key("P-256", auto_kid=True)
    kid = key.thumbprint()
    private: dict[str, Any] = {**key.as_dict(private=True), "kid": kid}
    public: dict[str, Any] = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}
    sealed = vault.seal(orjson.dumps(private), _PURPOSE)
    await store.insert_key(tx, kid, private_key=sealed, public_key=public, wait=wait)
    return kid


async def _list(on: Statements, *, ended: bool = False) -> list[SigningKey]:
    return [_signing_key(row) for row in await store.list_keys(on, ended=ended)]


def _signing_key(row: Row) -> SigningKey:
    return SigningKey(
        kid=row["kid"],
        public=row["public_key"],
        sealed=row["private_key"],
        signs_from=row["signs_from"],
        verifies_until=row["verifies_until"],
        signs=row["signs"],
        verifies=row["verifies"],
    )
