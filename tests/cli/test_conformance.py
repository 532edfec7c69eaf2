"""`fibregate supplier conformance`: a network in memory, and a sandbox of our own in a process of its own."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.authority import Authority
from tests.suppliers.conformance.stage import HOME, SCARCE, TODAY
from tests.suppliers.conformance.toy import CLIENT, SECRET, TENANT, Toy, toy
from typer.testing import CliRunner, Result

from fibregate.cli.conformance import listener
from fibregate.cli.demo import stage
from fibregate.cli.main import app
from fibregate.suppliers.conformance import clauses

ENDS = ("--ethernet-site", "999900002001,FB1 3AA", "--ethernet-site", "999900002900,FB1 9ZZ")
ENOUGH = ("--tenant", TENANT, "--uprn", HOME.id)


async def typed(*words: str, env: dict[str, str] | None = None) -> Result:
    return await asyncio.to_thread(CliRunner(env=env).invoke, app, ["supplier", "conformance", *words])


async def against(there: Toy, *words: str) -> Result:
    way = ("--client-id", CLIENT, "--today", TODAY.isoformat(), "--unknown-uprn", "7", "--scarce-uprn", SCARCE.id)
    return await typed(there.url, *ENOUGH, *way, *ENDS, *words, env={"CONFORMANCE_SECRET": SECRET})


async def test_a_supplier_that_keeps_to_the_rules_passes() -> None:
    async with toy() as there:
        result = await against(there)
    assert result.exit_code == 0, result.output
    assert f"Passed: {len(clauses.ALL) - 1} clauses. Not tried: 1." in result.stdout
    assert "✗" not in result.stdout
    assert "Lost answers can be looked up (READ)." in result.stdout


async def test_what_is_broken_is_told_with_its_rule_and_how_it_was_tried() -> None:
    async with toy("overbooks", "unsorted") as there:
        result = await against(there)
    assert result.exit_code == 1
    assert "slot-taken: the same timeslot was booked twice" in result.stdout
    assert "  the rule  MUST: “A timeslot whose last place has gone is 409" in result.stdout
    assert "  tried by  two bookings of one timeslot at the scarce address" in result.stdout
    assert "SHOULD: “Available appointments come with the earliest first.”" in result.stdout
    assert "Not passed. Broken: 1. Warnings: 1. Not tried: 1." in result.stdout


async def test_a_warning_alone_passes() -> None:
    async with toy("unsorted") as there:
        result = await against(there, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    assert (told["passed"], told["looksUp"], told["url"]) == (True, "READ", there.url)
    assert "READ_ORDER" in told["offers"]
    assert len(told["milliseconds"]) > 30
    assert [one["name"] for one in told["clauses"]] == [one.name for one in clauses.ALL]
    assert {one["name"]: one["outcome"] for one in told["clauses"]}["slots-sorted"] == "WARN"
    assert all(one["clause"] and one["triedBy"] for one in told["clauses"])


async def test_a_certificate_or_a_password_may_be_shown_instead(tmp_path: Path) -> None:
    pair = Authority(tmp_path).issue("gateway")
    (tmp_path / "c.pem").write_text(pair.certificate)
    (tmp_path / "k.pem").write_text(pair.private_key)
    shown = ("--certificate", str(tmp_path / "c.pem"), "--key", str(tmp_path / "k.pem"))
    async with toy("open door") as there:
        for way in (shown, ("--user", "u", "--secret", "p"), ()):
            result = await typed(there.url, *ENOUGH, *way, "--read-only", "--unknown-uprn", "7", "--json")
            outcomes = {one["name"]: one["outcome"] for one in json.loads(result.stdout)["clauses"]}
            assert (outcomes["token"], outcomes["availability"]) == ("SKIP", "PASS")
    assert there.bookings == {}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--client-id", "a"), "--secret: is required"),
        (("--client-id", "a", "--user", "b", "--secret", "c"), "give one of --client-id, --user and --certificate"),
        (("--certificate", __file__), "--certificate and --key: give both"),
        (("--characteristic", "LINE_PROFILE"), "--characteristic: must look like LINE_PROFILE=80/20"),
        (("--ethernet-site", "1,FB1 3AA"), "--ethernet-site: is needed twice"),
        (("--today", "tomorrow"), "--today: must look like 2025-07-01"),
        (("--listen", "here"), "--listen: must look like 9000"),
        (("--token-url", "http://10.0.0.1/", "--client-id", "a", "--secret", "b"), "this address may not be called"),
    ],
)
async def test_what_is_typed_wrongly_is_told_before_anything_is_asked(words: tuple[str, ...], why: str) -> None:
    async with toy() as there:
        result = await typed(there.url, *ENOUGH, *words)
    assert result.exit_code == 1
    assert why in result.output
    assert there.bookings == {}


async def test_a_network_that_may_not_be_called_is_not() -> None:
    result = await typed("http://10.0.0.1", *ENOUGH)
    assert result.exit_code == 1
    assert "this address may not be called" in result.output


async def test_a_supplier_that_says_nothing_after_a_202_is_found_out() -> None:
    async with toy() as there:
        result = await against(there, "--listen", str(free_port()), "--wait", "0")
    assert result.exit_code == 1
    assert "updates: none came within 0 s" in result.stdout


async def test_the_listener_gives_a_token_and_keeps_what_comes_to_any_path() -> None:
    port = free_port()
    async with listener.listening(("127.0.0.1", port), 0) as there, aiohttp.ClientSession() as session:
        async with session.post(f"http://127.0.0.1:{port}/t", data={"grant_type": "client_credentials"}) as answer:
            assert (await answer.json())["token_type"] == "Bearer"
        async with session.post(f"http://127.0.0.1:{port}/v1/kcis", data=b"{}") as answer:
            assert answer.status == 204
    assert there.bodies == [b"{}"]


@pytest.mark.timeout(110)
async def test_our_own_sandbox_passes_with_its_updates() -> None:
    port = free_port()
    async with stage.sandbox() as staged:
        card = staged.card
        await send_updates_to(card, f"http://127.0.0.1:{port}/kcis")
        tenant = card["tenants"][0]
        result = await typed(
            card["baseUrl"],
            *("--tenant", tenant["tenant"], "--client-id", tenant["clientId"], "--uprn", HOME.id),
            *("--scarce-uprn", SCARCE.id, "--today", TODAY.isoformat(), "--kci-delay", "0"),
            *("--listen", str(port), "--wait", "30", "--json"),
            *ENDS,
            env={"CONFORMANCE_SECRET": tenant["clientSecret"]},
        )
    told: dict[str, Any] = json.loads(result.stdout)
    verdicts = {one["name"]: one for one in told["clauses"]}
    assert [one for one in told["clauses"] if one["outcome"] in {"FAIL", "WARN"}] == []
    assert (result.exit_code, told["passed"], told["looksUp"]) == (0, True, "READ")
    assert verdicts["updates"]["outcome"] == "PASS"
    assert verdicts["slot-taken"]["what"] == "409"
    assert {one for one in verdicts if verdicts[one]["outcome"] == "SKIP"} <= {"amendment-read", "cancellation-read"}


async def send_updates_to(card: dict[str, Any], url: str) -> None:
    """The gateway under trial is a tenant there, and its endpoint wants what a supplier would say."""
    tenant = card["tenants"][0]
    login = aiohttp.encode_basic_auth(tenant["clientId"], tenant["clientSecret"])
    base = card["baseUrl"]
    async with aiohttp.ClientSession() as session:
        token = f"{base}/IdentityModule/v1.0/oauth/token"
        async with session.post(token, headers={"Authorization": login}) as answer:
            bearer = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {bearer}", "X-Request-ID": "r", "Tenant": tenant["tenant"]}
        asked = {"url": url, "rendering": "supplier-kci"}
        async with session.post(f"{base}/manage/v1/endpoints", json=asked, headers=headers) as answer:
            assert answer.status == 201, await answer.text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
