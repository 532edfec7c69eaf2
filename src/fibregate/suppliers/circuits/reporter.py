"""One half of a process telling how suppliers answer it, trying those that nobody calls, and judging them all."""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import uuid4

import structlog

from fibregate.clock import BusinessClock, real_now
from fibregate.db import Db
from fibregate.errors import Unavailable
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.circuits import actions
from fibregate.suppliers.circuits.model import Half, Process
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import Trace

ROUND_SECONDS: Final = 5.0
APART_SECONDS: Final = 1.0
"""A circuit that opens or closes is told at once, but not more often than this."""
AGAIN_SECONDS: Final = 20.0
"""What has not changed is told again so often: it says that the process is there."""
_LAST_WORD_SECONDS: Final = 2.0

_log = structlog.stdlib.get_logger(__name__)


class Reporter:
    """One for a process's half. The one with a `clock` judges too: it must be of the worker's role."""

    def __init__(
        self,
        db: Db,
        networks: Networks,
        half: Half,
        *,
        clock: BusinessClock | None = None,
        failing_after: timedelta = timedelta(0),
    ) -> None:
        self.process = Process(id=uuid4(), half=half, host=socket.gethostname(), pid=os.getpid())
        self._db, self._networks, self._clock, self._failing_after = db, networks, clock, failing_after
        self._told: dict[str, tuple[int, float]] = {}
        self._probes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; then what it told of its circuits is taken back."""
        try:
            while True:
                await self._survive(self.tell)
                await self._survive(self.judge)
                self._probe()
                await self._rest()
        finally:
            for probe in self._probes.values():
                probe.cancel()
            await asyncio.gather(*self._probes.values(), return_exceptions=True)
            await self._survive(self._take_back)

    async def tell(self) -> None:
        """What has changed, and what was not told for a while."""
        for code, health in list(self._networks.health.items()):
            said, at = self._told.get(code, (0, 0.0))
            news = health.news
            if news != said or (news and time.monotonic() - at >= AGAIN_SECONDS):
                await actions.tell(self._db, self.process, code, health)
                self._told[code] = (news, time.monotonic())

    async def judge(self) -> None:
        """From what all processes told."""
        if self._clock is not None:
            await actions.judge(self._db, await self._clock.now(), real_now(), after=self._failing_after)

    def _probe(self) -> None:
        """One that is failing, and that nobody calls, could not show that it is well again."""
        for code, health in self._networks.health.items():
            probe = self._probes.get(code)
            if health.wants_probe() and (probe is None or probe.done()):
                self._probes[code] = asyncio.create_task(self._survive(partial(self._ask, code)))

    async def _ask(self, code: str) -> None:
        account = self._networks.latest.get(code)
        if account is None:
            return
        try:
            await (await self._networks.at(account)).probe(Trace("health"))
        except SupplierFailed as failed:
            _log.info("a supplier is not well again", supplier=code, because=failed.kind.value)

    async def _rest(self) -> None:
        await asyncio.sleep(APART_SECONDS)
        try:
            async with asyncio.timeout(ROUND_SECONDS - APART_SECONDS):
                await self._networks.turned.wait()
        except TimeoutError:
            pass
        self._networks.turned.clear()

    async def _take_back(self) -> None:
        async with asyncio.timeout(_LAST_WORD_SECONDS):
            await self.tell()
            await actions.forget(self._db, self.process)

    async def _survive(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except (Unavailable, TimeoutError):
            _log.warning("database away, how suppliers answer is told later")
        except Exception:  # noqa: BLE001 - whatever befalls one round, without the next ones nobody sees a supplier fail
            _log.exception("a round of the suppliers' circuits failed")
