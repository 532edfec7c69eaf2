"""Nothing but what we ourselves wrote is a token; each case is one way to try otherwise."""

import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterator
from typing import Any

import orjson
from joserfc import jws
from joserfc.jwk import ECKey
from tests.tenants.office import Office

from fibregate.errors import NotAuthorised
from fibregate.tenants.tokens import MAX_TOKEN

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def packed(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=="))


class Forger:
    """Has a good token, our public key, and can even sign with our private one where only the content is wrong."""

    def __init__(self, token: str, ours: ECKey) -> None:
        self.token = token
        self.ours = ours
        self.head, self.payload, self.signature = token.split(".")
        self.header, self.claims = unpacked(self.head), unpacked(self.payload)

    def signed(self, header: object, claims: object, key: ECKey | None = None) -> str:
        """An ES256 signature over anything at all."""
        content = f"{packed(header)}.{packed(claims)}"
        algorithm = jws.JWSRegistry.algorithms["ES256"]
        signature = algorithm.sign(content.encode(), key or self.ours)
        return f"{content}.{packed(signature)}"

    def with_header(self, **changes: object) -> str:
        return self.signed({**self.header, **changes}, self.claims)

    def with_claims(self, **changes: object) -> str:
        return self.signed(self.header, {**self.claims, **changes})

    def without(self, name: str) -> str:
        return self.signed(self.header, {key: value for key, value in self.claims.items() if key != name})

    def as_hmac(self, secret: bytes, algorithm: str = "HS256") -> str:
        content = f"{packed({**self.header, 'alg': algorithm})}.{self.payload}"
        digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
        return f"{content}.{packed(hmac.new(secret, content.encode(), digest).digest())}"

    def everything(self) -> Iterator[tuple[str, str]]:
        for group in (self.algorithms, self.key_confusion, self.headers, self.contents, self.spellings, self.sizes):
            for number, token in enumerate(group()):
                yield f"{group.__name__} {number}", token

    def algorithms(self) -> Iterator[str]:
        for name in (
            "none",
            "None",
            "NONE",
            "nOnE",
            "",
            "ES384",
            "ES512",
            "ES256K",
            "RS256",
            "PS256",
            "EdDSA",
            "es256",
        ):
            yield self.with_header(alg=name)
            yield f"{packed({**self.header, 'alg': name})}.{self.payload}."
            yield f"{packed({**self.header, 'alg': name})}.{self.payload}.{self.signature}"
        for value in (None, 256, ["ES256"], {"ES256": 1}, True):
            yield self.with_header(alg=value)
        yield self.signed({key: value for key, value in self.header.items() if key != "alg"}, self.claims)

    def key_confusion(self) -> Iterator[str]:
        public = [
            self.ours.as_pem(private=False),
            self.ours.as_pem(private=False).strip(),
            self.ours.as_der(private=False),
            json.dumps(self.ours.as_dict(private=False)).encode(),
            self.header["kid"].encode(),
            b"",
        ]
        for algorithm in ("HS256", "HS384", "HS512"):
            for secret in public:
                yield self.as_hmac(secret, algorithm)

    def headers(self) -> Iterator[str]:
        own = ECKey.generate_key("P-256")
        jwk = own.as_dict(private=False)
        extras: tuple[dict[str, object], ...] = (
            {"jwk": jwk},
            {"jku": "https://evil.example/jwks.json"},
            {"x5u": "https://evil.example/cert.pem"},
            {"x5c": ["MIIB"]},
            {"x5t": "abc"},
            {"crit": ["exp"]},
            {"crit": []},
            {"b64": False, "crit": ["b64"]},
            {"cty": "JWT"},
            {"zip": "DEF"},
            {"extra": 1},
        )
        for extra in extras:
            yield self.signed({**self.header, **extra}, self.claims)
            yield self.signed({**self.header, **extra}, self.claims, own)
            yield self.signed({"alg": "ES256", "typ": "at+jwt", **extra}, self.claims, own)
        kids = ("", "../../etc/passwd", "/dev/null", "' or 1=1 --", "x" * 65, "\u0000", "0", 0, None, ["a"], {"a": 1})
        for kid in kids:
            yield self.with_header(kid=kid)
            yield self.signed({**self.header, "kid": kid}, self.claims, own)
        yield self.signed(self.header, self.claims, own)
        for typ in ("JWT", "jwt", "at+JWT", "application/at+jwt", "id+jwt", "", None, 1):
            yield self.with_header(typ=typ)
        yield self.signed({key: value for key, value in self.header.items() if key != "typ"}, self.claims)
        yield self.signed([self.header], self.claims)
        yield self.signed("header", self.claims)
        yield self.signed(json.dumps(self.header).encode() + b" x", self.claims)
        yield self.signed(b'{"alg":"none",' + json.dumps(self.header).encode()[1:], self.claims)

    def contents(self) -> Iterator[str]:
        now = int(time.time())
        for name in ("iss", "aud", "exp", "iat", "jti", "sub", "client_id", "scope", "epoch"):
            yield self.without(name)
            values: tuple[object, ...] = (None, "", 0, True, [], {}, -1, 1.5)
            for value in values:
                yield self.with_claims(**{name: value})
        for changes in (
            {"iss": "https://evil.example"},
            {"aud": "https://evil.example"},
            {"aud": [self.claims["aud"]]},
            {"iss": self.claims["iss"] + "/"},
            {"exp": now - 1},
            {"exp": now},
            {"exp": str(now + 600)},
            {"exp": now + 600.5},
            {"exp": now + 10**6},
            {"iat": "0"},
            {"iat": now + 3600},
            {"sub": "client_0000000000000000", "client_id": "client_0000000000000000"},
            {"sub": "client_0000000000000000"},
            {"epoch": 2},
            {"epoch": 0},
        ):
            yield self.with_claims(**changes)
        others: tuple[object, ...] = ([], "claims", b"", b"\xff\xfe", b"{", b"null", b'{"exp":1,"exp":2}')
        for claims in others:
            yield self.signed(self.header, claims)
        elevated = packed({**self.claims, "scope": "operator gateway manage sandbox updates"})
        yield f"{self.head}.{elevated}.{self.signature}"

    def spellings(self) -> Iterator[str]:
        last = ALPHABET.index(self.signature[-1])
        for spare in range(1, 16):
            yield self.token[:-1] + ALPHABET[(last & 0x30) | ((last + spare) & 0x0F)]
        yield from (
            self.token + "=",
            self.token + ".",
            "." + self.token,
            self.token + "." + self.signature,
            self.token + "\n",
            " " + self.token,
            self.token.replace(".", ".."),
            self.token.replace(".", ""),
            f"{self.head}=.{self.payload}.{self.signature}",
            f"{self.head}.{self.payload}.",
            f"{self.head}..{self.signature}",
            f".{self.payload}.{self.signature}",
            f"{self.head}.{self.payload}.{packed(bytes(64))}",
            f"{self.head}.{self.payload}.{packed(bytes(63))}",
            f"{self.head}.{self.payload}.{packed(bytes(65))}",
            f"{self.head}.{self.payload}.{packed(b'0' * 512)}",
            "",
            ".",
            "..",
            "...",
            "\u0661" * 20,
            self.token[:-1] + "\u00e9",
            self.token.replace("-", "+").replace("_", "/") + "+",
        )
        chance = random.Random(20250701)  # noqa: S311 - the same cases every time
        for _ in range(300):
            place = chance.randrange(len(self.token))
            other = chance.choice([one for one in ALPHABET + "." if one != self.token[place]])
            yield self.token[:place] + other + self.token[place + 1 :]

    def sizes(self) -> Iterator[str]:
        yield "x" * 1_000_000
        yield "x." * 500_000
        yield self.with_header(kid="k" * 1_000_000)
        yield self.with_claims(jti="j" * 1_000_000)
        yield self.signed({**self.header, "kid": self.header["kid"]}, {**self.claims, "jti": "j" * MAX_TOKEN})
        yield self.signed(json.dumps(self.header).encode() + b" " * 512, self.claims)
        yield self.signed(b"[" * 300 + b"]" * 300, self.claims)


async def forger_for(office: Office) -> Forger:
    token = await office.token(office.isp)
    _, ours = await office.callers.ring.signing()
    return Forger(token, ours)


async def test_no_forgery_is_accepted(office: Office) -> None:
    forger = await forger_for(office)
    accepted: list[str] = []
    tried = 0
    for name, token in forger.everything():
        tried += 1
        try:
            await office.callers.authenticate(token)
        except NotAuthorised:
            continue
        accepted.append(f"{name}: {token[:200]}")
    assert not accepted
    assert tried >= 500


async def test_the_forger_could_sign_if_only_the_content_were_right(office: Office) -> None:
    """The cases above fail for what they say, and not because the forger's signatures are bad."""
    forger = await forger_for(office)
    again = forger.with_claims(jti="another")
    caller = await office.callers.authenticate(again)
    assert caller.tenant_code == "ISP1"


async def test_the_token_says_just_what_it_must(office: Office) -> None:
    token = await office.token(office.network)
    head, payload, _ = token.split(".")
    assert set(unpacked(head)) == {"alg", "typ", "kid"}
    claims = unpacked(payload)
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["supplier"] == "NETWORK1"
    assert claims["scope"] == "updates"
    assert orjson.dumps(claims) == base64.urlsafe_b64decode(payload + "==")
    assert len(token) < 800
