"""The doors as the web process has them, put together without a database."""

from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from fibregate.app import App, gate
from fibregate.doors.sandbox import door as sandbox
from fibregate.doors.sandbox.services import Sandbox
from fibregate.web.door import Door

_NOTHING = cast("Any", SimpleNamespace(authenticate=None, page=None))


@cache
def doors() -> tuple[Door[Any], ...]:
    """All that a sandbox has; production has all but the last. They can be described, not called."""
    more = (sandbox.door(Sandbox(db=_NOTHING), _NOTHING.authenticate),)
    app = App(
        db=_NOTHING,
        clock=_NOTHING,
        callers=_NOTHING,
        rules=_NOTHING,
        trials=_NOTHING,
        gauges=_NOTHING,
        wholesale=_NOTHING,
        tenant=_NOTHING,
        more=more,
    )
    return gate(app).doors
