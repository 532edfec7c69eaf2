"""The judge of a supplier that misbehaves: it finds each kind of wrong, and nothing where there is none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from proof.model import Findings
from proof.t6_judge import (
    BELIEVED,
    CROSSED,
    DISORDER,
    DUPLICATES,
    GIVEN_UP,
    MADE_UP,
    STUCK,
    TRAPPED,
    TWICE_BOOKED,
    TWICE_CHANGED,
    UNTRIED,
    Rows,
)
from proof.t6_network import LOG, Story

from proof import t6_judge, t6_network

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
Lines = list[dict[str, Any]]


def call(number: int, account: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"event": "call", "call": number, "headers": {"tenant": account}, "body": orjson.dumps(body).decode()}


def did(number: int, kind: str, account: str, reference: str, **more: Any) -> dict[str, Any]:
    about = {"tenant": account, "id": number, "reference": reference, "behaviour": "well"}
    return {"event": "did", "call": number, "what": "performed", "kind": kind, **about, **more}


def placed(number: int, tenant: str, reference: str, behaviour: str = "well") -> Lines:
    account = t6_network.ACCOUNTS[tenant]
    body = {"id": number, "tenant": account, "notes": t6_network.mark(tenant, behaviour, number)}
    return [call(number, account, body), did(number, "order", account, reference, behaviour=behaviour)]


def booked(number: int, uprn: str = "888800001000") -> Lines:
    body = {"address": {"id": uprn}, "timeslot": {"timeslotStartDateTime": "2026-03-09T08:00:00.000Z"}}
    return [call(number, "OURS1", body), did(number, "booking", "OURS1", f"V-{number}")]


def changed(number: int) -> Lines:
    body = {"orderId": 1}
    return [call(number, "OURS1", body), did(number, "amendment", "OURS1", f"A-{number}", order="ALT-1")]


def sound() -> Lines:
    """An order of each tenant, a visit and an amendment, each done once."""
    return [*placed(1, "ISP1", "ALT-1"), *placed(2, "ISP2", "ALT-2"), *booked(3), *changed(4)]


def row(tenant: str, key: int, **more: Any) -> dict[str, Any]:
    mark = t6_network.mark(tenant, "well", key)
    return {"tenant": tenant, "key": key, "notes": mark, "status": "COMPLETED", "reference": f"ALT-{key}", **more}


def told(tenant: str, key: int, number: int, text: str) -> dict[str, Any]:
    return {"tenant": tenant, "key": key, "number": number, "text": text}


def rows() -> Rows:
    kcis = [told(tenant, key, 1, "Order sent to ALTNET1.") for tenant, key in (("ISP1", 1), ("ISP2", 2))]
    kcis += [told(tenant, key, 2, f"ALT-{key}/1: acknowledged") for tenant, key in (("ISP1", 1), ("ISP2", 2))]
    kcis.append(told("ISP1", 1, 3, "ALT-1/3: update"))
    calls = [{"tenant": "ISP1", "kind": "ORDER", "sent_id": 1, "state": "CONFIRMED", "created_at": NOW}]
    return Rows(NOW + timedelta(hours=1), [row("ISP1", 1), row("ISP2", 2)], calls, kcis)


def broken(lines: Lines, there: Rows, *wanted: str) -> dict[str, int]:
    found = Findings()
    t6_judge.judge(Story.of(lines), there, wanted or ("well",), found)
    assert set(t6_judge.INVARIANTS) == set(found.wrong)
    return found.broken


def test_a_sound_history_has_nothing_wrong() -> None:
    assert broken(sound(), rows()) == {}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (did(1, "order", "OURS1", "ALT-9"), DUPLICATES),
        (did(3, "booking", "OURS1", "V-9"), TWICE_BOOKED),
        (did(4, "amendment", "OURS1", "A-9", order="ALT-1"), TWICE_CHANGED),
        ({"event": "trap", "method": "POST", "target": "/"}, TRAPPED),
        (call(9, "OURS2", {"notes": t6_network.mark("ISP1", "well", 1)}), CROSSED),
        (call(9, "OURS2", {"tenant": "OURS1"}), CROSSED),
    ],
)
def test_what_the_network_saw_is_found(more: dict[str, Any], what: str) -> None:
    assert broken([*sound(), more], rows()) == {what: 1}


def test_a_number_that_is_answered_again_is_not_done_again() -> None:
    again = {**did(1, "order", "OURS1", "ALT-1"), "what": "replayed"}
    assert broken([*sound(), again], rows()) == {}


SPOILT: list[tuple[str, Callable[[Rows], object]]] = [
    (STUCK, lambda one: one.calls[0].update(state="UNKNOWN")),
    (CROSSED, lambda one: one.orders[0].update(reference="ALT-2")),
    (CROSSED, lambda one: one.kcis.append(told("ISP2", 2, 3, "ALT-1/4: additional"))),
    (BELIEVED, lambda one: one.kcis.append(told("ISP2", 2, 3, "FORGED ALT-2/1: again"))),
    (DISORDER, lambda one: one.kcis.append(told("ISP1", 1, 4, "ALT-1/2: committed"))),
    (DISORDER, lambda one: one.kcis.append(told("ISP1", 1, 9, "ALT-1/4: additional"))),
    (GIVEN_UP, lambda one: one.orders[0].update(status="FAILED_TO_SEND")),
    (MADE_UP, lambda one: one.orders.append(row("ISP1", 7, reference=None))),
]


@pytest.mark.parametrize(("what", "spoil"), SPOILT)
def test_what_the_rows_say_is_found(what: str, spoil: Callable[[Rows], object]) -> None:
    there = rows()
    spoil(there)
    assert broken(sound(), there) == {what: 1}


def test_an_open_call_may_be_young() -> None:
    there = rows()
    there.calls = [{**there.calls[0], "state": "UNKNOWN", "created_at": there.now - timedelta(minutes=1)}]
    assert broken(sound(), there) == {}


def test_who_lies_is_believed_and_who_rejects_is_heard() -> None:
    there = rows()
    lied = row("ISP1", 7, notes=t6_network.mark("ISP1", "lies-422", 7), status="REJECTED", reference=None)
    refused = row("ISP1", 8, notes=t6_network.mark("ISP1", "rejects", 8), status="REJECTED", reference="ALT-8")
    there.orders = [*there.orders, lied, refused]
    said = {"event": "kci", "reason": "ORDER_REJECTED", "reference": "ALT-8"}
    lines = [*sound(), *placed(7, "ISP1", "ALT-7", "lies-422"), *placed(8, "ISP1", "ALT-8", "rejects")]
    assert broken([*lines, said], there) == {}
    assert broken(lines, there) == {GIVEN_UP: 1}


def test_a_behaviour_that_was_not_met_is_named() -> None:
    assert broken(sound(), rows(), "well", "garbage") == {UNTRIED: 1}


def test_a_network_that_was_started_again_counts_anew(tmp_path: Path) -> None:
    first, second = placed(1, "ISP1", "ALT-1"), placed(1, "ISP2", "ALT-2")
    lines = b"".join(orjson.dumps({"at": 1, **one}) + b"\n" for one in [*first, *second])
    (tmp_path / LOG).write_bytes(lines)
    assert t6_network.story(tmp_path).order_of == {
        "ALT-1": t6_network.mark("ISP1", "well", 1),
        "ALT-2": t6_network.mark("ISP2", "well", 1),
    }
