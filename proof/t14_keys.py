"""What a forger may know at the very most: the gateway's own signing key, unsealed as its operator could.

With it, tokens are made that are rightly signed and wrong all the same; without it, those that are not.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from proof.ground import MASTER_KEY, Gateway
from proof.look import rows

_NONCE: Final = slice(1, 13)
_SIGNS: Final = """
select kid, private_key, public_key from signing_keys
where signs_from <= now() and (verifies_until is null or verifies_until > now())
order by verifies_until is null desc, signs_from desc limit 1
"""


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Key:
    """A pair on P-256, and the name that the gateway gave it, or would have."""

    kid: str
    private: ec.EllipticCurvePrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        point = self.private.public_key().public_numbers()
        x, y = (b64(one.to_bytes(32, "big")) for one in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def signature(self, signed: bytes) -> bytes:
        """As JWS writes it."""
        r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def new_key(kid: str) -> Key:
    return Key(kid, ec.generate_private_key(ec.SECP256R1()))


def own_key(jwk: Mapping[str, str], kid: str) -> Key:
    """From a private JWK."""
    number = int.from_bytes(unb64(jwk["d"]), "big")
    return Key(kid, ec.derive_private_key(number, ec.SECP256R1()))


async def unsealed(gateway: Gateway) -> Key:
    """The key that signs now."""
    (row,) = await rows(gateway, _SIGNS)
    sealed = bytes(row["private_key"])
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"fibregate seal").derive(base64.b64decode(MASTER_KEY))
    plain = AESGCM(derived).decrypt(sealed[_NONCE], sealed[_NONCE.stop :], sealed[:1] + b"a signing key")
    return own_key(orjson.loads(plain), row["kid"])


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Header, claims and signature of one that is right."""
    header, claims, signature = token.split(".")
    return (
        cast("dict[str, Any]", orjson.loads(unb64(header))),
        cast("dict[str, Any]", orjson.loads(unb64(claims))),
        unb64(signature),
    )


def token(key: Key, header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes | list[Any]) -> str:
    """Signed by the key, whatever it says."""
    head, body = (one if isinstance(one, bytes) else orjson.dumps(one) for one in (header, claims))
    signed = f"{b64(head)}.{b64(body)}"
    return f"{signed}.{b64(key.signature(signed.encode()))}"
