"""What is wrong with what a tenant asks of an endpoint, one message a fault; never a value of its secrets."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fibregate.clock import real_now
from fibregate.kcis.endpoints.model import KEEP, Auth, AuthKind, Change, Keep, Rules
from fibregate.web import dialling, tokens
from fibregate.web.guard import Guard

MOST_HEADERS: Final = 20
LONGEST_NAME: Final = 64
LONGEST_VALUE: Final = 2048
HEADER_BYTES: Final = 8192
LONGEST_PEM: Final = 16_384
LONGEST_CHAIN: Final = 10

RESERVED: Final = frozenset({
    "accept-encoding",
    "connection",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-conversation-id",
    "x-request-id",
})  # fmt: skip
RESERVED_BEGINNINGS: Final = ("content-", "proxy-", "webhook-")
FIELDS: Final[Mapping[AuthKind, tuple[str, ...]]] = {
    "NONE": (),
    "BASIC": ("username", "password"),
    "OAUTH2": ("tokenUrl", "clientId", "clientSecret"),
    "MTLS": ("certificate", "privateKey"),
}
"""What each kind of credentials cannot be without, as it is called on the wire."""

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[!-~](?:[\t -~]*[!-~])?")
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]+")
_SCOPE: Final = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*")


def faults(asked: Change, rules: Rules) -> list[str]:
    """Of each thing by itself; what two of them together may not be, `together` says."""
    found = [] if asked.url is None else rules.guard.faults(asked.url)
    if asked.rendering is not None and asked.rendering not in rules.renderings:
        found.append(f"rendering: must be one of {', '.join(sorted(rules.renderings))}")
    headers, auth = asked.options.headers, asked.options.auth
    if headers is not None and not isinstance(headers, Keep):
        found += _header_faults(headers)
    if auth is not None and auth is not KEEP:
        found += _auth_faults(auth, rules.guard)
    return found


def together(*, url: str, header_names: list[str], auth_kind: AuthKind) -> list[str]:
    """Of an endpoint as it would become."""
    found: list[str] = []
    if auth_kind in {"BASIC", "OAUTH2"} and "authorization" in {name.lower() for name in header_names}:
        found.append(
            f"headers: there is an Authorization, and auth of the type {auth_kind} makes one; give one of them"
        )
    if auth_kind == "MTLS" and not url.lower().startswith("https://"):
        found.append("auth: a client certificate is shown to https:// URLs only")
    return found


def _header_faults(headers: Mapping[str, str]) -> Iterator[str]:
    if len(headers) > MOST_HEADERS:
        yield f"headers: are {len(headers)}; accepted are at most {MOST_HEADERS}"
        return
    if sum(len(name) + len(value) for name, value in headers.items()) > HEADER_BYTES:
        yield f"headers: are together too long; accepted are at most {HEADER_BYTES} characters"
    seen: set[str] = set()
    for name, value in headers.items():
        at = f"headers.{name if len(name) <= LONGEST_NAME and _NAME.fullmatch(name) else ascii(name[:40])}"
        low = name.lower()
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
            yield f"{at}: is no header's name; accepted are at most {LONGEST_NAME} letters, digits and -_.!#$%&'*+^`|~"
        elif low in RESERVED or low.startswith(RESERVED_BEGINNINGS):
            yield f"{at}: is set by the gateway or by HTTP itself; accepted are other names"
        elif low in seen:
            yield f"{at}: is given twice; accepted is each name once, in capitals or not"
        seen.add(low)
        if len(value) > LONGEST_VALUE or not _VALUE.fullmatch(value):
            yield f"{at}: the value must be 1 to {LONGEST_VALUE} printable ASCII characters without spaces around them"


def _auth_faults(auth: Auth, guard: Guard) -> list[str]:
    absent = [name for name in FIELDS[auth.kind] if not auth.secrets.get(name)]
    found = [f"auth.{name}: is required for the type {auth.kind}" for name in absent]
    for name, check in _CHECKS[auth.kind].items():
        if auth.secrets.get(name):
            found += [f"auth.{name}: {told}" for told in check(auth.secrets[name])]
    if auth.kind == "OAUTH2" and auth.secrets.get("tokenUrl"):
        said = guard.faults(auth.secrets["tokenUrl"])
        found += [f"auth.tokenUrl: {one.removeprefix('url: ')}" for one in said]
    if auth.kind == "MTLS" and not found:
        found += _certificate_faults(auth.secrets["certificate"], auth.secrets["privateKey"])
    return found


def _plain(text: str) -> list[str]:
    return [] if _TEXT.fullmatch(text) else ["must be text without control characters"]


def _user(text: str) -> list[str]:
    return ["must be without a colon, which HTTP Basic cannot carry"] if ":" in text else _plain(text)


def _scope(text: str) -> list[str]:
    return [] if _SCOPE.fullmatch(text) else ["must be names with single spaces between them"]


def _client_auth(text: str) -> list[str]:
    ways = (tokens.IN_HEADER, tokens.IN_BODY)
    return [] if text in ways else [f"must be {' or '.join(ways)}"]


_CHECKS: Final[Mapping[AuthKind, Mapping[str, Callable[[str], list[str]]]]] = {
    "NONE": {},
    "BASIC": {"username": _user, "password": _plain},
    "OAUTH2": {"clientId": _plain, "clientSecret": _plain, "scope": _scope, "clientAuth": _client_auth},
    "MTLS": {},
}


def _certificate_faults(certificate: str, private_key: str) -> list[str]:
    """All that would keep the two from being shown, by the real clock."""
    found: list[str] = []
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
    except ValueError:
        chain = []
    if not 1 <= len(chain) <= LONGEST_CHAIN:
        found.append(f"auth.certificate: must be 1 to {LONGEST_CHAIN} certificates in PEM, your own first")
    elif chain[0].not_valid_after_utc <= real_now():
        found.append(f"auth.certificate: ended at {_told(chain[0].not_valid_after_utc)}")
    try:
        load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found.append("auth.privateKey: must be a private key in PEM that no password protects")
    if not found and not dialling.fits(certificate.encode(), private_key.encode()):
        found.append("auth.privateKey: must be the key of the first certificate, and of a kind and size that TLS takes")
    return found


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
