"""The doors of a process, with all that they need."""

from collections.abc import Callable, Mapping
from typing import Any

from fibregate import work
from fibregate.app import App
from fibregate.cli.outbound import Shared
from fibregate.doors.tenant.services import TenantDoor
from fibregate.doors.wholesale.services import Wholesale
from fibregate.kcis.delivery.access import Accesses
from fibregate.kcis.endpoints.model import Rules
from fibregate.kcis.endpoints.trials import Trials
from fibregate.kcis.sight.queues import Gauges
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.accounts.routing import Routing
from fibregate.tenants.replays.once import Once
from fibregate.web import logs
from fibregate.web.connector import Connector
from fibregate.web.door import Door


def app(
    shared: Shared,
    to_tenants: Connector,
    to_suppliers: Networks,
    *,
    hooks: Mapping[str, Any],
    more: tuple[Door[Any], ...],
    is_ready: Callable[[], bool],
    log: logs.RequestLog,
) -> App:
    """The web half. `hooks` are a sandbox's own, `more` are doors that only a sandbox has."""
    settings, db, clock = shared.settings, shared.db, shared.clock
    orders: dict[str, Any] = {
        "one_open_order": settings.one_open_order,
        "hold_limit": settings.hold_limit or None,
        **hooks,
    }
    return App(
        db=db,
        clock=clock,
        callers=shared.callers,
        gauges=Gauges(db, clock),
        sign_in_failures=settings.sign_in_failures,
        rules=Rules(guard=shared.guard, renderings=tuple(work.RENDERERS), vault=shared.vault),
        trials=_trials(shared, to_tenants),
        wholesale=Wholesale(db=db, clock=clock, **orders),
        tenant=TenantDoor(
            db=db,
            clock=clock,
            routing=Routing(db),
            networks=to_suppliers,
            once=Once(db),
            answer_seconds=settings.answer_seconds,
            **orders,
        ),
        more=more,
        is_ready=is_ready,
        log=log,
    )


def _trials(shared: Shared, to_tenants: Connector) -> Trials:
    return Trials(
        db=shared.db,
        clock=shared.clock,
        connector=to_tenants,
        accesses=Accesses(to_tenants, shared.vault),
        vault=shared.vault,
        renderings=work.RENDERERS,
        total_seconds=shared.settings.webhook_total_seconds,
    )
