"""What `/metrics` says of tenants' queues, in the web process and in a worker that has no other port."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.doors.updates.test_updates import QUIET, said, tell
from tests.journeys.gateway import Card, Gateway, plan
from tests.journeys.requests import booking, order

from fibregate.cli import processes
from fibregate.kcis.sight import queues
from fibregate.migrate import Dsns

SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
NOWHERE = "http://127.0.0.1:9/kcis"


async def told_nowhere(running: Gateway) -> None:
    """Two KCIs for an endpoint that is not there."""
    body = {"url": NOWHERE, "rendering": "wholesale-webhook"}
    assert (await running.ask("POST", "/manage/v1/endpoints", body=body)).status == 201
    await running.ask("POST", "appointments", body=booking(1, slot=SLOT))
    assert (await running.ask("POST", "service-orders", body=order(7, appointment=1), extra=QUIET)).status == 202
    for n in (1, 2):
        assert (await tell(running, said(n, "UPDATE", entity={"id": 7}, text=str(n)))).status == 204
    await running.walk(timedelta(hours=2))


def read(text: str) -> dict[tuple[str, str], float]:
    """By name and tenant; proves that the page is one that Prometheus reads."""
    return {
        (sample.name, sample.labels.get("tenant", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(("fibregate_kci", "fibregate_delivery"))
    }


async def test_queues_and_attempts_are_on_the_page(running: Gateway) -> None:
    queues._attempts.clear()
    await told_nowhere(running)
    got = await running.ask("GET", "/metrics")
    assert got.status == 200
    found = read(got.raw.decode())
    assert found["fibregate_kci_queue", "YOUR_TENANT"] == 2
    assert 7200 <= found["fibregate_kci_oldest_undelivered_seconds", "YOUR_TENANT"] < 7230
    assert found["fibregate_kci_parked", "YOUR_TENANT"] == 0
    assert found["fibregate_kci_queue", "ISP2"] == 0
    assert found["fibregate_delivery_attempts_total", "YOUR_TENANT"] >= 4
    assert b"fibregate_requests_total" in got.raw
    again = await running.ask("GET", "/metrics")
    assert read(again.raw.decode()) == found


async def test_a_worker_shows_them_at_a_port_of_its_own(
    running: Gateway, town: tuple[Dsns, Card], capsys: pytest.CaptureFixture[str]
) -> None:
    await told_nowhere(running)
    how = plan(town[0].runtime)
    capsys.readouterr()
    async with processes._shared(how) as shared, processes._measured("127.0.0.1", 0, shared):
        at = capsys.readouterr().out.split()
        assert at[0] == "metrics"
        async with running.session.get(at[1]) as answer:
            assert read(await answer.text())["fibregate_kci_queue", "YOUR_TENANT"] == 2
        async with running.session.get(at[1].removesuffix("/metrics") + "/other") as answer:
            assert answer.status == 404
