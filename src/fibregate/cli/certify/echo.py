"""Asking the receiver what it believes: only it knows what it made of what it took."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import orjson

from fibregate.cli.certify import clauses
from fibregate.cli.certify.clauses import Clause
from fibregate.cli.certify.plan import Belief
from fibregate.web.connector import Connector, NotDelivered

_LOOK_SECONDS: Final = 0.5
_GOOD: Final = 200

Wrong = tuple[str, Clause]
"""What is believed wrongly, and the rule that says so."""


async def ask(
    connector: Connector, url: str, headers: Mapping[str, str], beliefs: Sequence[Belief], *, patience: float
) -> list[Wrong]:
    """What is still wrong after `patience` seconds: a receiver may work on what it took in its own time."""
    deadline = time.monotonic() + patience
    while True:
        wrong = await _asked(connector, url, headers, beliefs)
        if not wrong or time.monotonic() > deadline:
            return wrong
        await asyncio.sleep(_LOOK_SECONDS)


async def _asked(connector: Connector, url: str, headers: Mapping[str, str], beliefs: Sequence[Belief]) -> list[Wrong]:
    body = orjson.dumps({"orders": [one.order for one in beliefs]})
    try:
        answer = await connector.post(url, body, {**headers, "Content-Type": "application/json"})
    except NotDelivered as error:
        return [(f"the echo gave no answer: {error.message}", clauses.ECHO)]
    if answer.status != _GOOD:
        return [(f"the echo answered {answer.status}", clauses.ECHO)]
    try:
        found = orjson.loads(answer.excerpt)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        return [("the echo did not answer with one JSON object of at most 4 KiB", clauses.ECHO)]
    told = cast("dict[str, Any]", found)
    return [wrong for one in beliefs for wrong in _differences(one, told.get(str(one.order)))]


def _differences(belief: Belief, told: Any) -> Iterator[Wrong]:
    if not isinstance(told, dict):
        yield f"order {belief.order}: nothing is known of it, and {belief.seen} KCIs of it were taken", clauses.TAKEN
        return
    said = cast("dict[str, Any]", told)
    about = f"order {belief.order}"
    if said.get("seen") != belief.seen:
        yield f"{about}: {said.get('seen')} KCIs were acted on, and {belief.seen} were told", belief.once
    if said.get("sequence") != belief.sequence:
        yield f"{about}: its last number is {said.get('sequence')}, and should be {belief.sequence}", belief.stands
    if said.get("status") != belief.status:
        yield f"{about}: its status is {said.get('status')}, and should be {belief.status}", belief.stands
