"""Access tokens: signed here, and read by a closed verifier that takes nothing but what we ourselves write.

One algorithm, one type, a key of our own table; no other header member, no other spelling of the same bytes, no size
beyond what we make. The signature itself is joserfc's work.
"""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from fibregate.errors import Malformed, NotAuthorised
from fibregate.tenants.keys import ALGORITHM, KeyRing
from fibregate.tenants.model import Client
from fibregate.web import json_reader

TYPE: Final = "at+jwt"
MAX_TOKEN: Final = 4096
MAX_HEADER: Final = 512
MAX_KID: Final = 64
MAX_SECONDS: Final = 86_400
LEEWAY_SECONDS: Final = 5
"""How far ahead of ours the clock of a process that signs may be; a token's end has no leeway."""
_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_SIGNATURE_BYTES: Final = 64
_TEXTS: Final = ("iss", "aud", "jti", "sub", "client_id", "scope")
_NUMBERS: Final = ("iat", "exp", "epoch")
_REFUSED: Final = "Authorization: this is not a token of ours; accepted is one of the token endpoint, as it was given"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, when it could be read and was found to be ours."""

    kid: str
    client_id: str
    scopes: frozenset[str]
    epoch: int
    expires_at: int

    def check_time(self) -> None:
        """Raises `NotAuthorised` once the token has ended."""
        if time.time() >= self.expires_at:
            raise NotAuthorised("Authorization: the token has expired; ask the token endpoint for a new one")


async def sign(ring: KeyRing, client: Client, scopes: Iterable[str], *, issuer: str, seconds: int) -> str:
    """A token for so many seconds of the real clock; `aud` is the issuer."""
    kid, key = await ring.signing()
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": issuer,
        "iat": now,
        "exp": now + seconds,
        "jti": secrets.token_urlsafe(16),
        "sub": client.client_id,
        "client_id": client.client_id,
        "scope": " ".join(sorted(scopes)),
        "epoch": client.epoch,
        "tenant" if client.tenant_id is not None else "supplier": client.owner,
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": kid}
    return jws.serialize_compact(header, orjson.dumps(claims), key, algorithms=[ALGORITHM])


async def read(ring: KeyRing, token: str, *, issuer: str) -> Claims:
    """Raises `NotAuthorised` for whatever we did not sign for ourselves, and for what has ended."""
    try:
        kid = _kid(token)
    except (Malformed, ValueError) as error:
        raise NotAuthorised(_REFUSED) from error
    key = await ring.find(kid)
    if key is None:
        raise NotAuthorised(_REFUSED)
    try:
        payload = jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload
        claims = _claims(kid, _object(payload), issuer)
    except (JoseError, Malformed, ValueError) as error:
        raise NotAuthorised(_REFUSED) from error
    claims.check_time()
    return claims


def _kid(token: str) -> str:
    """The key that a token names; raises `ValueError` or `Malformed` when its outside is not just as we write it."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise ValueError("the token is too long or not ASCII")
    head, payload, signature = token.split(".")
    if len(head) > MAX_HEADER:
        raise ValueError("the token's header is too long")
    header = _object(_bytes(head))
    _bytes(payload)
    if len(_bytes(signature)) != _SIGNATURE_BYTES:
        raise ValueError("the signature has the wrong size")
    if header.keys() != _HEADER:
        raise ValueError("the header has other members")
    kid = header["kid"]
    if header["alg"] != ALGORITHM or header["typ"] != TYPE or not isinstance(kid, str) or len(kid) > MAX_KID:
        raise ValueError("the header says something else")
    return kid


def _bytes(part: str) -> bytes:
    """Base64url in its only canonical spelling; other spellings of the same bytes would be other tokens."""
    if not _PART.fullmatch(part):
        raise ValueError("not base64url")
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise ValueError("not canonical base64url")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    value = json_reader.read(raw)
    if not isinstance(value, dict):
        raise Malformed("token: accepted is a JSON object")
    return cast("dict[str, Any]", value)


def _claims(kid: str, payload: Mapping[str, Any], issuer: str) -> Claims:
    texts = [payload.get(name) for name in _TEXTS]
    numbers = [payload.get(name) for name in _NUMBERS]
    if not all(isinstance(one, str) and one for one in texts) or not all(type(one) is int for one in numbers):
        raise ValueError("a claim is missing")
    if payload["iss"] != issuer or payload["aud"] != issuer or payload["sub"] != payload["client_id"]:
        raise ValueError("the token is for somebody else")
    if payload["iat"] > time.time() + LEEWAY_SECONDS or not 0 < payload["exp"] - payload["iat"] <= MAX_SECONDS:
        raise ValueError("the token is of the future, or lives too long")
    return Claims(kid, payload["client_id"], frozenset(payload["scope"].split(" ")), payload["epoch"], payload["exp"])
