"""Log lines: one a request, with its ids, never with what a customer sent."""

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from tests.web.toy_gateway import BOOKING, PREFIX, Toy, toy_doors, toy_gateway

from fibregate.web import logs
from fibregate.web.gate import Gate


class Lines:
    """What was written, parsed."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()
        self.writer = logs.LineWriter(self.stream, seconds=0.01)
        self.requests = logs.configure(self.writer)

    def all(self) -> list[dict[str, Any]]:
        self.writer.flush()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    before = structlog.get_config()
    yield Lines()
    structlog.configure(**before)


def _logged(lines: Lines) -> Toy:
    toy = toy_gateway()
    return Toy(toy.services, Gate(toy_doors(toy.services), log=lines.requests))


async def test_each_request_is_one_line_with_its_ids_and_without_its_body(lines: Lines) -> None:
    toy = _logged(lines)
    await toy.book(BOOKING)
    await toy.book({"id": 1, "address": {"id": "secret address", "type": "UPRN"}})
    await toy.ask("GET", "/nowhere")
    booked, refused, lost = lines.all()
    assert booked.pop("ms") >= 0
    assert booked.pop("timestamp").endswith("Z")
    assert booked == {
        "level": "info",
        "event": "request",
        "request_id": "req-1",
        "conversation_id": "conv-1",
        "tenant": "YOUR_TENANT",
        "door": "wholesale",
        "route": "book",
        "method": "POST",
        "status": 201,
        "peer": "127.0.0.1",
    }
    assert (refused["status"], refused["tenant"]) == (422, "YOUR_TENANT")
    assert (lost["status"], lost["route"]) == (404, None)
    assert "secret" not in lines.stream.getvalue().decode()


async def test_a_bug_is_logged_with_the_ids_of_its_request(lines: Lines) -> None:
    toy = _logged(lines)
    got = await toy.ask("GET", f"{PREFIX}/broken")
    bug, request = lines.all()
    assert (bug["uuid"], bug["request_id"], bug["error"]) == (got.json["uuid"], "req-1", "RuntimeError")
    assert "01234 567890" not in json.dumps(bug)
    assert request["status"] == 500


def test_what_a_worker_logs_names_the_error_and_the_request_of_its_order(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="req-9", conversation_id="conv-9"):
        try:
            int("first line\na secret line")
        except ValueError:
            structlog.get_logger("fibregate.lanes").exception("a lane's handler failed", lane="kci:1")
    (line,) = lines.all()
    assert (line["request_id"], line["conversation_id"], line["lane"]) == ("req-9", "conv-9", "kci:1")
    assert line["error"] == "ValueError"
    assert line["where"]


def test_personal_data_is_masked_by_name(lines: Lines) -> None:
    structlog.get_logger("x").info("contact", email="jane@doe.com", phone_number="01234", supplier="NETWORK1")
    (line,) = lines.all()
    assert (line["email"], line["phone_number"], line["supplier"]) == ("***", "***", "NETWORK1")


async def test_lines_are_written_in_blocks_soon_after(lines: Lines) -> None:
    structlog.get_logger("x").info("one")
    structlog.get_logger("x").info("two")
    assert lines.stream.getvalue() == b""
    async with asyncio.timeout(5):
        while not lines.stream.getvalue():
            await asyncio.sleep(0)
    assert lines.stream.getvalue().count(b"\n") == 2


def test_a_full_block_is_written_at_once(lines: Lines) -> None:
    lines.writer.write(b"a" * (logs.MAX_BLOCK + 1))
    assert len(lines.stream.getvalue()) == logs.MAX_BLOCK + 1
