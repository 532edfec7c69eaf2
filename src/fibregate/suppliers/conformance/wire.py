"""The wire itself: requests as nobody should send them, and everything that came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit
from uuid import uuid4

from fibregate.errors import Malformed
from fibregate.suppliers.http import faults
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.faults import ANSWER_BYTES, Reply
from fibregate.suppliers.http.model import Account, ClientCredentials
from fibregate.web import json_reader
from fibregate.web.connector import Answered, Connector, NotDelivered
from fibregate.web.guard import Guard
from fibregate.web.tokens import basic


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, and what it answered."""

    method: str
    path: str
    answered: Answered

    def body(self) -> Any:
        """What was answered, None where it is no JSON."""
        try:
            return json_reader.read(self.answered.excerpt)
        except Malformed:
            return None

    @property
    def told(self) -> str:
        return f"{self.method} {self.path} answered {self.answered.status}"


class Recorder(Connector):
    """Keeps every answer."""

    def __init__(self, guard: Guard, *, connect_seconds: float, total_seconds: float, tls: Any = None) -> None:
        super().__init__(guard, connect_seconds=connect_seconds, total_seconds=total_seconds, tls=tls)
        self.heard: list[Heard] = []

    async def request(self, method: str, url: str, headers: Mapping[str, str], **how: Any) -> Answered:
        """As a connector's."""
        answered = await super().request(method, url, headers, **how)
        self.heard.append(Heard(method, urlsplit(url).path, answered))
        return answered


@dataclass(frozen=True, slots=True)
class Wire:
    """One account's, beside its adapter."""

    account: Account
    accesses: Accesses
    recorder: Recorder

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes | None = None,
        without: tuple[str, ...] = (),
        instead: Mapping[str, str] | None = None,
    ) -> Reply:
        """A request with headers left out or put in. Raises `SupplierFailed` where nothing answers."""
        account = self.account
        try:
            access = await self.accesses.of(account)
            given = {
                "Tenant": account.tenant,
                "X-Request-ID": str(uuid4()),
                "X-Conversation-ID": "conformance",
                "Content-Type": "application/json" if body is not None else "",
                **access.headers,
                **(instead or {}),
            }
            answered = await self.recorder.request(
                method,
                f"{account.url}{account.prefix}/{path}",
                {name: value for name, value in given.items() if value and name not in without},
                query=query,
                body=body,
                read_bytes=ANSWER_BYTES + 1,
                tls=access.tls,
                connect_seconds=account.connect_seconds,
                total_seconds=account.total_seconds,
            )
        except NotDelivered as error:
            raise faults.unanswered(account.name, error) from error
        return Reply(account.name, answered)

    async def token(self, credentials: ClientCredentials, secret: str) -> Reply:
        """What the token endpoint says to a secret."""
        form = {"grant_type": "client_credentials", **({"scope": credentials.scope} if credentials.scope else {})}
        headers: dict[str, str] = {}
        if credentials.in_body:
            form |= {"client_id": credentials.client_id, "client_secret": secret}
        else:
            headers["Authorization"] = basic(quote_plus(credentials.client_id), quote_plus(secret))
        try:
            return Reply(self.account.name, await self.recorder.post_form(credentials.token_url, form, headers))
        except NotDelivered as error:
            raise faults.unanswered(self.account.name, error) from error
