"""How queues are seen, what is alarmed of them, and lanes compared with the rows that they stand for."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.kcis.receiver import Receiver, failing
from tests.kcis.stage import Stage

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Alarm, Kind
from fibregate.kcis.delivery import access
from fibregate.kcis.sight import actions as sight
from fibregate.kcis.sight import queues
from fibregate.kcis.sight.queues import Gauges
from fibregate.vocabulary import TenantId

HOUR = timedelta(hours=1)


async def open_alarms(stage: Stage, tenant: TenantId | None = None) -> list[Alarm]:
    return await alarms.list_of(stage.work, tenant or stage.ours, cleared=False, limit=10)


async def page(stage: Stage) -> dict[str, float]:
    text = (await Gauges(stage.web, stage.clock).page()).decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


async def change_lane(stage: Stage, **columns: int | None) -> None:
    for name, value in columns.items():
        await stage.work.row(f"update lanes set {name} = $1 where kind = 'kci'", None, value)  # noqa: S608 - a column's name


async def audit(stage: Stage) -> list[Alarm]:
    await sight.audit(stage.work, await stage.clock.now())
    return await open_alarms(stage)


async def told(stage: Stage, receiver: Receiver, *, count: int = 3, after: timedelta = timedelta(seconds=61)) -> Any:
    await stage.endpoint(receiver.url)
    await stage.clock.advance(after)
    order = await stage.order()
    await stage.web.row("update orders set updated_at = clock() where tenant_id = $1", stage.ours)
    for _ in range(count):
        await stage.tell(order)
    return order


def gone(_: object) -> web.Response:
    return web.Response(status=500)


async def test_queues_are_counted_by_tenant_with_their_oldest(stage: Stage, receiver: Receiver) -> None:
    receiver.respond = gone
    await told(stage, receiver)
    await stage.work_off()
    await stage.step(timedelta(minutes=90))
    found = await page(stage)
    assert found['fibregate_kci_queue{tenant="ISP1"}'] == 3
    assert found['fibregate_kci_queue{tenant="ISP2"}'] == 0
    assert found['fibregate_kci_oldest_undelivered_seconds{tenant="ISP1"}'] == 5400
    assert found['fibregate_kci_oldest_undelivered_seconds{tenant="ISP2"}'] == 0
    assert found['fibregate_kci_parked{tenant="ISP1"}'] == 0
    await stage.work.row("update lanes set parked_reason = 'a test' where kind = 'kci'", None)
    assert (await page(stage))['fibregate_kci_parked{tenant="ISP1"}'] == 3


async def test_attempts_are_counted_by_outcome(stage: Stage, receiver: Receiver) -> None:
    queues._attempts.clear()
    receiver.respond = failing(1, number=2)
    await told(stage, receiver)
    await stage.work_off()
    await stage.step(timedelta(minutes=1))
    found = await page(stage)
    assert found['fibregate_delivery_attempts_total{outcome="DELIVERED",tenant="ISP1"}'] == 3
    assert found['fibregate_delivery_attempts_total{outcome="REFUSED_BY_ENDPOINT",tenant="ISP1"}'] == 1


async def test_the_database_is_not_asked_for_every_page(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(stage, receiver)
    one, waits = Gauges(stage.web, stage.clock), b'fibregate_kci_queue{tenant="ISP1"} 3.0'
    assert waits in await one.page()
    await stage.work_off()
    assert waits in await one.page()
    monkeypatch.setattr(queues, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(queues, "REST", 0)
    assert b'fibregate_kci_queue{tenant="ISP1"} 0.0' in await Gauges(stage.web, stage.clock).page()


async def test_the_oldest_is_alarmed_when_it_is_too_old_and_cleared_when_it_is_taken(
    stage: Stage, receiver: Receiver
) -> None:
    receiver.respond = gone
    await told(stage, receiver)
    await stage.work_off()
    told_at = await stage.clock.now()
    assert await sight.watch_oldest(stage.work, told_at, limit=HOUR) == told_at + HOUR
    assert await open_alarms(stage) == []
    await stage.clock.advance(HOUR)
    assert await sight.watch_oldest(stage.work, await stage.clock.now(), limit=HOUR) is None
    [alarm] = await open_alarms(stage)
    assert alarm.text == "3 KCIs are undelivered, the oldest since 2025-07-01 09:01Z."
    assert await open_alarms(stage, stage.theirs) == []
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(timedelta(minutes=5))
    await sight.watch_oldest(stage.work, await stage.clock.now(), limit=HOUR)
    assert "OLDEST_UNDELIVERED" not in {one.kind for one in await open_alarms(stage)}


async def test_what_is_parked_no_more_is_cleared(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver)
    lane, now = await stage.lane(), await stage.clock.now()
    async with stage.work.tx(stage.ours) as tx:
        await alarms.sound(
            tx, stage.ours, kind=Kind.DELIVERY_PARKED, subject=lane["share"], text="parked", now=now, tells_tenant=True
        )
    parks = "update lanes set parked_reason = $1 where kind = 'kci'"
    for reason, known in (("a test", True), (None, False)):
        await stage.work.row(parks, None, reason)
        await sight.watch_oldest(stage.work, now, limit=HOUR)
        assert bool(await open_alarms(stage)) is known


async def test_true_lanes_raise_no_alarm(stage: Stage, receiver: Receiver) -> None:
    order = await told(stage, receiver)
    assert await audit(stage) == []
    await stage.work_off()
    assert await audit(stage) == []
    receiver.respond = gone
    await stage.tell(order)
    await stage.work_off()
    assert await audit(stage) == []


async def test_what_was_told_and_not_enqueued_is_enqueued(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, count=5)
    await change_lane(stage, last_enqueued=2)
    await stage.work_off()
    assert receiver.numbers() == [1, 2]
    [alarm] = await audit(stage)
    assert alarm.text == "enqueued up to 2, by its rows up to 5: mended"
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 3, 4, 5]
    assert await audit(stage) == []


async def test_what_was_taken_and_not_noted_is_not_sent_again(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver)
    await stage.work_off()
    await change_lane(stage, last_done=1)
    [alarm] = await audit(stage)
    assert alarm.text == "done up to 1, by its rows up to 3: mended"
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 3]


async def test_a_lane_in_hand_is_left_to_its_worker(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver)
    await stage.work_off()
    await change_lane(stage, last_done=1)
    [claim] = await stage.claim()
    [alarm] = await audit(stage)
    assert alarm.text == "done up to 1, by its rows up to 3: left as it was"
    assert (await stage.lane())["last_done"] == claim.last_done == 1


async def test_nothing_is_passed_over_by_mending(stage: Stage, receiver: Receiver) -> None:
    """A mark that is too far ahead is alarmed; it is never moved on, and never back."""
    receiver.respond = failing(99, number=2)
    await told(stage, receiver)
    await stage.work_off()
    await change_lane(stage, last_done=3)
    [alarm] = await audit(stage)
    assert alarm.text == "KCI 2 was passed over, neither delivered nor skipped; replay it"
    assert (await stage.lane())["last_done"] == 3


async def test_a_gap_among_the_delivered_ends_what_is_mended(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, count=4)
    await stage.work_off()
    await change_lane(stage, last_done=1)
    await stage.web.row(
        "update deliveries set delivered_at = null where tenant_id = $1 and sequence_number = 3", stage.ours
    )
    [alarm] = await audit(stage)
    assert alarm.text == "done up to 1, by its rows up to 2: mended"
    assert (await stage.lane())["last_done"] == 2


async def test_a_kci_without_a_lane_is_alarmed(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver)
    await stage.work.row("delete from lanes where kind = 'kci'", None)
    [alarm] = await audit(stage)
    assert alarm.text == "KCI 1 was told and has no lane; replay the order"


async def test_what_was_told_while_an_endpoint_was_being_made_is_not_missed(stage: Stage, receiver: Receiver) -> None:
    """Such a KCI did not see the endpoint, and the tenant did not have it yet."""
    await told(stage, receiver, after=timedelta(seconds=5))
    await stage.work.row("delete from lanes where kind = 'kci'", None)
    assert await audit(stage) == []


async def test_more_enqueued_than_was_told_is_alarmed(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver)
    await stage.work_off()
    await change_lane(stage, last_enqueued=9)
    [alarm] = await audit(stage)
    assert alarm.text == "enqueued up to 9, but only 3 KCIs were told"


async def test_kcis_from_before_an_endpoint_are_not_missed(stage: Stage, receiver: Receiver) -> None:
    order = await stage.order()
    await stage.web.row("update orders set updated_at = clock() where tenant_id = $1", stage.ours)
    await stage.tell(order)
    await stage.clock.advance(timedelta(seconds=1))
    await stage.endpoint(receiver.url)
    assert await audit(stage) == []
    await stage.clock.advance(timedelta(seconds=1))
    await stage.tell(order)
    await stage.work_off()
    assert await audit(stage) == []


async def test_a_last_secret_that_ends_soon_is_told(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await sight.watch_credentials(stage.work, stage.vault, await stage.clock.now())
    assert await open_alarms(stage) == []
    ends = "update endpoint_secrets set expires_at = clock_timestamp() + $2::interval where tenant_id = $1"
    for span, known in ((timedelta(days=2), True), (timedelta(days=4), False)):
        await stage.web.row(ends, stage.ours, span)
        await sight.watch_credentials(stage.work, stage.vault, await stage.clock.now())
        found = await open_alarms(stage)
        assert [one.subject for one in found] == ([f"secret of endpoint {endpoint}"] if known else [])
        assert all(one.tells_tenant for one in found)


def certificate(days: float) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"certificate": made.public_bytes(serialization.Encoding.PEM).decode(), "privateKey": private.decode()}


@pytest.mark.parametrize(("days", "known"), [(2.0, True), (30.0, False)])
async def test_a_certificate_that_ends_soon_is_told(
    stage: Stage, receiver: Receiver, *, days: float, known: bool
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    kept = access.sealed(stage.vault, certificate(days), access.auth_purpose(endpoint))
    await stage.web.row("update endpoints set auth_kind = 'MTLS', auth = $2 where tenant_id = $1", stage.ours, kept)
    await sight.watch_credentials(stage.work, stage.vault, await stage.clock.now())
    found = await open_alarms(stage)
    assert [one.subject for one in found] == ([f"certificate of endpoint {endpoint}"] if known else [])


async def test_signing_keys_that_all_end_soon_are_the_operators_alarm(stage: Stage) -> None:
    await stage.web.row(
        "insert into signing_keys (kid, private_key, public_key, signs_from, verifies_until) "
        "values ('one', '', $1, now(), now() + interval '2 days')",
        None,
        orjson.loads("{}"),
    )
    await sight.watch_credentials(stage.work, stage.vault, await stage.clock.now())
    [alarm] = await alarms.list_of(stage.work, None, cleared=False, limit=10)
    assert re.match(r"The last key that signs tokens ends on 20\d\d-", alarm.text)
    assert await open_alarms(stage) == []
