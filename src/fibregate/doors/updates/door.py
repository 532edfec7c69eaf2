"""The door put together."""

from typing import Final

from fibregate.doors.updates import kcis
from fibregate.doors.updates.errors import UPDATES
from fibregate.doors.updates.services import Updates
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/v1"


def door(services: Updates, authenticate: Authenticate) -> Door[Updates]:
    return Door(prefix=PREFIX, dialect=UPDATES, routes=kcis.ROUTES, authenticate=authenticate, services=services)
