"""A whole network: its memory, its desk and its trap, listening for as long as somebody wants it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fibregate.sandbox.remote import journal as journals
from fibregate.sandbox.remote.access import Access
from fibregate.sandbox.remote.behaviour import Behaviour, Cue
from fibregate.sandbox.remote.desk import Desk
from fibregate.sandbox.remote.http import Line, Listener, Request
from fibregate.sandbox.remote.journal import Journal
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import Options, Order
from fibregate.sandbox.remote.network import Network
from fibregate.sandbox.remote.telling import Teller
from fibregate.sandbox.remote.updates import Updates


@asynccontextmanager
async def running(
    options: Options, *, at: tuple[str, int] = ("127.0.0.1", 0), log: Path | None = None, state: Path | None = None
) -> AsyncGenerator[str]:
    """The base URL of a network that takes calls. It goes on with what `state` holds. Raises `OSError`."""
    memory, journal = Memory(options.supplier, state), Journal(log)
    memory.open()
    for thing in memory.everything():
        journal.write("kept", **journals.kept(thing))
    trap = Listener(at[0], 0, _Trap(journal).spring)
    try:
        await trap.open()
        async with Updates(options.gateway) as updates:
            desk, teller = _put_together(options, memory, journal, updates, trap.url)
            listener = Listener(*at, desk.answer)
            await listener.open()
            for order in list(memory.orders()):
                teller.go_on(order)
            try:
                yield listener.url
            finally:
                await listener.close()
                desk.close()
                await teller.close()
    finally:
        await trap.close()
        journal.close()
        memory.close()


def _put_together(
    options: Options, memory: Memory, journal: Journal, updates: Updates, trap: str
) -> tuple[Desk, Teller]:
    network = Network(memory, _clock(options.now), places=options.places, forgets=options.paces.forgets)

    def behaviour_of(order: Order) -> Behaviour:
        return desk.behaviour(order.uprn)

    def cue_of(order: Order) -> Cue:
        return desk.cue(order)

    teller = Teller(
        options.paces,
        course=network.course,
        updates=updates,
        journal=journal,
        behaviour_of=behaviour_of,
        cue_of=cue_of,
    )
    desk = Desk(options, network, access=Access(options.clients), journal=journal, teller=teller, trap=trap)
    return desk, teller


def _clock(shows: datetime | None) -> Callable[[], datetime]:
    """Ticks with the real one, from what it shows now."""
    ahead = shows - datetime.now(UTC) if shows else None
    return lambda: datetime.now(UTC) + ahead if ahead else datetime.now(UTC)


class _Trap:
    """Where redirects lead: whoever calls there is noted, and nothing is done."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def spring(self, request: Request, line: Line) -> bool:
        self._journal.write("trap", method=request.method, target=request.target)
        await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        return False
