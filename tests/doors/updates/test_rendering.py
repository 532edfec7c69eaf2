"""What an upstream gateway is told: our own updates door takes every word of it, and its orders go where ours went."""

import json
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.doors.frozen import MADE, committed, told

from fibregate.doors.updates import companions
from fibregate.doors.updates.kcis import _update
from fibregate.doors.updates.rendering import render, url
from fibregate.doors.updates.shapes import KciIn
from fibregate.orders.states import AFTER_THE_END, MOVES, Move, MoveRefused, Standing, step
from fibregate.suppliers.port import Update
from fibregate.vocabulary import ENDED, OrderStatus, Reason

S = OrderStatus
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2025, 11, 3, 10, 12, 2, tzinfo=UTC)
ROWS = [(move, source) for move in MOVES for source in sorted(move.source)]
BEFORE = (S.SENT_TO_SUPPLIER, S.ACKNOWLEDGED, S.IN_PROGRESS)
SETTLED = ((None, False), (S.FAILED, False), (S.PARTIAL, False), (None, True))


def read(raw: bytes) -> Update:
    """As the updates door reads it: its JSON, its model, its rules."""
    body = KciIn.model_validate(json.loads(raw), by_alias=True, by_name=False)
    assert body.provide_service_order is not None
    update = _update(body, body.provide_service_order, NOW)
    assert list(companions.faults(update)) == []
    return update


def test_the_contracts_example_comes_out_as_it_is_printed() -> None:
    facts = committed(id="e1a6f1a0-0b0e-47f5-8a0c-7e0f6ad2a1c9", sequenceNumber=2)
    assert json.loads(render(facts, MADE)) == json.loads((GOLDEN / "committed.json").read_text("utf-8"))


@pytest.mark.parametrize(("reason", "status"), list(product(Reason, OrderStatus)))
def test_our_own_updates_door_takes_every_reason_in_every_state(reason: Reason, status: OrderStatus) -> None:
    status = S.IN_PROGRESS if reason is Reason.COMMITTED else status
    update = read(render(told(reason, status, text="t", problemCode="ACCESS_ISSUE", supplierCodes=["1"]), MADE))
    assert (update.reason, update.status, update.sequence_number) == (reason, status, 3)
    assert update.supplier_codes == ("1",)
    assert update.appointment is not None
    read(render(told(reason, status), MADE))


@pytest.mark.parametrize(("move", "source"), ROWS)
def test_the_order_upstream_goes_where_ours_went(move: Move, source: OrderStatus) -> None:
    waits = source in {S.PENDING, S.HELD}
    for before, (said, settles) in product(BEFORE if waits else (None,), SETTLED):
        standing = Standing(source, before, committed=before is S.IN_PROGRESS or source is S.IN_PROGRESS)
        after = step(standing, move.reason, said=said, settles=settles)
        update = read(render(told(move.reason, after.status, source), MADE))
        ends_wait = update.status is standing.returns_to
        assert step(standing, update.reason, said=update.status, settles=ends_wait) == after


@pytest.mark.parametrize(("reason", "status"), list(product(AFTER_THE_END, ENDED)))
def test_a_last_word_after_the_end_moves_nothing_upstream(reason: Reason, status: OrderStatus) -> None:
    update = read(render(told(reason, status, status), MADE))
    assert step(Standing(status, None, committed=True), update.reason, said=update.status).status is status


def test_what_must_come_along_and_nobody_said_is_said_to_be_unsaid() -> None:
    for reason in (Reason.WARNING, Reason.DELAY, Reason.REAPPOINT, Reason.CANCELLED):
        update = read(render(told(reason, "HELD"), MADE))
        assert (update.problem_code, update.text) == ("OTHER", "The network said no more about it.")
    assert read(render(told("INFORMATION_REQUIRED", "PENDING"), MADE)).text
    assert read(render(told("UPDATE", "HELD"), MADE)).text is None


def test_the_order_is_named_as_its_tenant_sent_it_and_by_the_suppliers_reference() -> None:
    named = json.loads(render(committed(), MADE))["provideServiceOrder"]
    assert (named["id"], named["tenant"], named["supplierOrderReference"]) == (48, "ISP1", "AN-90017")
    early = json.loads(render(committed(supplierReference=None), MADE))["provideServiceOrder"]
    assert (early["id"], early["tenant"]) == (48, "ISP1")
    assert "supplierOrderReference" not in early


def test_what_ethernet_was_given_stands_at_its_service_and_its_site_and_is_read_there() -> None:
    named = [{"name": "SERVICE_ID", "value": "S-1"}, {"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
    entity = {
        "siteInformation": [
            {"name": "Here", "primaryContact": {"name": "Asha Patel"}, "notes": "a dog"},
            {"siteCharacteristics": [{"name": "SERVICE_VLAN_ID", "value": "7.8"}]},
        ],
        "ethernetOrderItems": [{"service": {"serviceCharacteristic": named}}],
    }
    body = json.loads(render(committed(reason="ADDITIONAL", entity=entity), MADE))
    assert "provideServiceOrder" not in body
    assert body["ethernetServiceOrder"]["siteInformation"][0] == {"name": "Here"}
    asked = KciIn.model_validate(body, by_alias=True, by_name=False)
    assert asked.ethernet_service_order is not None
    update = _update(asked, asked.ethernet_service_order, NOW)
    assert update.facts == {"SERVICE_ID_1": "S-1", "SERVICE_VLAN_ID_2": "7.8"}


def test_facts_of_an_older_release_name_the_order_by_its_reference_alone() -> None:
    named = json.loads(render(committed(tenant=None), MADE))["provideServiceOrder"]
    assert named["supplierOrderReference"] == "AN-90017"
    assert not {"id", "tenant"} & set(named)
    few = {"id", "sequenceNumber", "reason", "status", "orderId", "orderType", "happenedAt"}
    facts = {name: value for name, value in committed().items() if name in few}
    assert json.loads(render(facts, MADE))["provideServiceOrder"]["id"] == 48


def test_requests_of_the_tenant_are_named_by_their_kind() -> None:
    amended = json.loads(render(told("AMENDED", "IN_PROGRESS"), MADE))["provideServiceOrder"]
    assert amended["serviceOrderAmendmentId"] == 7
    assert amended["serviceOrderAmendmentReference"] == "AN-C-7"
    refused = read(render(told("CANCELLATION_REJECTED", "IN_PROGRESS", text="Too late."), MADE))
    assert (refused.request_id, refused.request_reference) == (7, "AN-C-7")


def test_what_the_gateway_itself_says_was_issued_when_it_happened() -> None:
    said = json.loads(render(committed(issuedAt=None, receivedAt=None), MADE))
    assert said["issuedOn"] == "2025-11-03T10:12:01.100Z"


def test_an_order_that_never_got_to_the_network_is_refused_upstream() -> None:
    error = {"uuid": "d0a7c1de-8a53-4c62-8e1c-6f5d2b9f7f10", "code": "SUPPLIER_TIMED_OUT", "messages": ["No answer."]}
    update = read(render(told("UPDATE", "FAILED_TO_SEND", error=error), MADE))
    assert (update.reason, update.text) == (Reason.ORDER_REJECTED, "No answer.")
    assert step(Standing(S.SENT_TO_SUPPLIER, None, committed=False), update.reason).status is S.REJECTED
    with pytest.raises(MoveRefused):
        step(Standing(S.IN_PROGRESS, None, committed=True), update.reason)


def test_words_longer_than_the_door_takes_are_cut() -> None:
    notes = [{"note": "n" * 1001, "type": "Engineer Note", "created": "2025-11-03T10:00:00.000Z"}]
    update = read(render(told("UPDATE", "HELD", text="t" * 5000, notes=notes), MADE))
    assert update.text == "t" * 999 + "…"
    assert update.notes[0].note == "n" * 999 + "…"


def test_the_saved_url_is_the_base_or_names_the_operation() -> None:
    assert url("https://gateway.example/v1") == "https://gateway.example/v1/kcis"
    assert url("https://gateway.example/v1/kcis") == "https://gateway.example/v1/kcis"


def test_facts_that_somebody_adds_later_do_not_leak() -> None:
    entity: dict[str, Any] = {"gainer": "ISP2"}
    assert b"ISP2" not in render(committed(entity=entity, gainer="ISP2"), MADE)
