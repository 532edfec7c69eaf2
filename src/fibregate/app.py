"""The web process put together: the DOORS table, and what watches over them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fibregate.clock import BusinessClock
from fibregate.db import Db
from fibregate.doors.identity.door import doors as identity
from fibregate.doors.manage import door as manage
from fibregate.doors.manage.services import Manage
from fibregate.doors.tenant import door as tenant
from fibregate.doors.tenant.services import TenantDoor
from fibregate.doors.updates import door as updates
from fibregate.doors.updates.services import Updates
from fibregate.doors.wholesale import door as wholesale
from fibregate.doors.wholesale.services import Wholesale
from fibregate.errors import GatewayError, Unavailable
from fibregate.kcis.endpoints.model import Rules
from fibregate.kcis.endpoints.trials import Trials
from fibregate.kcis.sight.queues import Gauges
from fibregate.tenants.callers import Callers
from fibregate.web import metrics
from fibregate.web.dialect import Dialect, error_object
from fibregate.web.door import Door
from fibregate.web.gate import Gate
from fibregate.web.logs import RequestLog


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What the doors need. `more` are doors that only a sandbox has; `is_ready` may hold readiness back.

    `gauges` are the queues that `/metrics` shows beside the counts of requests.
    """

    db: Db
    clock: BusinessClock
    callers: Callers
    rules: Rules
    trials: Trials
    wholesale: Wholesale
    tenant: TenantDoor
    gauges: Gauges
    sign_in_failures: int = 20
    more: tuple[Door[Any], ...] = ()
    is_ready: Callable[[], bool] = lambda: True
    log: RequestLog | None = None


def gate(app: App) -> Gate:
    """The DOORS table behind one port."""
    authenticate = app.callers.authenticate
    doors: list[Door[Any]] = [
        *identity(app.callers, app.db, sign_in_failures=app.sign_in_failures),
        wholesale.door(app.wholesale, authenticate),
        tenant.door(app.tenant, authenticate),
        updates.door(Updates(db=app.db, clock=app.clock), authenticate),
        manage.door(_manage(app), authenticate),
        *app.more,
    ]
    mounts: Mapping[str, ASGIApp] = {
        "/health/live": _live,
        "/health/ready": _Ready(app),
        "/metrics": metrics.Page(app.gauges.page),
    }
    return Gate(doors, log=app.log, mounts=mounts)


def _manage(app: App) -> Manage:
    return Manage(db=app.db, clock=app.clock, rules=app.rules, trials=app.trials)


_HEALTH: Final = Dialect(name="health", title="Health")


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"status": "live"})(scope, receive, send)


class _Ready:
    """200 only while requests can be served: the database answers, and nothing holds readiness back."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = await self._fault()
        answer = JSONResponse({"status": "ready"})
        if fault:
            refused = _HEALTH.refusal(Unavailable(fault, 1))
            answer = JSONResponse(error_object(refused), refused.status, {"Retry-After": "1"})
        await answer(scope, receive, send)

    async def _fault(self) -> str | None:
        if not self._app.is_ready():
            return "The gateway is starting."
        try:
            await self._app.db.ping()
        except GatewayError as away:
            return str(away)
        return None
