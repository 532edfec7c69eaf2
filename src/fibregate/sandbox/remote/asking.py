"""A call as it was meant: which operation, for which tenant, about what. Every fault of it is named at once."""

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic import ValidationError

from fibregate.errors import Malformed, MethodNotAllowed, Unknown
from fibregate.sandbox.remote import shapes
from fibregate.sandbox.remote.behaviour import Call
from fibregate.sandbox.remote.http import Request
from fibregate.sandbox.remote.model import Json
from fibregate.web import json_reader, query
from fibregate.web.faults import Faults
from fibregate.web.fields import MAX_ID
from fibregate.web.reading import Model

PREFIX: Final = "/WholesaleGateway/v1.0/gateway"
TOKEN_PATHS: Final = frozenset({"/IdentityModule/v1.0/oauth/token", "/oauth/token"})
_HEADERS: Final = ("Tenant", "X-Request-ID", "X-Conversation-ID")
_LONGEST: Final = 255

_AT: Final = {
    ("GET", "service-availability", False): (Call.AVAILABILITY, shapes.AVAILABILITY),
    ("GET", "available-appointments", False): (Call.SLOTS, shapes.SLOTS),
    ("POST", "appointments", False): (Call.BOOKING, shapes.BOOKING),
    ("POST", "quote", False): (Call.QUOTE, shapes.QUOTE),
    ("POST", "service-orders", False): (Call.ORDER, shapes.ORDER),
    ("POST", "ethernet/service-orders", False): (Call.ORDER, shapes.ETHERNET_ORDER),
    ("POST", "service-order-amendments", False): (Call.AMENDMENT, shapes.AMENDMENT),
    ("POST", "service-order-cancellations", False): (Call.CANCELLATION, shapes.CANCELLATION),
    ("GET", "appointments", True): (Call.LOOKUP, None),
    ("GET", "service-orders", True): (Call.LOOKUP, None),
    ("GET", "ethernet/service-orders", True): (Call.LOOKUP, None),
    ("GET", "service-order-amendments", True): (Call.LOOKUP, None),
    ("GET", "service-order-cancellations", True): (Call.LOOKUP, None),
    ("DELETE", "appointments", True): (Call.RELEASE, None),
}
_EXTENSIONS: Final = frozenset({Call.LOOKUP, Call.RELEASE})


@dataclass(frozen=True, slots=True)
class Asked:
    """`what` is one of the shapes, `number` the caller's own, `about` the name of the operation in its path."""

    call: Call
    about: str
    tenant: str
    conversation: str
    number: int
    what: shapes.Asked
    body: Json


def is_for_token(request: Request) -> bool:
    return request.method == "POST" and _path(request) in TOKEN_PATHS


def read(request: Request, *, lookup: bool) -> Asked:
    """Raises `Unknown` or `MethodNotAllowed` where there is no such operation, `Malformed` or `Invalid` for faults."""
    name, number = _operation(_path(request).removeprefix(PREFIX).strip("/"))
    found = _AT.get((request.method, name, bool(number)))
    if found is None or (found[0] in _EXTENSIONS and not lookup):
        raise _no_such_operation(name, has_number=bool(number))
    call, model = found
    faults = Faults()
    headers = _headers(request, faults)
    body, what = _inputs(request, model, faults)
    asked_number = _number(number, faults) if number else getattr(what, "id", 0)
    if faults.messages:
        raise faults.error()
    return Asked(call, name, headers["Tenant"], headers["X-Conversation-ID"], asked_number, what, body)


def _operation(path: str) -> tuple[str, str]:
    """Its name, and the number that follows it, if one does."""
    kind, _, rest = path.partition("/") if path.startswith("ethernet/") else ("", "", path)
    name, _, number = rest.partition("/")
    return (f"{kind}/{name}" if kind else name), number


def _path(request: Request) -> str:
    return urlsplit(request.target).path


def _no_such_operation(name: str, *, has_number: bool) -> Exception:
    allowed = [method for method, there, numbered in _AT if (there, numbered) == (name, has_number)]
    if has_number or not allowed:
        return Unknown("path: there is no such operation")
    return MethodNotAllowed(f"method: accepted here is {', '.join(allowed)}", allowed)


def _headers(request: Request, faults: Faults) -> dict[str, str]:
    found = {name: request.headers.get(name.lower(), "") for name in _HEADERS}
    for name, value in found.items():
        if not 1 <= len(value) <= _LONGEST:
            faults.malformed(f"{name}: is required; accepted are 1 to {_LONGEST} characters")
    return found


def _number(text: str, faults: Faults) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= MAX_ID:
        return int(text)
    faults.malformed(f"id: accepted in the path is an integer 1 to {MAX_ID}")
    return 0


def _inputs(request: Request, model: Model | None, faults: Faults) -> tuple[Json, Any]:
    if model is None:
        return {}, None
    values: Any = None
    if model.part.name == "query":
        raw = urlsplit(request.target).query.encode("latin-1")
        given = query.values(raw, model.plan, faults, "query")
        values = given.values if given else None
    else:
        values = _json(request.body, faults)
    if faults.messages and values is None:
        return {}, None
    try:
        return cast("Json", values), model.read(values)
    except ValidationError as wrong:
        faults.add(wrong, model.part, missing=400 if model.part.name == "query" else 422)
        return {}, None


def _json(raw: bytes, faults: Faults) -> Any:
    try:
        return json_reader.read(raw)
    except Malformed as broken:
        faults.malformed(*(f"body: {message}" for message in broken.messages))
        return None
