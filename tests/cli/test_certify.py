"""`fibregate certify` against a receiver that is as it should be, and against one of each fault."""

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.cli.isp import SECRET, Faults, Isp, receiving
from typer.testing import CliRunner, Result

from fibregate.cli.certify import clauses, command, report
from fibregate.cli.certify.plan import ORDERS, Plan, planned
from fibregate.cli.certify.shots import Pens
from fibregate.cli.certify.telling import Teller
from fibregate.cli.certify.trial import Outcome, Trial, run
from fibregate.cli.main import app
from fibregate.clock import BusinessTime, real_now
from fibregate.web.connector import Connector
from fibregate.work import RENDERERS

PAGE = Path(__file__).parents[2] / clauses.PAGE
WHOLESALE = "wholesale-webhook"


def plan(rendering: str = WHOLESALE, *, forged: bool = True) -> Plan:
    return planned(Teller(RENDERERS[rendering], BusinessTime(real_now())), 5000, forged=forged)


async def tried(isp: Isp, *, echo_of: Isp | None = None, total: float = 20, slow: float = 5) -> Outcome:
    """A whole trial, but for its pauses."""
    async with Connector(command.guarding(isp.url, None), connect_seconds=5, total_seconds=total) as connector:
        trial = Trial(
            connector=connector,
            url=isp.url,
            pens=Pens.of(command.opened(SECRET)),
            headers={},
            echo_url=(echo_of or isp).echo,
            slow_seconds=slow,
            pause_seconds=0.01,
            echo_seconds=0.1,
        )
        return await run(trial, plan(), verified=True)


async def typed(*words: str, env: dict[str, str] | None = None) -> Result:
    return await asyncio.to_thread(CliRunner(env=env).invoke, app, ["certify", *words])


@pytest.mark.parametrize("rendering", [WHOLESALE, "tenant-kci"])
async def test_a_receiver_that_is_as_it_should_be_passes(rendering: str) -> None:
    async with receiving() as isp:
        url = isp.url if rendering == WHOLESALE else isp.url.removesuffix("/kcis")
        result = await typed("--webhook", url, "--secret", SECRET, "--rendering", rendering, "--echo", isp.echo)
    assert result.exit_code == 0, result.output
    assert re.search(r"Passed: 1\d checks\.$", result.stdout.strip())
    assert "✗" not in result.stdout
    assert "Not seen" not in result.stdout
    assert len(isp.orders) == ORDERS
    assert {one.status for one in isp.orders.values()} >= {"COMPLETED", "RECEIVED_BY_GATEWAY"}


async def test_what_cannot_be_seen_without_an_echo_is_said(tmp_path: Path) -> None:
    async with receiving(Faults(acts_twice=True)) as isp:
        result = await typed("--webhook", isp.url, env={"CERTIFY_SECRET": SECRET})
        assert result.exit_code == 0, result.output
        assert "Not seen from here:\n  - whether a KCI that came twice was acted on once" in result.stdout
        outcome = await tried(isp)
    assert {one.clause.name for one in outcome.of("echo")} == {"Once"}


@pytest.mark.parametrize(
    ("faults", "check", "rule"),
    [
        (Faults(believes_anybody=True), "forged", "Signed"),
        (Faults(believes_anybody=True), "unsigned", "Signed"),
        (Faults(believes_anybody=True), "stale", "Fresh"),
        (Faults(crashes_on_forgeries=True), "forged", "Refused"),
        (Faults(verifies_parsed_json=True), "story", "Taken"),
        (Faults(reads_first_signature_only=True), "rotation", "Rotation"),
        (Faults(never_looks_at_the_clock=True), "stale", "Fresh"),
        (Faults(seconds_of_patience=60), "near-clock", "Fresh"),
        (Faults(refuses_old_facts=True), "delayed", "Old"),
        (Faults(crashes_on_duplicates=True), "duplicate", "Once"),
        (Faults(crashes_on_duplicates=True), "twins", "Once"),
        (Faults(acts_twice=True), "echo", "Once"),
        (Faults(remembers_refused_ids=True), "echo", "Signed"),
        (Faults(wants_numbers_to_grow=True), "late", "Late"),
        (Faults(one_counter_for_all_orders=True), "shuffled", "In order"),
        (Faults(lets_late_ones_win=True), "echo", "Late"),
        (Faults(closed_list_of_codes=True), "unknown", "Unknown"),
        (Faults(closed_list_of_codes=True), "story", "Unknown"),
        (Faults(closed_list_of_fields=True), "unknown", "Unknown"),
        (Faults(knows_no_ceases=True), "cease", "Unsolicited cease"),
        (Faults(closes_orders_that_ended=True), "after-the-end", "After the end"),
        (Faults(most_bytes=100_000), "large", "Size"),
        (Faults(one_at_a_time=True), "two-at-once", "In order"),
        (Faults(status=302), "story", "No redirects"),
        (Faults(status=410), "story", "Gone"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_each_fault_is_found_and_its_rule_quoted(faults: Faults, check: str, rule: str) -> None:
    async with receiving(faults) as isp:
        outcome = await tried(isp)
    assert not report.passed(outcome)
    assert rule in {one.clause.name for one in outcome.of(check) if one.severity == "FAIL"}


async def test_a_receiver_that_takes_everything_and_does_nothing_is_found_out() -> None:
    async with receiving(Faults(believes_anybody=True)) as isp, receiving() as idle:
        outcome = await tried(isp, echo_of=idle)
        result = await typed("--webhook", isp.url, "--secret", SECRET)
    assert len({one.what for one in outcome.of("echo")}) == ORDERS
    assert result.exit_code == 1
    assert "✗ forged" in result.stdout
    assert "the rule   Signed: “Verify the signature over" in result.stdout
    assert "what to do verify before anything parses the body" in result.stdout


async def test_slow_answers_are_warned_of_and_too_slow_ones_are_wrong() -> None:
    async with receiving(Faults(seconds=0.06)) as isp:
        outcome = await tried(isp, slow=0.05)
        assert outcome.passed
        assert {(one.severity, one.clause.name) for one in outcome.findings} == {("WARN", "In time")}
        assert len(outcome.findings) > 20
    async with receiving(Faults(seconds=0.6)) as isp:
        outcome = await tried(isp, total=0.2)
    assert not outcome.passed
    assert [one.clause.name for one in outcome.findings] == ["In time"] * 3


async def test_a_receiver_that_does_not_answer_ends_the_trial_early() -> None:
    async with receiving() as isp:
        gone = isp.url
    result = await typed("--webhook", gone, "--secret", SECRET)
    assert result.exit_code == 1
    assert result.stdout.count("no connection could be made") == 3
    assert "Stopped: the receiver gave no answer. Not tried: after-the-end, duplicate" in result.stdout


async def test_without_a_secret_nothing_is_passed_and_that_is_said() -> None:
    async with receiving(Faults(believes_anybody=True)) as isp:
        result = await typed("--webhook", isp.url)
    assert result.exit_code == 1
    assert "that needs --secret" in result.stdout
    assert "not passed without --secret" in result.stdout
    assert " forged " not in result.stdout.partition("Not seen")[0]


async def test_a_wrong_secret_is_guessed_at() -> None:
    async with receiving() as isp:
        result = await typed("--webhook", isp.url, "--secret", f"whsec_{'A' * 43}=")
    assert result.exit_code == 1
    assert "No KCI was taken. Is --secret the one that your receiver verifies with" in result.stdout


async def test_the_result_for_a_program_has_every_finding() -> None:
    async with receiving(Faults(believes_anybody=True)) as isp:
        result = await typed("--webhook", f"{isp.url}?token=hidden", "--secret", SECRET, "--json")
    assert result.exit_code == 1
    told: dict[str, Any] = orjson.loads(result.stdout)
    assert told["passed"] is False
    assert told["url"] == isp.url
    failed = {one["name"] for one in told["checks"] if not one["passed"]}
    assert failed == {"forged", "unsigned", "stale"} == {one["check"] for one in told["findings"]}
    assert all(one["clause"] and one["mend"] and one["page"] == clauses.PAGE for one in told["findings"])
    assert len(told["notSeen"]) == 3


async def test_every_request_is_as_a_delivery_has_it() -> None:
    async with receiving() as isp:
        result = await typed("--webhook", isp.url, "--secret", SECRET, "--header", "Authorization: Basic dXNlcg==")
        assert result.exit_code == 0, result.output
    assert {one["authorization"] for one in isp.headers} == {"Basic dXNlcg=="}
    assert {one["content-type"] for one in isp.headers} == {"application/json"}
    assert len({one["x-request-id"] for one in isp.headers}) == len(isp.headers)
    assert all(one["x-conversation-id"].startswith("certify-9007") for one in isp.headers)
    signed = [one["webhook-signature"] for one in isp.headers if " v1a," in one.get("webhook-signature", "")]
    assert len(signed) > 40


async def test_orders_of_the_receivers_own_can_be_named() -> None:
    async with receiving() as isp:
        result = await typed("--webhook", isp.url, "--secret", SECRET, "--first-order", "700")
    assert result.exit_code == 0
    assert sorted(isp.orders) == list(range(700, 700 + ORDERS))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--webhook", "http://127.0.0.1:1/kcis", "--secret", "whsec_short"], "base64 of 24 to 64 bytes"),
        (["--webhook", "http://127.0.0.1:1/kcis", "--secret", "x" * 40], "must be whsec_"),
        (["--webhook", "http://10.0.0.1/kcis", "--secret", SECRET], "must begin with https://"),
        (["--webhook", "https://10.0.0.1/kcis", "--secret", SECRET], "this address may not be called"),
        (["--webhook", "https://169.254.169.254/", "--secret", SECRET], "this address may not be called"),
        (["--webhook", "https://u:p@127.0.0.1/kcis", "--secret", SECRET], "must not hold a user"),
        (["--webhook", "http://127.0.0.1:1/", "--header", "nonsense"], "must look like"),
        (["--webhook", "http://127.0.0.1:1/", "--header", "Webhook-Id: 1"], "set by the gateway itself"),
        (["--webhook", "http://127.0.0.1:1/", "--header", "A: b\r\nC: d"], "must look like"),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_the_reason(words: list[str], reason: str) -> None:
    result = await typed(*words)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert "Traceback" not in result.output


def test_the_rules_are_those_of_the_page() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    for one in clauses.ALL:
        assert one.text in page, one.name
    told = re.findall(r"^\d+\. \*\*([^*]+)\.\*\*", PAGE.read_text("utf-8"), re.MULTILINE)
    assert told == [one.name for one in clauses.ALL if one is not clauses.ECHO]


def test_every_rule_can_be_broken_in_some_check() -> None:
    checked = {one.clause.name for one in plan().checks}
    always = {clauses.IN_TIME.name, clauses.NO_REDIRECTS.name, clauses.GONE.name, clauses.REFUSED.name}
    assert checked | always == {one.name for one in clauses.ALL if one is not clauses.ECHO}


def test_a_trial_uses_as_many_orders_as_it_says() -> None:
    numbers = {shot.kci.order for check in plan().checks for volley in check.volleys for shot in volley}
    assert numbers == set(range(5000, 5000 + ORDERS))
    assert f"needs {ORDERS} of its own" in " ".join(PAGE.read_text("utf-8").split())


def test_the_large_body_is_large_and_within_the_rule() -> None:
    for rendering in (WHOLESALE, "tenant-kci"):
        body = Teller(RENDERERS[rendering], BusinessTime(real_now())).large(1).body
        assert 200_000 < len(body) < 2**20
