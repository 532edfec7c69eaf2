"""The judge of faulty receivers: what it lets pass, and what it does not."""

from datetime import UTC, datetime, timedelta

from proof.faults import BY_NAME, FAULTS
from proof.misbehaviour import behaviours
from proof.model import Findings
from proof.t7_judge import MISJUDGED, MISNAMED, MISTIMED, TRAPPED, UNRULY, UNWATCHED, Tried

from proof import t7_judge

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def attempts(fault: str, *after: float, order: int = 1, outcome: str | None = None, said: bool = True) -> list[Tried]:
    """Of one event: begun so many seconds after the start, each telling truly when the next one comes."""
    what = BY_NAME[fault]
    times = [START + timedelta(seconds=one) for one in after]
    return [
        Tried(
            fault=what,
            endpoint=fault,
            order=order,
            number=1,
            attempt=place + 1,
            started_at=time,
            outcome=outcome or min(what.outcomes),
            status=what.status,
            next_attempt_at=times[place + 1] if said and place + 1 < len(times) else None,
        )
        for place, time in enumerate(times)
    ]


def broken(rows: list[Tried]) -> dict[str, int]:
    found = Findings()
    t7_judge.judge(rows, found)
    return found.broken


def test_the_promised_waits_are_taken_for_good() -> None:
    assert broken(attempts("500", 0, 5, 35, 155, 455, 755)) == {}
    assert broken(attempts("429-seconds", 0, 600, 1200)) == {}
    assert broken(attempts("429-huge", 0, 3600)) == {}


def test_an_attempt_must_be_called_what_it_was() -> None:
    assert broken(attempts("404", 0, outcome="DELIVERED")) == {MISNAMED: 1}
    assert broken(attempts("204", 0, outcome="TIMED_OUT")) == {MISNAMED: 1}
    assert broken(attempts("endless-headers", 0, outcome="TIMED_OUT")) == {}


def test_a_retry_that_comes_early_or_is_announced_wrongly_is_found() -> None:
    assert broken(attempts("500", 0, 5, 10)) == {MISTIMED: 1}
    assert broken(attempts("500", 0, 5, 10, said=False)) == {MISTIMED: 1}
    assert broken(attempts("500", 0, 60)) == {MISTIMED: 1}


def test_a_failing_endpoint_is_tried_every_five_minutes_by_one_event_or_another() -> None:
    assert broken(attempts("500", 0, 5, 35, 155, 800, said=False)) == {UNWATCHED: 1}
    others = attempts("500", 400, order=2)
    assert broken([*attempts("500", 0, 5, 35, 155, 650, said=False), *others]) == {}


def test_who_asks_to_be_left_alone_is_left_alone_by_all_events() -> None:
    assert broken([*attempts("429-seconds", 0, 600), *attempts("429-seconds", 300, order=2)]) == {UNRULY: 2}
    assert broken([*attempts("429-seconds", 0, 600), *attempts("429-seconds", 600, order=2)]) == {UNRULY: 1}
    in_flight = attempts("429-seconds", 0, order=2)
    assert broken([*attempts("429-seconds", 0, 600), *in_flight]) == {}


def test_an_endpoint_stands_as_its_answers_call_for() -> None:
    found = Findings()
    t7_judge.standing(BY_NAME["500"], state="DOWN", enabled=True, found=found)
    t7_judge.standing(BY_NAME["410"], state="UP", enabled=False, found=found)
    t7_judge.standing(BY_NAME["gibibyte"], state="UP", enabled=True, found=found)
    assert not found.broken
    t7_judge.standing(BY_NAME["410"], state="UP", enabled=True, found=found)
    t7_judge.standing(BY_NAME["500"], state="UP", enabled=True, found=found)
    assert found.broken == {MISJUDGED: 2}


def test_a_call_to_the_trap_is_found() -> None:
    found = Findings()
    t7_judge.calls([{"fault": "200"}, {"fault": "TRAP", "said": "POST / HTTP/1.1\r\nHost: trap"}], found)
    assert found.examples == {TRAPPED: ["POST / HTTP/1.1"]}


def test_there_are_thirty_faults_and_more_and_each_can_be_committed() -> None:
    assert len(FAULTS) >= 30
    without_http = {"connect-stall", "tls-stall", "tls-reset", "refused-port", "no-such-name"}
    certificates = {one.name for one in FAULTS if one.name.startswith("certificate-")}
    assert {one.name for one in FAULTS} - without_http - certificates == behaviours().keys()
