"""The door alone beside a bare Starlette that reads and writes the same; no database behind either.

A program of its own: `python -m bench.doors door|bare`.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as BareRoute
from starlette.types import ASGIApp

from bench.callers import PREFIX
from fibregate import vault
from fibregate.db import Db
from fibregate.doors.wholesale import appointments, availability
from fibregate.doors.wholesale.errors import WHOLESALE
from fibregate.settings import Settings
from fibregate.tenants.callers import Callers
from fibregate.web import json_reader, logs
from fibregate.web.call import Answer, Call
from fibregate.web.door import Door
from fibregate.web.gate import Gate
from fibregate.web.route import Route
from fibregate.web.server import Server, run


async def read(_: Call[availability.AvailabilityQuery, None, None]) -> Answer:
    return Answer(200, availability.EXAMPLE)


async def book(call: Call[None, appointments.BookingIn, None]) -> Answer:
    return Answer(201, {**appointments.BOOKED, "id": call.body.id})


def _declared(routes: Sequence[Route[Any, Any, Any]], name: str) -> Route[Any, Any, Any]:
    return next(one for one in routes if one.name == name)


def door(callers: Callers) -> ASGIApp:
    """All of the door: headers, token, scope, tenant, faults, log line and metrics."""
    routes: list[Route[Any, Any, None]] = [
        replace(_declared(availability.ROUTES, "checkServiceAvailability"), action=read),
        replace(_declared(appointments.ROUTES, "bookAppointment"), action=book),
    ]
    made = Door(prefix=PREFIX, dialect=WHOLESALE, routes=routes, authenticate=callers.authenticate, services=None)
    return Gate([made], log=logs.configure(logs.LineWriter(sys.stderr.buffer)))


async def bare_read(request: Request) -> Response:
    given = json_reader.read(request.query_params["address"])
    asked = availability.AvailabilityQuery.model_validate({"address": given})
    assert asked.address.uprn
    return Response(orjson.dumps(availability.EXAMPLE), media_type="application/json")


async def bare_book(request: Request) -> Response:
    asked = appointments.BookingIn.model_validate(json_reader.read(await request.body()))
    return Response(orjson.dumps({**appointments.BOOKED, "id": asked.id}), 201, media_type="application/json")


def bare() -> ASGIApp:
    """The same parse and the same dump; nobody is asked who they are, and nothing is written down."""
    return Starlette(
        routes=[
            BareRoute(f"{PREFIX}/service-availability", bare_read),
            BareRoute(f"{PREFIX}/appointments", bare_book, methods=["POST"]),
        ]
    )


async def main(which: str) -> None:
    settings = Settings()
    assert settings.database_url is not None
    db = Db(settings.database_url.get_secret_value(), size=1)
    app = door(Callers(db, vault.from_settings(settings), settings)) if which == "door" else bare()
    server = Server(app)
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print(f"ready {server.url}", flush=True)
    await stop.wait()
    await server.stop()
    await db.close()


if __name__ == "__main__":
    run(main(sys.argv[1]))
