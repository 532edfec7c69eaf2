"""`fibregate bundle`: all that is known of an order or an error, and nothing that is nobody else's business."""

import gzip
import stat
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiohttp import web
from tests.cli.operator_desk import Desk
from tests.cli.test_why import BY, CLEAN, RULES, placed
from tests.kcis.receiver import Receiver, receiving
from tests.sandbox.stage import Stage, seed, staged

from fibregate.cli.bundle.masking import HIDDEN, Masker, Show
from fibregate.cli.bundle.shapes import SHAPES
from fibregate.cli.bundle.store import OF_ORDER
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Auth, Options
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.orders.model import Order

MAIL, PHONE = "asha.canary@example.org", "07700 900123"


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    await seed(dsns)
    async with staged(dsns) as ready:
        yield ready


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as ready:
        yield ready


async def told(stage: Stage, receiver: Receiver) -> Order:
    """An order with canaries wherever somebody can write, told to an endpoint that answers with one."""
    receiver.respond = lambda _: web.Response(status=500, text=f"CANARY-ANSWER {MAIL} {PHONE}")
    tenant = stage.tenants["ISP1"]
    options = Options(
        headers={"X-Key": "CANARY-HEADER"}, auth=Auth("BASIC", {"username": "CANARY-USER", "password": "CANARY-PASS"})
    )
    async with stage.db.tx(tenant) as tx:
        await endpoints.create(
            tx,
            tenant,
            url=f"{receiver.url}/CANARY-PATH?token=CANARY-QUERY",
            rendering="wholesale-webhook",
            options=options,
            rules=RULES,
            by=BY,
        )
    order = await placed(stage, CLEAN)
    await stage.db.row(
        "update orders set primary_contact = $3, secondary_contact = $3, engineer_tasks = $4, hazards = $5, "
        "on_site_restrictions = $5, notes = $5, address = $6, conversation_id = $5 "
        "where tenant_id = $1 and id = $2 returning id",
        tenant,
        order,
        {"name": "CANARY-NAME", "phoneNumber": PHONE, "email": MAIL},
        ["CANARY-TASK"],
        f"CANARY words to {MAIL} or {PHONE}",
        {"id": str(CLEAN), "type": "UPRN", "streetName": "CANARY-STREET"},
    )
    await stage.walk(timedelta(hours=1))
    return await orders.get(stage.db, tenant, order)


async def spoken(office: Desk, order: Order) -> None:
    words = f"CANARY said {MAIL} on {PHONE}"
    await office.does(
        f'work-order update {order.supplier_reference} --text "{words}" --note "{words}" --code "CANARY CODE"'
    )
    await office.does(f'work-order note {order.supplier_reference} "{words}"')


def unpacked(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as packed:
        return {name: orjson.loads(packed.read(name)) for name in packed.namelist()}


def no_canary(file: Path) -> None:
    with zipfile.ZipFile(file) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist())
    for one in (b"CANARY", b"canary", MAIL.encode(), PHONE.encode(), b"7700900123", b"whsec_", b"01632 960", b"Asha"):
        assert one not in whole, one


async def test_a_bundle_has_everything_of_an_order_and_nothing_personal(
    office: Desk, stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIBREGATE_SMTP_PASSWORD", "CANARY-SMTP")
    monkeypatch.setenv("FIBREGATE_SMTP_USER", MAIL)
    monkeypatch.setenv("FIBREGATE_ISSUER", "https://CANARY-ISSUER.example")
    order = await told(stage, receiver)
    await spoken(office, order)
    file = office.folder / "order.zip"
    said = await office.does(f"bundle {order.id} -o {file}")
    assert "values are hidden, as manifest.json says." in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    no_canary(file)
    found = unpacked(file)
    assert set(found) == {"manifest.json", "settings.json", "versions.json", *OF_ORDER}
    assert found["order.json"][0]["status"] == "IN_PROGRESS"
    assert found["order.json"][0]["primary_contact"] == HIDDEN
    assert found["order.json"][0]["characteristics"] == [{"name": "LINE_PROFILE", "value": "80/20"}]
    assert [one["reason"] for one in found["kcis.json"]] == ["ACKNOWLEDGED", "COMMITTED", "UPDATE"]
    assert found["kcis.json"][1]["facts"]["committedDate"] == "2025-07-08T12:00:00.000Z"
    assert found["kcis.json"][2]["facts"]["text"] == HIDDEN
    assert found["kcis.json"][2]["facts"]["supplierCodes"] == [HIDDEN]
    assert found["attempts.json"][0]["http_status"] == 500
    assert found["attempts.json"][0]["answer"] == HIDDEN
    assert found["endpoints.json"][0]["url"] == f"http://127.0.0.1:{receiver.url.split(':')[2][:-5]}/{HIDDEN}"
    assert found["endpoints.json"][0]["live_secrets"] == 1
    assert found["endpoints.json"][0]["last_failure"] == "answered 500"
    assert len(found["updates.json"][2]["raw_sha256"]) == 64
    assert any(one["key"].startswith("kci:") for one in found["lanes.json"])
    assert {"order.place", "work-order.update"} <= {one["act"] for one in found["audit.json"]}
    assert {one["actor"] for one in found["audit.json"] if one["act"].startswith("work-order")} == {"cli:***"}
    assert found["settings.json"][0]["smtp_password"] == HIDDEN
    assert found["settings.json"][0]["retry_days"] == 7
    assert found["versions.json"][0]["sandbox"] is True
    assert found["versions.json"][0]["migrations"][0]["number"] == 1


async def test_the_manifest_says_what_was_hidden_and_what_was_left_out(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    order = await told(stage, receiver)
    await spoken(office, order)
    file = office.folder / "order.zip"
    await office.does(f"bundle {order.supplier_reference} -o {file}")
    manifest = unpacked(file)["manifest.json"]
    hidden = {(one["file"], one["field"]) for one in manifest["hidden"]}
    assert {
        ("order.json", "primary_contact"),
        ("order.json", "hazards"),
        ("order.json", "notes"),
        ("kcis.json", "facts.text"),
        ("kcis.json", "facts.notes"),
        ("kcis.json", "facts.entity.primaryContact"),
        ("attempts.json", "answer"),
        ("updates.json", "content.text"),
        ("work_order.json", "engineer_notes"),
    } <= hidden
    assert manifest["about"] == {
        "asked": order.supplier_reference,
        "order": order.id,
        "tenant": "ISP1",
        "foundBy": f"reference {order.supplier_reference}",
    }
    assert manifest["files"]["kcis.json"] == 3
    assert any("webhook secrets" in one for one in manifest["leftOut"])
    assert manifest["log"] is None


def line(**facts: object) -> bytes:
    return orjson.dumps({"timestamp": "2025-07-01T09:00:00Z", "level": "info", **facts}) + b"\n"


async def test_an_errors_uuid_is_followed_through_the_log_to_its_order(office: Desk, stage: Stage) -> None:
    order = await placed(stage, CLEAN)
    await stage.db.row(
        "update orders set request_id = 'req-77' where tenant_id = $1 and id = $2 returning id",
        stage.tenants["ISP1"],
        order,
    )
    error = str(uuid4())
    log = await office.file(
        line(event="request", request_id="req-77", tenant="ISP1", status=202, peer="203.0.113.9")
        + b"no JSON at all\n"
        + line(event="request", request_id="req-77", tenant="ISP2", status=200)
        + line(event="request", request_id="req-1", tenant="ISP1", status=200)
        + line(
            event="bug",
            uuid=error,
            request_id="req-77",
            tenant="ISP1",
            error="KeyError",
            detail=f"CANARY {MAIL}",
            where=["orders.py:12 place"],
            name="CANARY",
        ),
        "web.log",
    )
    packed = await office.file(gzip.compress(line(event="later", request_id="req-77", tenant="ISP1")), "web.log.1.gz")
    file = office.folder / "error.zip"
    await office.does(f"bundle {error} -o {file} --log {log} --log {packed}")
    no_canary(file)
    found = unpacked(file)
    assert [one["event"] for one in found["log.json"]] == ["request", "bug", "later"]
    assert found["log.json"][1]["error"] == "KeyError"
    assert found["log.json"][1]["where"] == ["orders.py:12 place"]
    assert found["log.json"][1]["detail"] == found["log.json"][1]["name"] == found["log.json"][0]["peer"] == HIDDEN
    assert found["order.json"][0]["id"] == order
    assert found["manifest.json"]["about"]["foundBy"] == "request req-77"
    assert found["manifest.json"]["log"] == {"linesRead": 6, "found": 3, "notJson": 0, "cutOff": False}


async def test_an_error_that_only_the_log_knows_gets_a_bundle_without_an_order(office: Desk, stage: Stage) -> None:
    error = str(uuid4())
    log = await office.file(line(event="bug", uuid=error, request_id="req-0", error="ValueError"), "web.log")
    file = office.folder / "error.zip"
    await office.does(f"bundle {error} -o {file} --log {log}")
    assert set(unpacked(file)) == {"manifest.json", "log.json", "settings.json", "versions.json"}


async def test_a_uuid_that_is_nowhere_is_said_to_be_nowhere(office: Desk, stage: Stage) -> None:
    error, file = uuid4(), office.folder / "error.zip"
    said = await office.fails(f"bundle {error} -o {file}")
    assert f"{error} is known nowhere: it is in no KCI, update or delivery, and no log was given" in said
    log = await office.file(line(event="request") + line(event="request"), "web.log")
    said = await office.fails(f"bundle {error} -o {file} --log {log}")
    assert "none of 2 log lines has it" in said
    assert "only faults of the gateway itself are logged with their uuid" in said
    assert not file.exists()


async def test_ids_of_kcis_and_of_our_requests_lead_to_the_order(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    order = await told(stage, receiver)
    kci = (await orders.list_updates(stage.db, order))[0]["id"]
    sent = receiver.received[0].headers["x-request-id"]
    for number, named in enumerate((kci, sent)):
        file = office.folder / f"{number}.zip"
        await office.does(f"bundle {named} -o {file}")
        assert unpacked(file)["order.json"][0]["id"] == order.id
    about = unpacked(office.folder / "1.zip")["manifest.json"]["about"]
    assert about["foundBy"] == "the X-Request-ID of attempt 1 to deliver KCI 1"


async def test_a_file_that_is_there_is_left_alone(office: Desk, stage: Stage) -> None:
    order = await placed(stage, CLEAN)
    file = await office.file("mine", "mine.zip")
    assert "is there already" in await office.fails(f"bundle {order} -o {file}")
    assert file.read_text() == "mine"
    assert "No such file" in await office.fails(f"bundle {order} -o {office.folder}/none/x.zip")
    assert "there is no order" in await office.fails(f"bundle 4711 -o {office.folder}/x.zip")


def test_what_no_list_names_is_hidden() -> None:
    masker = Masker()
    row = {"id": 7, "extra": "x", "nested": {"id": 1, "more": [1, 2]}, "empty": None, "none": [], "list": ["A1", "a b"]}
    shape = {"id": Show.PLAIN, "nested": {"id": Show.PLAIN}, "list": Show.PLAIN}
    shown = masker.document("f", [row], shape)[0]
    assert shown == {
        "id": 7,
        "extra": HIDDEN,
        "nested": {"id": 1, "more": [HIDDEN, HIDDEN]},
        "empty": None,
        "none": [],
        "list": ["A1", HIDDEN],
    }
    assert dict(masker.hidden) == {("f", "extra"): 1, ("f", "nested.more"): 2, ("f", "list"): 1}


@pytest.mark.parametrize(
    "value", ["07700900123", "+447700900123", "0044-7700-900123", "a b", "a@b.c", "x" * 201, "naïve", b"raw", {"a": 1}]
)
def test_a_plain_value_is_a_number_a_time_or_a_code(value: object) -> None:
    assert Masker().document("f", [{"a": value}], {"a": Show.PLAIN}) == [{"a": HIDDEN}]


def test_every_file_has_its_list() -> None:
    assert set(OF_ORDER) | {"log.json", "settings.json", "versions.json"} == set(SHAPES)
