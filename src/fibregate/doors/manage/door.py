"""The door put together."""

from typing import Final

from fibregate.doors.manage import endpoints, feed, orders
from fibregate.doors.manage.errors import MANAGE
from fibregate.doors.manage.services import Manage
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/manage/v1"


def door(services: Manage, authenticate: Authenticate) -> Door[Manage]:
    return Door(
        prefix=PREFIX,
        dialect=MANAGE,
        routes=[*endpoints.ROUTES, *feed.ROUTES, *orders.ROUTES],
        authenticate=authenticate,
        services=services,
    )
