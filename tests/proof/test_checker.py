"""The checker finds each kind of wrong in a history that was spoilt by hand, and nothing in one that was not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from proof import checker, history, lanes

ENDPOINT = "e0000000-0000-4000-8000-000000000000"
Table = list[dict[str, Any]]
History = dict[str, Table]


def update_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def kci_id(number: int) -> str:
    return f"11111111-0000-4000-8000-{number:012d}"


def received(number: int, at: float, *, status: int = 204, **more: Any) -> dict[str, Any]:
    return {
        "at": at,
        "wall": f"second {at}",
        "path": "/isp1",
        "order": 7,
        "number": number,
        "headers": {"webhook-id": kci_id(number)},
        "sha256": f"hash {number}",
        "status": status,
        "answered": at + 0.1,
        **more,
    }


def asked(what: str, at: float, status: int, **more: Any) -> dict[str, Any]:
    about = {"who": "ISP1", "tenant": "ISP1", "order": 7, "said": ""}
    return {"at": at, "wall": f"second {at}", "until": at + 0.1, "what": what, "status": status, **about, **more}


def sound() -> History:
    """One order, two events, one of them sent twice because a worker was killed."""
    numbers = (1, 2)
    key = {"tenant": 1, "order_key": 70}
    return {
        "client": [
            asked("order", 1, 0),
            asked("order", 2, 202),
            *(asked("update", 2 + one, 204, id=update_id(one), number=one) for one in numbers),
        ],
        "receiver": [received(1, 5), received(1, 7), received(2, 8)],
        "kills": [{"at": 6, "wall": "second 6", "victim": "work", "in_flight": 1}],
        "feed": [{"at": 9, "who": "ISP1", "events": [[7, 1], [7, 2]]}],
        "dump": [{"at": 20, "wall": "second 20"}],
        "rows/tenants": [{"tenant": 1, "code": "ISP1"}],
        "rows/orders": [{**key, "id": 7, "status": "IN_PROGRESS", "kci_count": 2}],
        "rows/updates": [{**key, "id": update_id(one), "state": "APPLIED", "refusal": None} for one in numbers],
        "rows/work_orders": [{**key, "reference": "NW1-1"}],
        "rows/kcis": [
            {**key, "number": one, "id": kci_id(one), "reason": "UPDATE", "text": f"proof {update_id(one)}"}
            for one in numbers
        ],
        "rows/feed": [{**key, "position": one, "type": "KCI", "number": one} for one in numbers],
        "rows/feed_heads": [{"tenant": 1, "position": 2}],
        "rows/endpoints": [{"tenant": 1, "endpoint": ENDPOINT, "url": "http://127.0.0.1:1/isp1", "deleted": False}],
        "rows/deliveries": [
            {**key, "endpoint": ENDPOINT, "number": one, "sha256": f"hash {one}", "delivered": True} for one in numbers
        ],
        "rows/lanes": [{"key": f"kci:{ENDPOINT}:70", "kind": "kci", "tenant": 1, "last_enqueued": 2, "last_done": 2}],
    }


def broken(there: History, folder: Path) -> dict[str, int]:
    for name, table in there.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in table))
    history.write_run(folder, {"endpoints": {"/isp1": "ISP1"}})
    return checker.check(folder).broken


def test_a_sound_history_has_nothing_wrong(tmp_path: Path) -> None:
    assert not broken(sound(), tmp_path)
    assert checker.main([str(tmp_path)]) == 0


SPOILT: list[tuple[str, Callable[[History], object]]] = [
    (checker.LOST_ORDERS, lambda one: one["rows/orders"].clear()),
    (checker.PHANTOM_ORDERS, lambda one: one["client"].__delitem__(slice(2))),
    (checker.NOT_SENT_ON, lambda one: one["rows/work_orders"].clear()),
    (checker.LOST, lambda one: one["rows/kcis"][1].update(text=f"proof {update_id(1)}")),
    (checker.TWICE, lambda one: one["rows/kcis"][1].update(text=f"proof {update_id(1)}")),
    (checker.LOST, lambda one: one["receiver"].pop()),
    (checker.LOST, lambda one: one["receiver"][2].update(status=0)),
    (checker.PHANTOM, lambda one: one["client"].pop()),
    (checker.PHANTOM, lambda one: one["receiver"].append(received(3, 9))),
    (checker.UNDELIVERED, lambda one: (one["receiver"].pop(), *_undone(one))),
    (checker.SEQUENCE, lambda one: one["rows/kcis"][0].update(number=3)),
    (checker.FEED, lambda one: one["rows/feed"].pop()),
    (checker.FEED, lambda one: one["rows/feed_heads"][0].update(position=3)),
    (checker.READ, lambda one: one["feed"][0].update(events=[[7, 2], [7, 1]])),
    (checker.READ, lambda one: one["feed"][0].update(events=[[7, 1]])),
    (checker.REFUSED, lambda one: one["client"].append(asked("order", 9, 422))),
    (checker.LATE, lambda one: one["client"].append(asked("order", 6, 202, until=22))),
    (checker.PICKED_UP_LATE, lambda one: one["receiver"].append(received(2, 27))),
    (lanes.OUT_OF_ORDER, lambda one: one["receiver"].append(received(1, 9))),
    (lanes.EARLY, lambda one: one["receiver"][2].update(at=5.05)),
    (lanes.OTHER_ID, lambda one: one["receiver"][1]["headers"].update({"webhook-id": kci_id(9)})),
    (lanes.OTHER_BYTES, lambda one: one["receiver"][1].update(sha256="hash 9")),
    (lanes.OTHER_BYTES, lambda one: one["rows/deliveries"][1].update(sha256="hash 9")),
    (lanes.TOO_MANY, lambda one: one["kills"].clear()),
]


def _undone(there: History) -> tuple[None, None]:
    there["rows/deliveries"][1].update(delivered=False)
    there["rows/lanes"][0].update(last_done=1)
    return None, None


@pytest.mark.parametrize(
    ("invariant", "spoil"), SPOILT, ids=[f"{number} {name}" for number, (name, _) in enumerate(SPOILT)]
)
def test_a_spoilt_history_is_found_out(invariant: str, spoil: Callable[[History], object], tmp_path: Path) -> None:
    there = sound()
    spoil(there)
    assert invariant in broken(there, tmp_path)
    assert checker.main([str(tmp_path)]) == 1


def test_every_invariant_of_the_checker_is_tried() -> None:
    assert {name for name, _ in SPOILT} == set(checker.INVARIANTS)


def test_a_skipped_event_may_be_missing(tmp_path: Path) -> None:
    there = sound()
    there["receiver"] = [received(2, 8)]
    there["rows/kci_skips"] = [{"tenant": 1, "endpoint": ENDPOINT, "order_key": 70, "number": 1, "done": True}]
    assert not broken(there, tmp_path)
