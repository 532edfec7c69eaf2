"""A face of the gateway: a prefix, a dialect and a table of routes."""

from collections.abc import Sequence
from typing import Any, Generic

from fibregate.web import body
from fibregate.web.call import S
from fibregate.web.dialect import Dialect
from fibregate.web.endpoint import Authenticate, Endpoint
from fibregate.web.route import Route


class Door(Generic[S]):
    """Compiles its routes.

    `services` is handed to each action in its `Call`. A body has `body_seconds` of the real clock to be all there.
    """

    def __init__(
        self,
        *,
        prefix: str,
        dialect: Dialect,
        routes: Sequence[Route[Any, Any, S]],
        authenticate: Authenticate,
        services: S,
        body_seconds: float = body.SECONDS,
    ) -> None:
        self.prefix, self.dialect, self.routes = prefix, dialect, tuple(routes)
        self.endpoints = tuple(
            Endpoint(route, path=prefix + route.path, dialect=dialect, authenticate=authenticate, services=services)
            for route in routes
        )
        for endpoint in self.endpoints:
            endpoint.body_seconds = body_seconds
