"""Tokens that must open nothing: each kind of forgery as often as is asked for, varied by chance."""

import base64
import hmac
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from proof.t14_keys import Key, b64, new_key, parts, token, unb64

_YES: Final[object] = True
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve's group."""

_HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_TEXTS: Final = ("iss", "aud", "jti", "sub", "client_id", "scope")
_NUMBERS: Final = ("iat", "exp", "epoch")


@dataclass(frozen=True)
class Forgery:
    kind: str
    text: str


class Forger:
    """Knows a right token, a second one, the gateway's own key, and has keys of its own."""

    def __init__(self, good: str, other: str, key: Key, chance: random.Random) -> None:
        self.good, self.other, self.key, self.chance = good, other, key, chance
        self.header, self.claims, self.signed_with = parts(good)
        self.foreign = new_key(key.kid)
        self._rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._curves = {
            "ES384": ec.generate_private_key(ec.SECP384R1()),
            "ES512": ec.generate_private_key(ec.SECP521R1()),
        }
        self._ed = ed25519.Ed25519PrivateKey.generate()

    def forgeries(self, count: int) -> list[Forgery]:
        """So many, of all kinds in turn."""
        return list(islice(self._all(), count))

    def _all(self) -> Iterator[Forgery]:
        while True:
            for kind, make in KINDS.items():
                yield Forgery(kind, make(self))

    def head(self, **more: Any) -> dict[str, Any]:
        return {**self.header, **more}

    def said(self, **more: Any) -> dict[str, Any]:
        return {**self.claims, "jti": b64(self.chance.randbytes(16)), **more}

    def pick(self, *given: Any) -> Any:
        return self.chance.choice(given)

    def bare(self, header: Mapping[str, Any], signature: bytes) -> str:
        return f"{b64(orjson.dumps(header))}.{b64(orjson.dumps(self.said()))}.{b64(signature)}"

    def alg_none(self) -> str:
        named = self.pick("none", "none", "none", "None", "NONE", "nOnE", "", None, 0, "none ", [], {})
        return self.bare(self.head(alg=named), self.pick(b"", b"", self.signed_with, self.chance.randbytes(64)))

    def public_key_as_secret(self) -> str:
        """The key that everybody may read, taken for a secret that two share."""
        public = self.key.private.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        short = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        jwk = orjson.dumps(self.key.jwk)
        secret = self.pick(pem, pem.strip(), der, point, point[1:], short, jwk, self.key.kid.encode(), b"")
        named = self.chance.choice(list(_HASHES))
        signed = f"{b64(orjson.dumps(self.head(alg=named)))}.{b64(orjson.dumps(self.said()))}"
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), _HASHES[named]))}"

    def other_algorithm(self) -> str:
        named = self.pick("RS256", "PS256", "ES384", "ES512", "EdDSA", "ES256K", "A128KW", "es256", " ES256", 256)
        signed = f"{b64(orjson.dumps(self.head(alg=named)))}.{b64(orjson.dumps(self.said()))}"
        raw = signed.encode()
        match named:
            case "RS256":
                made = self._rsa.sign(raw, padding.PKCS1v15(), hashes.SHA256())
            case "PS256":
                made = self._rsa.sign(raw, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
            case "ES384" | "ES512":
                made = self._curves[named].sign(raw, ec.ECDSA(hashes.SHA384()))
            case "EdDSA":
                made = self._ed.sign(raw)
            case _:
                made = self.key.signature(raw)
        return f"{signed}.{b64(made)}"

    def key_in_header(self) -> str:
        """Signed with a key that the token itself brings along, or says where to find."""
        url = "https://forger.example/keys"
        more = self.pick(
            {"jwk": self.foreign.jwk},
            {"jwk": {**self.foreign.jwk, "kid": self.key.kid}, "kid": self.foreign.kid},
            *({"jku": url}, {"x5u": url}, {"x5c": [b64(b"certificate")]}, {"x5t#S256": b64(b"x" * 32)}),
        )
        return token(self.pick(self.foreign, self.key), self.head(**more), self.said())

    def critical(self) -> str:
        more = self.pick(
            *(
                {"crit": ["exp"], "exp": 1},
                {"crit": []},
                {"b64": False, "crit": ["b64"]},
                {"zip": "DEF"},
                {"cty": "JWT"},
            ),
            *({"enc": "A256GCM"}, {"nonce": "1"}, {"alg2": "none"}, {"x": None}),
        )
        return token(self.key, self.head(**more), self.said())

    def long(self) -> str:
        """Up to a megabyte, of which the server takes 16 KiB."""
        size = self.pick(600, 5_000, 12_000, 15_500, 100_000, 1_000_000)
        where = self.pick("header", "claims", "kid", "signature")
        filler = "a" * size
        if where == "signature":
            return f"{self.good}{filler}"
        if where == "claims":
            return token(self.key, self.head(), self.said(more=filler * (5_000 // size + 1)))
        return token(self.key, self.head(**{"kid" if where == "kid" else "more": filler}), self.said())

    def kid_elsewhere(self) -> str:
        kid = self.pick(
            *("../../../../etc/passwd", "/dev/null", "' or 1=1 --", "https://forger.example/key", "file:///dev/null"),
            *(self.foreign.kid + "x", self.key.kid.lower(), self.key.kid[:-1], "", "\u0000", "%00", "*", "a" * 65),
            *(None, 0, [self.key.kid], {"kid": self.key.kid}),
        )
        return token(self.pick(self.foreign, self.key), self.head(kid=kid), self.said())

    def wrong_type(self) -> str:
        named = self.pick("JWT", "jwt", "at+JWT", "AT+JWT", "application/at+jwt", "id_token", "", None, 1, ["at+jwt"])
        header = self.head(typ=named)
        if self.chance.random() < 0.1:
            del header["typ"]
        return token(self.key, header, self.said())

    def wrong_party(self) -> str:
        """For somebody else, or from somebody else."""
        name = self.pick("iss", "aud", "iss", "aud", "sub", "client_id")
        right: str = self.claims[name]
        wrong = self.pick(
            *(right + "/", right.upper(), right + " ", right[:-1], "", "*", None, [right], [right, "x"], {"is": right}),
            *("https://other.example", self.chance.randbytes(4).hex()),
        )
        return token(self.key, self.head(), self.said(**{name: wrong}))

    def expired(self) -> str:
        now = int(time.time())
        ago = self.chance.randint(1, 10 ** self.chance.randint(1, 8))
        return token(self.key, self.head(), self.said(iat=now - ago - 3600, exp=now - ago))

    def of_the_future(self) -> str:
        later = int(time.time()) + self.chance.randint(60, 10 ** self.chance.randint(3, 8))
        return token(self.key, self.head(), self.said(iat=later, exp=later + 3600))

    def wrong_times(self) -> str:
        now = int(time.time())
        exp = self.pick(now - 1, 10**12, 2**63, 2**80, str(now + 60), now + 60.5, None, _YES, [now + 60], -1, 0)
        return token(self.key, self.head(), _json(self.said(iat=self.pick(now, now - 10), exp=exp)))

    def wrong_claims(self) -> str:
        name = self.chance.choice([*_TEXTS, *_NUMBERS])
        said = self.said()
        how = self.chance.randrange(4)
        if how == 0:
            del said[name]
        else:
            said[name] = self.pick(None, "", 0.5, _YES, [], {}, [said[name]], -1 if name == "epoch" else "")
        return token(self.key, self.head(), said)

    def no_object(self) -> str:
        raw = orjson.dumps(self.said())
        return token(
            self.key,
            self.pick(
                orjson.dumps(self.head()), b"[]", b"{", b"null", orjson.dumps(self.head())[:-1] + b',"alg":"ES256"}'
            ),
            self.pick(
                *(b"", b"null", b"[]", b'"text"', b"{", raw[:-1], raw[:-1] + b',"exp":NaN}', b"\xff\xfe" + raw),
                *(raw[:-1] + b',"scope":"operator"}', b"[" * 2000, raw.replace(b'"exp":', b'"exp":1e999,"x":')),
            ),
        )

    def altered_claims(self) -> str:
        """The right signature, of something else."""
        more = self.pick(
            *({"scope": "gateway manage operator"}, {"exp": self.claims["exp"] + 1}, {"client_id": "client_0"}),
            *({"tenant": "ISP2"}, {"epoch": 99}, {"iat": self.claims["iat"] - 1}),
        )
        head, _, signature = self.good.split(".")
        return f"{head}.{b64(orjson.dumps({**self.claims, **more}))}.{signature}"

    def altered_signature(self) -> str:
        """All but the twin that every such signature has, which says the same of the same."""
        head, claims, _ = self.good.split(".")
        raw = bytearray(self.signed_with)
        raw[self.chance.randrange(64)] ^= 1 << self.chance.randrange(8)
        r, s = int.from_bytes(self.signed_with[:32], "big"), int.from_bytes(self.signed_with[32:], "big")
        der = encode_dss_signature(r, s)
        wrong = self.pick(
            *(bytes(raw), bytes(raw), bytes(64), b"", der, self.signed_with[32:] + self.signed_with[:32]),
            *(self.signed_with[:63], self.signed_with + b"\x00", b"\x00" + self.signed_with, self.chance.randbytes(64)),
            *(_pair(0, s), _pair(r, 0), _pair(ORDER, ORDER), _pair(1, 1), b"\xff" * 64),
        )
        return f"{head}.{claims}.{b64(wrong)}"

    def other_spelling(self) -> str:
        """Other letters for the same bytes."""
        head, claims, signature = self.good.split(".")
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        loose = letters[letters.index(signature[-1]) ^ self.chance.randint(1, 15)]
        standard = base64.b64encode(unb64(signature)).decode()
        return self.pick(
            *(
                f"{head}.{claims}.{signature[:-1]}{loose}",
                f"{head}.{claims}.{signature}=",
                f"{head}.{claims}.{standard}",
            ),
            *(f"{head}.{claims}.{signature}==", f"{head}=.{claims}.{signature}", f"{head}.{claims}=.{signature}"),
            *(f"{head}.{claims}.{signature}~", f"{head}.{claims}/.{signature}", f"{head}.{claims}.{signature}AAAA"),
        )

    def other_structure(self) -> str:
        head, claims, signature = self.good.split(".")
        return self.pick(
            *(
                f"{head}.{claims}",
                f"{head}.{claims}.",
                f"{head}..{signature}",
                f".{claims}.{signature}",
                "..",
                ".",
                "a",
            ),
            *(
                f"{self.good}.{signature}",
                f"{head}.{claims}.{signature}.{head}.{claims}",
                f".{self.good}",
                f"{self.good}.",
            ),
            *(head, f"{claims}.{head}.{signature}", self.good[:-4], self.good[4:], self.good.upper()),
        )

    def two_crossed(self) -> str:
        """Parts of one right token with those of another."""
        one, two = self.good.split("."), self.other.split(".")
        return self.pick(f"{one[0]}.{two[1]}.{one[2]}", f"{two[0]}.{one[1]}.{two[2]}")

    def foreign_key(self) -> str:
        return token(self.foreign, self.head(), self.said())

    def wrong_epoch(self) -> str:
        epoch = self.claims["epoch"] + self.pick(-1, 1, 2, 100, 2**31, -(2**31))
        return token(self.key, self.head(), self.said(epoch=epoch))

    def wrong_client(self) -> str:
        who = f"client_{self.chance.randbytes(8).hex()}"
        return token(self.key, self.head(), self.said(sub=who, client_id=who))

    def noise(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
        return "".join(self.chance.choice(letters) for _ in range(self.chance.randint(1, 600)))


def _pair(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _json(said: Mapping[str, Any]) -> bytes:
    """Numbers of any size, too."""
    if isinstance(said["exp"], int) and said["exp"] >= 2**64:
        return orjson.dumps({**said, "exp": 0}).replace(b'"exp":0', b'"exp":%d' % said["exp"])
    return orjson.dumps(said)


KINDS: Final[Mapping[str, Callable[[Forger], str]]] = {
    "alg none": Forger.alg_none,
    "the public key as a shared secret": Forger.public_key_as_secret,
    "another algorithm": Forger.other_algorithm,
    "a key in the header": Forger.key_in_header,
    "further members of the header": Forger.critical,
    "far too long": Forger.long,
    "a kid that leads elsewhere": Forger.kid_elsewhere,
    "another type": Forger.wrong_type,
    "for or from somebody else": Forger.wrong_party,
    "expired": Forger.expired,
    "of the future": Forger.of_the_future,
    "impossible times": Forger.wrong_times,
    "claims missing or of another kind": Forger.wrong_claims,
    "no JSON object": Forger.no_object,
    "altered claims": Forger.altered_claims,
    "altered signature": Forger.altered_signature,
    "another spelling of the same bytes": Forger.other_spelling,
    "another structure": Forger.other_structure,
    "parts of two tokens": Forger.two_crossed,
    "a foreign key under our kid": Forger.foreign_key,
    "another epoch": Forger.wrong_epoch,
    "no client of ours": Forger.wrong_client,
    "noise": Forger.noise,
}
