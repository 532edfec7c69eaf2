"""Answers in other words than they should be: of what was not done, and of what was."""

import gzip
import random
from functools import cache
from typing import Any, Final, cast
from uuid import uuid4

import orjson

from fibregate.sandbox.remote.behaviour import Cue, Rewrite
from fibregate.sandbox.remote.done import Reply, as_json
from fibregate.sandbox.remote.model import Json, Order

HUGE_BYTES: Final = 10 * 2**20
BOMB_BYTES: Final = 2**30
_MEBIBYTE: Final = 2**20
_PAGE: Final = b"<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Something went wrong</h1></body></html>"
_CREATED: Final = 201
_PRICE: Final = (
    *("status", "supplierQuoteId", "level", "currency", "oneOffCharges", "oneOffTotal", "recurringCharges"),
    *("monthlyTotal", "contractTotal", "leadTimeWorkingDays", "validUntil"),
)
_CODES: Final = {
    400: "MALFORMED_REQUEST",
    401: "NOT_AUTHORISED",
    404: "NOT_FOUND",
    405: "MALFORMED_REQUEST",
    409: "INVALID_REQUEST",
    413: "MALFORMED_REQUEST",
    422: "INVALID_REQUEST",
    504: "SUPPLIER_TIMED_OUT",
}


def refusal(status: int, *messages: str, **more: Any) -> Reply:
    """The error object of the dialect."""
    code = _CODES.get(status, "SUPPLIER_FAULT")
    return as_json(status, {"uuid": str(uuid4()), "code": code, "messages": list(messages), **more})


def says(status: int, message: str, **headers: str) -> Rewrite:
    """The same refusal whatever was done or asked."""

    def rewrite(_reply: Reply, _cue: Cue) -> Reply:
        return refusal(status, message).having(**headers)

    return rewrite


def redirect(status: int) -> Rewrite:
    """To another port, where somebody listens who writes down each call."""

    def rewrite(_reply: Reply, cue: Cue) -> Reply:
        return Reply(status).having(Location=cue.trap)

    return rewrite


def as_page(status: int) -> Rewrite:
    """What a proxy in between has to say."""

    def rewrite(_reply: Reply, _cue: Cue) -> Reply:
        return Reply(status, _PAGE).having(Content_Type="text/html")

    return rewrite


def garbage(reply: Reply, _: Cue) -> Reply:
    """The right head, and bytes that mean nothing."""
    return Reply(reply.status, random.Random(7).randbytes(600), reply.headers)  # noqa: S311 - noise, always the same


def truncated(reply: Reply, _: Cue) -> Reply:
    """Half of the JSON, as if that were all."""
    return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)


def as_text(reply: Reply, _: Cue) -> Reply:
    return reply.having(Content_Type="text/plain")


def with_status(status: int) -> Rewrite:
    def rewrite(reply: Reply, _: Cue) -> Reply:
        return Reply(status, reply.body, reply.headers)

    return rewrite


def _changed(reply: Reply, **changes: object) -> Reply:
    body = cast("Json", orjson.loads(reply.body)) | changes
    return as_json(reply.status, {name: one for name, one in body.items() if one is not None})


def without_reference(reply: Reply, _: Cue) -> Reply:
    return _changed(reply, supplierOrderReference=None)


def earlier_reference(reply: Reply, cue: Cue) -> Reply:
    """The reference of an earlier order of the same tenant."""
    return _changed(reply, supplierOrderReference=_reference(cue.earlier)) if cue.earlier else reply


def other_reference(reply: Reply, cue: Cue) -> Reply:
    """The reference of another tenant's order."""
    return _changed(reply, supplierOrderReference=_reference(cue.other)) if cue.other else reply


def other_order(reply: Reply, cue: Cue) -> Reply:
    """Another tenant's order altogether."""
    other = cue.other
    return _changed(reply, id=other.id, tenant=other.tenant, supplierOrderReference=other.reference) if other else reply


def _reference(order: Order) -> str:
    return order.reference


def without_price(reply: Reply, _: Cue) -> Reply:
    """What the documents print of the answer to a quote, and no more."""
    return _changed(reply, **dict.fromkeys(_PRICE)) if reply.status == _CREATED else reply


def miscounted(reply: Reply, _: Cue) -> Reply:
    return _changed(reply, monthlyTotal="1.00") if reply.status == _CREATED else reply


def huge(reply: Reply, _: Cue) -> Reply:
    """Right, and ten mebibytes of it."""
    return _changed(reply, padding="x" * HUGE_BYTES)


def bomb(reply: Reply, _: Cue) -> Reply:
    """A mebibyte that unfolds to a gibibyte."""
    return Reply(reply.status, _bomb(), reply.headers).having(Content_Encoding="gzip")


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_MEBIBYTE), 9) * (BOMB_BYTES // _MEBIBYTE)
