"""What every test gets: a database of its own if it asks, our settings out of the environment, and no outside world."""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address
from typing import Any

import pytest
from tests.database import Run, TestServer, copy_of_template, drop, empty_database

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
