"""The doors: tokens in OAuth's dialect, with two spellings of its refusals, and keys in our own."""

from typing import Any

from fibregate.db import Db
from fibregate.doors.identity import access_token, keys, token, webhook_keys
from fibregate.doors.identity.errors import ACCESS, KEYS, OAUTH
from fibregate.doors.identity.failures import Failures
from fibregate.doors.identity.token import Identity
from fibregate.tenants.callers import Callers
from fibregate.web.door import Door


def doors(callers: Callers, db: Db, *, sign_in_failures: int = 20) -> list[Door[Any]]:
    """For one process; the limits are counted here, and so are failures, of which so many are reported."""
    identity = Identity(callers, db, failures=Failures(most=sign_in_failures))
    return [
        Door(
            prefix="/IdentityModule/v1.0/oauth",
            dialect=OAUTH,
            routes=token.ROUTES,
            authenticate=callers.authenticate,
            services=identity,
        ),
        Door(
            prefix="/v1/auth",
            dialect=ACCESS,
            routes=access_token.ROUTES,
            authenticate=callers.authenticate,
            services=identity,
        ),
        Door(
            prefix="/.well-known",
            dialect=KEYS,
            routes=[*keys.ROUTES, *webhook_keys.ROUTES],
            authenticate=callers.authenticate,
            services=identity,
        ),
    ]
