"""The token endpoint as a client sees it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from tests.tenants.office import Office

from fibregate.tenants.model import Credential

TOKEN = "/IdentityModule/v1.0/oauth/token"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Got:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    def refused(self, status: int, error: str) -> str:
        """Checks the shape that OAuth asks for, and gives the description."""
        assert (self.status, self.body.get("error")) == (status, error), (self.status, self.body)
        assert set(self.body) == {"error", "error_description"}
        assert all(" " <= one <= "~" and one not in '"\\' for one in self.body["error_description"])
        return self.body["error_description"]


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@dataclass
class Identity:
    office: Office
    session: aiohttp.ClientSession

    def basic(self, credential: Credential | None = None) -> dict[str, str]:
        shown = credential or self.office.isp
        return basic(shown.client_id, shown.secret)

    async def ask(
        self,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | str | bytes = "",
        *,
        method: str = "POST",
        path: str = TOKEN,
    ) -> Got:
        body = urlencode(form) if isinstance(form, Mapping) else form
        sent = {"Content-Type": FORM, **(headers or {})}
        async with self.session.request(method, path, data=body, headers=sent) as answer:
            return Got(answer.status, answer.headers, await answer.json())
