"""Standard Webhooks, version 1: what proves to a tenant that a delivery is ours, unchanged and fresh.

Every live secret of an endpoint signs, so that one can be replaced by the next without a gap: `v1` with the secret
that the tenant keeps, `v1a` with a key pair of the same endpoint whose public half anybody may read.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fibregate.clock import RealTime
from fibregate.vault import Vault

SECRET_BYTES: Final = 32
OPEN_KEYS: Final = 4096
"""Secrets that are kept opened in this process, those last used."""
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class Key:
    """One live secret of an endpoint; those made by an older release have no key pair."""

    secret_id: UUID
    secret: bytes = field(repr=False)
    private_key: Ed25519PrivateKey | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """What signs the deliveries to one endpoint."""

    keys: tuple[Key, ...]

    @property
    def secret_ids(self) -> list[UUID]:
        return [key.secret_id for key in self.keys]


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def new_private_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def shown(secret: bytes) -> str:
    """A secret as the tenant gets to see it, once."""
    return _PREFIX + base64.b64encode(secret).decode()


def public_key(secret_id: UUID, private_key: bytes) -> dict[str, str]:
    """The public half as a JSON Web Key (RFC 8037); its `kid` is the id of the secret."""
    raw = Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": str(secret_id), "alg": "EdDSA", "use": "sig"}


def purpose(endpoint_id: object) -> str:
    """What an endpoint's secret is sealed for: it opens for no other endpoint."""
    return f"webhook secret of {endpoint_id}"


def key_purpose(endpoint_id: object) -> str:
    """The same for the private half of its key pair."""
    return f"webhook private key of {endpoint_id}"


def keyring(vault: Vault, endpoint: UUID, rows: Iterable[Iterable[Any]]) -> Keyring:
    """From the live rows of `endpoint_secrets`, each its secret_id, secret and private_key in this order."""
    return Keyring(tuple(_opened(vault, endpoint, *row) for row in rows))


@lru_cache(maxsize=OPEN_KEYS)
def _opened(vault: Vault, endpoint: UUID, secret_id: UUID, secret: bytes, private_key: bytes | None) -> Key:
    private = None
    if private_key is not None:
        private = Ed25519PrivateKey.from_private_bytes(vault.open(private_key, key_purpose(endpoint)))
    return Key(secret_id, vault.open(secret, purpose(endpoint)), private)


def headers(keyring: Keyring, *, message_id: str, at: RealTime, body: bytes) -> dict[str, str]:
    """The three headers of the scheme: first every `v1`, for receivers that know no other, then every `v1a`."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    signatures = ["v1," + _text(hmac.digest(key.secret, signed, "sha256")) for key in keyring.keys]
    signatures += ["v1a," + _text(key.private_key.sign(signed)) for key in keyring.keys if key.private_key]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()
