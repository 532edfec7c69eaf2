"""What every test gets: a database of its own if it asks, our settings out of the environment, and no outside world."""

import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from ipaddress import ip_address
from typing import Any

import pytest
from tests import memory
from tests.database import Run, TestServer, copy_of_template, database_of, drop, empty_database, outside_any_loop
from tests.journeys.gateway import Card, Gateway, furnish, gateway

from fibregate.migrate import Dsns

_run = Run()


class OutsideWorld(RuntimeError):
    """A test tried to reach beyond this machine."""


def _only_loopback(event: str, arguments: Sequence[Any]) -> None:
    if event == "socket.connect" and not isinstance(arguments[1], str | bytes):  # a path is a unix socket
        _refuse_outside(str(arguments[1][0]))
    elif event == "socket.getaddrinfo" and arguments[0]:  # asking for a name leaves the machine too
        _refuse_outside(arguments[0] if isinstance(arguments[0], str) else arguments[0].decode())


def _refuse_outside(host: str) -> None:
    try:
        loopback = ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        msg = f"tests reach nothing beyond this machine, and this one tried {host}"
        raise OutsideWorld(msg)


def pytest_configure() -> None:
    memory.use()
    sys.addaudithook(_only_loopback)
    for name in [
        name for name in os.environ if name.startswith(("FIBREGATE_", "PG")) and name != "FIBREGATE_WRITE_SCHEMA"
    ]:
        del os.environ[name]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With several workers the one process above them owns the server."""
    node.workerinput["server"] = _run.server().as_strings()


def pytest_unconfigure() -> None:
    _run.end()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> TestServer:
    given = getattr(request.config, "workerinput", None)
    return TestServer(**given["server"]) if given else _run.server()


@pytest.fixture
async def dsns(server: TestServer) -> AsyncIterator[Dsns]:
    """A migrated database of this test's own."""
    fresh = await copy_of_template(server)
    yield fresh
    await drop(server, fresh)


@pytest.fixture
async def empty(server: TestServer) -> AsyncIterator[Dsns]:
    """A database of this test's own without any schema."""
    fresh = await empty_database(server)
    yield fresh
    await drop(server, fresh)


@pytest.fixture(scope="session")
def furnished(server: TestServer) -> Iterator[tuple[str, Card]]:
    """A database with the sandbox's network in it, copied for each test that wants one; and who may come in."""

    async def made() -> tuple[Dsns, Card]:
        fresh = await copy_of_template(server)
        return fresh, await furnish(fresh.runtime)

    fresh, card = outside_any_loop(made())
    yield database_of(fresh.owner), card
    outside_any_loop(drop(server, fresh))


@pytest.fixture
async def town(server: TestServer, furnished: tuple[str, Card]) -> AsyncIterator[tuple[Dsns, Card]]:
    """The sandbox's network in a database of this test's own, without a gateway."""
    template, card = furnished
    fresh = await copy_of_template(server, template=template)
    yield fresh, card
    await drop(server, fresh)


@pytest.fixture
async def running(town: tuple[Dsns, Card]) -> AsyncIterator[Gateway]:
    """The whole gateway on the sandbox's network; a fault of its own fails the test."""
    fresh, card = town
    async with gateway(fresh.runtime, card) as ready:
        yield ready
    assert ready.bugs() == []
