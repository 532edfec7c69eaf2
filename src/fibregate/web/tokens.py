"""Access tokens of others' authorisation servers, by OAuth 2 client credentials (RFC 6749 4.4)."""

import asyncio
import base64
import re
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote_plus

import orjson

from fibregate.web.connector import FORM_ANSWER_BYTES, Answered, Connector, NotDelivered

MARGIN: Final = 30.0
"""Seconds before its end at which a token is not used any more, or a tenth of its life where that is less."""
USUAL_LIFE: Final = 300.0
LONGEST_LIFE: Final = 86_400.0
KEPT: Final = 4096
"""Holders whose tokens are kept, those last used."""

IN_HEADER: Final = "client_secret_basic"
IN_BODY: Final = "client_secret_post"

_TOKEN: Final = re.compile(r"[!-~]{1,8192}")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True, eq=False)
class _Holder:
    """One token. Who waits while another fetches shares what that one got, a failure too."""

    sealed: Hashable
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str | None = field(default=None, repr=False)
    ends: float = 0.0
    fetches: int = 0
    failure: str | None = None

    @property
    def good(self) -> str | None:
        return self.token if time.monotonic() < self.ends else None


class Tokens:
    """One for a process. Lives are counted on the real clock."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._held: OrderedDict[Hashable, _Holder] = OrderedDict()

    async def of(self, whose: Hashable, sealed: Hashable, grant: Mapping[str, str]) -> str:
        """A token to use now; `sealed` tells whether the credentials are still those it was fetched with.

        `grant` has `tokenUrl`, `clientId` and `clientSecret`, and may have `scope` and `clientAuth`. Raises
        `NotDelivered` of the kind `auth`.
        """
        holder = self._holder(whose, sealed)
        token, fetches = holder.good, holder.fetches
        if token is not None:
            return token
        async with holder.lock:
            if holder.fetches == fetches or (holder.token is None and holder.failure is None):
                await self._fetch(holder, grant)
            if holder.token is None:
                raise NotDelivered("auth", f"no access token: {holder.failure}")
            return holder.token

    def forget(self, whose: Hashable, refused: str | None = None) -> None:
        """The next call fetches another token; where `refused` is given, only if it is still that one."""
        holder = self._held.get(whose)
        if holder is not None and refused in {None, holder.token}:
            holder.token = None

    def _holder(self, whose: Hashable, sealed: Hashable) -> _Holder:
        holder = self._held.get(whose)
        if holder is None or holder.sealed != sealed:
            holder = self._held[whose] = _Holder(sealed)
        self._held.move_to_end(whose)
        if len(self._held) > KEPT:
            self._held.popitem(last=False)
        return holder

    async def _fetch(self, holder: _Holder, grant: Mapping[str, str]) -> None:
        """Counted only when it came to an end: one that was cancelled leaves the next to try."""
        holder.token, holder.failure, began = None, None, time.monotonic()
        try:
            answer = await self._connector.post_form(grant["tokenUrl"], *_request(grant))
            token, life = _granted(answer)
        except NotDelivered as error:
            holder.failure = f"the token URL failed: {error.message}"
        except ValueError as error:
            holder.failure = str(error)
        else:
            holder.token, holder.ends = token, began + life - min(MARGIN, life / 10)
        holder.fetches += 1


def basic(user: str, password: str) -> str:
    """The value of an `Authorization` header by HTTP Basic (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _request(grant: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The form and its headers; id and secret are encoded as RFC 6749 2.3.1 has it."""
    form = {"grant_type": "client_credentials"}
    if grant.get("scope"):
        form["scope"] = grant["scope"]
    if grant.get("clientAuth", IN_HEADER) == IN_BODY:
        return {**form, "client_id": grant["clientId"], "client_secret": grant["clientSecret"]}, {}
    return form, {"Authorization": basic(quote_plus(grant["clientId"]), quote_plus(grant["clientSecret"]))}


def _granted(answer: Answered) -> tuple[str, float]:
    """The token and its life in seconds; raises ValueError in words that tell nothing of the answer's content."""
    if answer.status != HTTPStatus.OK:
        raise ValueError(f"the token URL answered {answer.status}")
    if len(answer.excerpt) > FORM_ANSWER_BYTES:
        raise ValueError(f"the token URL's answer is over {FORM_ANSWER_BYTES} bytes")
    try:
        read: Any = orjson.loads(answer.excerpt)
    except orjson.JSONDecodeError:
        raise ValueError("the token URL's answer is not JSON") from None
    body = cast("dict[str, Any]", read) if isinstance(read, dict) else {}
    token = body.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ValueError("the token URL's answer has no access_token that a header can hold")
    if str(body.get("token_type", "bearer")).lower() != "bearer":
        raise ValueError("the token URL's answer is not of the type Bearer")
    return token, _life(body.get("expires_in"))


def _life(said: object) -> float:
    if isinstance(said, str) and _DIGITS.fullmatch(said):
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int | float):
        return USUAL_LIFE
    return min(max(float(said), 0.0), LONGEST_LIFE)
