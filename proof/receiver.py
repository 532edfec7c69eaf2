"""A tenant's receiver, as a program of its own that writes down each request and answers as it is told.

    python -m proof.receiver --log FILE [--bodies] [--port N]

It prints `ready URL`. Each path is one endpoint. A record has, besides the times of arrival (`at`) and of the answer
(`answered`, taken just before it is sent): `path`, `headers` in lower case, the body's `sha256`, what the body says of
itself (`id`, `order`, `number`, `event`, `reason`), and the `status` that was answered; 0 where the connection was cut,
by either side, so that no answer was given.

`POST /control` takes a list of rules; the first one that fits a request answers it. A rule may name a `path`, an
`order`, a `number`; how many `times` it holds and with which `chance` between 0 and 1; and a `status`, `headers`, a
`body`, a `delay` in seconds before the answer, or `cut` to break the connection instead. Without a rule: 204 at once.
"""

import argparse
import asyncio
import hashlib
import random
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import orjson
from aiohttp import web

from proof import history
from proof.ground import ROOT, Process, environment

Rule = dict[str, Any]
_NAMES: Final = (("path", "path"), ("order", "order"), ("number", "number"), ("event", "event"))


def process(folder: Path, *words: str, name: str = "receiver") -> Process:
    """A receiver that writes `NAME.jsonl` in the folder; not started yet."""
    log = str(folder / f"{name}.jsonl")
    return Process(
        name=name,
        words=["proof.receiver", "--log", log, "--port", "0", *words],
        log=folder / f"{name}.log",
        environment=environment(ROOT, {}),
    )


def of_body(raw: bytes) -> Mapping[str, Any]:
    """What a body says of itself, in any rendering; unknown bodies say nothing."""
    try:
        body: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(body, dict):
        return {}
    said = cast("dict[str, Any]", body)
    inside = [said[one] for one in said if one == "entity" or one.endswith("ServiceOrder")]
    entity = cast("dict[str, Any]", inside[0]) if inside and isinstance(inside[0], dict) else {}
    return {
        "id": said.get("id"),
        "order": said.get("orderId", entity.get("id")),
        "number": said.get("sequenceNumber"),
        "event": said.get("eventType"),
        "reason": said.get("reasonCode"),
    }


class Receiver:
    """One log, one list of rules."""

    def __init__(self, log: history.Writer, *, bodies: bool, chance: random.Random) -> None:
        self._log = log
        self._bodies = bodies
        self._chance = chance
        self._rules: list[Rule] = []

    async def control(self, request: web.Request) -> web.Response:
        self._rules = orjson.loads(await request.read())
        return web.Response(status=204)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        record = history.stamp()
        raw = await request.read()
        record |= {
            "path": request.path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "sha256": hashlib.sha256(raw).hexdigest(),
            "bytes": len(raw),
            **of_body(raw),
        }
        if self._bodies:
            record["body"] = raw.decode(errors="replace")
        rule = self._rule_for(record)
        if delay := rule.get("delay"):
            await asyncio.sleep(delay)
        # Who has gone is not answered, so what it said does not count as taken: the strictest receiver that there is.
        cut = bool(rule.get("cut")) or request.transport is None
        status = 0 if cut else int(rule.get("status", 204))
        # Before the answer can be seen by anybody, so that what follows it is later in this log, too.
        self._log.write({**record, "status": status, "answered": time.monotonic()})
        if cut and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status or 500, body=rule.get("body"), headers=rule.get("headers"))

    def _rule_for(self, record: Mapping[str, Any]) -> Rule:
        for rule in self._rules:
            if any(name in rule and rule[name] != record.get(said) for name, said in _NAMES):
                continue
            if self._chance.random() >= rule.get("chance", 1):
                continue
            if "times" in rule:
                if rule["times"] <= 0:
                    continue
                rule["times"] -= 1
            return rule
        return {}


async def serve(log: Path, *, port: int, bodies: bool, seed: int) -> None:
    receiver = Receiver(history.Writer(log), bodies=bodies, chance=random.Random(seed))
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/control", receiver.control)
    app.router.add_route("*", "/{path:.*}", receiver.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    host, taken = runner.addresses[0][:2]
    print(f"ready http://{host}:{taken}", flush=True)
    await stop.wait()
    await runner.cleanup()


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m proof.receiver")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--bodies", action="store_true", help="keep the bodies as well")
    parser.add_argument("--seed", type=int, default=1, help="of the rules' chances")
    given = parser.parse_args(words)
    asyncio.run(serve(given.log, port=given.port, bodies=given.bodies, seed=given.seed))


if __name__ == "__main__":
    main(sys.argv[1:])
