"""Right answers that never arrive, or arrive otherwise than answers do."""

import asyncio
from typing import Final

import orjson

from fibregate.sandbox.remote.behaviour import Cue, Send, Wire, head, whole
from fibregate.sandbox.remote.done import Reply, as_json

_DRIPS: Final = 200


async def dropped(_wire: Wire, _reply: Reply, _cue: Cue) -> bool:
    """The connection is closed without a word."""
    return False


async def reset_in_body(wire: Wire, reply: Reply, _: Cue) -> bool:
    """RST in the middle of the body."""
    await wire.say(head(reply) + reply.body[: len(reply.body) // 2])
    await asyncio.sleep(0.05)  # or the reset would overtake what was said
    wire.reset()
    return False


async def late(wire: Wire, reply: Reply, cue: Cue) -> bool:
    """When the caller has long given up; or not, if it is patient."""
    await wire.until_gone(cue.paces.late)
    await wire.say(head(reply, close=True) + reply.body)
    return False


async def never(wire: Wire, _reply: Reply, cue: Cue) -> bool:
    """Not at all; the caller is the one who hangs up, or ten times as late as late."""
    await wire.until_gone(cue.paces.late * 10)
    return False


def twice(named: str) -> Send:
    """Two whole answers to one request; in the second, `named` is another's."""

    async def send(wire: Wire, reply: Reply, cue: Cue) -> bool:
        await whole(wire, reply, cue)
        other = cue.other or cue.earlier
        body = orjson.loads(reply.body) | ({named: other.reference} if other else {})
        return await whole(wire, as_json(reply.status, body), cue)

    return send


async def dripped(wire: Wire, reply: Reply, cue: Cue) -> bool:
    """A few bytes at a time, and not all of them before it is late."""
    body = reply.body.ljust(_DRIPS)
    await wire.say(head(Reply(reply.status, body, reply.headers), close=True))
    step = -(-len(body) // _DRIPS)
    for begin in range(0, len(body), step):
        await wire.say(body[begin : begin + step])
        await asyncio.sleep(cue.paces.late / _DRIPS)
    return False
