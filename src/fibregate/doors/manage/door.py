"""The door put together."""

from typing import Final

from fibregate.doors.manage import (
    alarms,
    charges,
    endpoint_secrets,
    endpoint_trials,
    endpoints,
    feed,
    live_services,
    order_options,
    orders,
    quotes,
    reconcile,
    replays,
    service_options,
    skips,
    suppliers,
    wayleaves,
)
from fibregate.doors.manage.errors import MANAGE
from fibregate.doors.manage.services import Manage
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/manage/v1"


def door(services: Manage, authenticate: Authenticate) -> Door[Manage]:
    return Door(
        prefix=PREFIX,
        dialect=MANAGE,
        routes=[
            *endpoints.ROUTES,
            *endpoint_secrets.ROUTES,
            *endpoint_trials.ROUTES,
            *feed.ROUTES,
            *orders.ROUTES,
            *order_options.ROUTES,
            *charges.ROUTES,
            *wayleaves.ROUTES,
            *quotes.ROUTES,
            *suppliers.ROUTES,
            *live_services.ROUTES,
            *service_options.ROUTES,
            *skips.ROUTES,
            *replays.ROUTES,
            *reconcile.ROUTES,
            *alarms.ROUTES,
        ],
        authenticate=authenticate,
        services=services,
    )
