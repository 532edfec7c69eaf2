"""Where calls are answered: read, done or left, answered as it should be or as the address behaves."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

from fibregate import errors
from fibregate.errors import GatewayError
from fibregate.sandbox.remote import asking, behaviours, replies
from fibregate.sandbox.remote.access import Access
from fibregate.sandbox.remote.asking import Asked
from fibregate.sandbox.remote.behaviour import Behaviour, Call, Cue, Rewrite, whole
from fibregate.sandbox.remote.behaviours import WELL
from fibregate.sandbox.remote.done import Done, Reply
from fibregate.sandbox.remote.http import Line, Request
from fibregate.sandbox.remote.journal import Journal
from fibregate.sandbox.remote.model import Client, Options, Order
from fibregate.sandbox.remote.network import Network
from fibregate.sandbox.remote.telling import Teller
from fibregate.web.dialect import PLAIN

_FIRST_UPDATE_SECONDS: Final = 20.0
_ECHOED: Final = ("X-Request-ID", "X-Conversation-ID")


@dataclass(frozen=True, slots=True)
class _Call:
    """One call on its way: its number in the log, and who called."""

    number: int
    request: Request
    client: Client


class Desk:
    """One for a network. `trap` is where its redirects lead."""

    def __init__(
        self, options: Options, network: Network, *, access: Access, journal: Journal, teller: Teller, trap: str
    ) -> None:
        self._options, self._network = options, network
        self._access, self._journal, self._teller, self._trap = access, journal, teller, trap
        self._spoilt: Counter[tuple[str, str, Call, int]] = Counter()
        self._later: list[asyncio.TimerHandle] = []

    def close(self) -> None:
        for one in self._later:
            one.cancel()

    async def answer(self, request: Request, line: Line) -> bool:
        """Whether the connection may be used again."""
        for_token = asking.is_for_token(request)
        body = b"" if for_token else request.body
        number = self._journal.call(method=request.method, target=request.target, headers=request.headers, body=body)
        await asyncio.sleep(self._options.paces.answer)
        behaviour, cue = WELL, self.cue()
        if for_token:
            reply = self._access.token(request.headers.get("authorization"), request.body)
        else:
            reply, behaviour, cue = await self._unbroken(number, request)
        echoed = {name: request.headers[name.lower()] for name in _ECHOED if name.lower() in request.headers}
        reply = Reply(reply.status, reply.body, {**reply.headers, **echoed})
        try:
            return await behaviour.sends(line, reply, cue)
        finally:
            how = "whole" if behaviour.sends is whole else behaviour.name
            body = b"" if for_token else reply.body
            self._journal.answer(number, status=reply.status, body=body, how=how, written=line.written)

    async def _unbroken(self, number: int, request: Request) -> tuple[Reply, Behaviour, Cue]:
        """The answer, also where it is a bug of ours: noted once, and told apart from what is wrong on purpose."""
        try:
            return await self._considered(number, request)
        except Exception as bug:  # noqa: BLE001 - a network that is to break things must not break by itself unseen
            self._journal.write("bug", call=number, said=f"{type(bug).__name__}: {bug}")
            return replies.refusal(500, "a fault of the simulated network itself; its log has more"), WELL, self.cue()

    async def _considered(self, number: int, request: Request) -> tuple[Reply, Behaviour, Cue]:
        """The answer, and how it goes out. Who is refused is refused in the right words, wherever it is."""
        try:
            call = _Call(number, request, self._access.client(request.headers))
            asked = asking.read(request, lookup=self._options.lookup)
            place = self.behaviour(self._network.uprn(asked))
            behaviour = place if self._spoils(place, asked) else WELL
            instead = behaviour.instead
            done = self._left(call, asked, behaviour, instead) if instead else self._do(call, asked, place)
        except GatewayError as error:
            reply = _refusal(error)
            tenant = request.headers.get("tenant", "")
            self._journal.did(number, Done("refused", reply), behaviour=WELL.name, client=None, tenant=tenant, about="")
            return reply, WELL, self.cue()
        if behaviour.tells_first and isinstance(done.thing, Order) and done.what == "performed":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_UPDATE_SECONDS):
                    await self._teller.told_first(done.thing)
        cue = self.cue(done.thing if isinstance(done.thing, Order) else None)
        return behaviour.rewrites(done.reply, cue), behaviour, cue

    def behaviour(self, uprn: int) -> Behaviour:
        """That of an address, or the one that the whole network has."""
        return behaviours.BY_NAME[self._options.behave] if self._options.behave else behaviours.at(uprn)

    def cue(self, order: Order | None = None) -> Cue:
        """What a behaviour may know of others."""
        if order is None:
            return Cue(self._options.paces, self._trap)
        earlier = self._network.memory.eldest(order.tenant)
        other = self._network.memory.eldest_of_others(order.tenant)
        return Cue(self._options.paces, self._trap, other, earlier if earlier is not order else None)

    def _spoils(self, place: Behaviour, asked: Asked) -> bool:
        if asked.call not in place.on:
            return False
        key = (place.name, asked.tenant, asked.call, _wish(asked))
        self._spoilt[key] += 1
        return place.times is None or self._spoilt[key] <= place.times

    def _left(self, call: _Call, asked: Asked, behaviour: Behaviour, instead: Rewrite) -> Done:
        """What is answered instead of doing it, or before."""
        if behaviour.throws_token_away:
            self._access.forget(call.request.headers)
        if behaviour.afterwards:
            loop = asyncio.get_running_loop()
            self._later.append(loop.call_later(behaviour.afterwards, self._do_after_all, call, asked, behaviour))
        done = Done("nothing", instead(Reply(500), self.cue()))
        self._note(call, asked, done, behaviour)
        return done

    def _do_after_all(self, call: _Call, asked: Asked, place: Behaviour) -> None:
        with contextlib.suppress(GatewayError):  # whoever might be told has had an answer
            self._do(call, asked, place)

    def _do(self, call: _Call, asked: Asked, place: Behaviour) -> Done:
        """Raises a `GatewayError`."""
        done = self._network.do(asked, place)
        if place.forgets and asked.call is Call.LOOKUP:
            self._network.must_not_be_found(done)
        self._note(call, asked, done, place)
        order = self._network.concerned(done)
        if done.what == "performed" and order is not None:
            self._teller.go_on(order, changed=asked.call is not Call.ORDER)
        return done

    def _note(self, call: _Call, asked: Asked, done: Done, behaviour: Behaviour) -> None:
        self._journal.did(
            call.number, done, behaviour=behaviour.name, client=call.client, tenant=asked.tenant, about=asked.about
        )


def _wish(asked: Asked) -> int:
    """What "the first time" is of. Who was refused a booking asks again under another number."""
    if asked.call is not Call.BOOKING:
        return asked.number
    return hash((asked.what.address.uprn, asked.what.timeslot.timeslot_start_date_time))


def _refusal(error: GatewayError) -> Reply:
    status = next(PLAIN[kind][0] for kind in type(error).__mro__ if kind in PLAIN)
    more = {"alternatives": list(error.alternatives)} if isinstance(error, errors.SlotTaken) else {}
    return replies.refusal(status, *error.messages, **more)
