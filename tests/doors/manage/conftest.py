from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.kcis.stage import Stage, staged

from fibregate.doors.manage.door import door
from fibregate.doors.manage.services import Manage
from fibregate.errors import NotAuthorised
from fibregate.migrate import Dsns
from fibregate.web.call import Caller
from fibregate.web.gate import Gate

_AUDITED = """
select actor, act, subject, origin, request_id, details from audit where about_tenant = $1 order by audit_id
"""


@dataclass
class Desk:
    """The door as two tenants see it: `ours` and `theirs` are clients with their tokens."""

    stage: Stage
    ours: httpx.AsyncClient
    theirs: httpx.AsyncClient
    weak: httpx.AsyncClient

    async def made(self, **body: Any) -> dict[str, Any]:
        answer = await self.ours.post(
            "/manage/v1/endpoints", json={"url": "http://127.0.0.1:9/kcis", "rendering": "wholesale-webhook", **body}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def audited(self) -> list[Any]:
        return await self.stage.web.rows(
            _AUDITED,
            self.stage.ours,
        )


@pytest.fixture
async def desk(dsns: Dsns) -> AsyncIterator[Desk]:
    async with staged(dsns) as stage:
        callers = {
            "ours": Caller(kind="tenant", client_id="client-1", scopes=frozenset({"manage"}), tenant_id=stage.ours),
            "theirs": Caller(kind="tenant", client_id="client-2", scopes=frozenset({"manage"}), tenant_id=stage.theirs),
            "weak": Caller(kind="tenant", client_id="client-3", scopes=frozenset({"gateway"}), tenant_id=stage.ours),
        }

        async def authenticate(token: str) -> Caller:
            if token not in callers:
                raise NotAuthorised("Authorization: unknown token")
            return callers[token]

        gate = Gate(
            [
                door(
                    Manage(db=stage.web, clock=stage.clock, rules=stage.rules, trials=stage.trials),
                    authenticate,
                )
            ]
        )
        clients = [
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=gate),
                base_url="http://gateway",
                headers={"Authorization": f"Bearer {name}", "X-Request-ID": "request-7"},
            )
            for name in callers
        ]
        yield Desk(stage, *clients)
        for client in clients:
            await client.aclose()
