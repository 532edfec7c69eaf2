"""The door put together."""

from typing import Final

from fibregate.doors.sandbox import clock, stories
from fibregate.doors.sandbox.errors import SANDBOX
from fibregate.doors.sandbox.services import Sandbox
from fibregate.web.door import Door
from fibregate.web.endpoint import Authenticate

PREFIX: Final = "/sandbox/v1"


def door(services: Sandbox, authenticate: Authenticate) -> Door[Sandbox]:
    return Door(
        prefix=PREFIX,
        dialect=SANDBOX,
        routes=[*clock.routes(services.clock_scope), *stories.ROUTES],
        authenticate=authenticate,
        services=services,
    )
