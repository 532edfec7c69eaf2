"""The demo as a user runs it: the real command, its sandbox, its receiver."""

import base64
import hmac
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from fibregate.cli.demo import typist
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.play import expect
from fibregate.cli.demo.receiver import NotSigned, verify
from fibregate.cli.demo.stage import Differs

REASONS = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED"]
SURVEYED = ["ACKNOWLEDGED", "UPDATE", "UPDATE", "INFORMATION_REQUIRED"]
CHARGED = [*SURVEYED, "UPDATE", "AMENDED", "COMMITTED", *(["UPDATE"] * 3), "ADDITIONAL", "COMPLETED"]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "PYTHONWARNINGS": "error"}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everybody may look: as root the database runs as somebody else."""
    made = tmp_path_factory.mktemp("demo")
    for one in (made, made.parent, made.parent.parent):
        one.chmod(0o755)
    return made


def test_an_order_completes_and_nothing_is_left(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fibregate", "demo"],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert not ran.stderr
    assert "\x1b" not in ran.stdout
    assert re.findall(r"● \d  .*?\d\d:\d\d  (\w+)", ran.stdout) == REASONS
    assert ran.stdout.count("signature ✓") == len(REASONS)
    assert '"appointmentReservationId": 159,' in ran.stdout
    assert "COMPLETED, after 6 KCIs in order" in ran.stdout
    assert not list(folder.iterdir())


def test_the_documents_ethernet_order_completes_and_nothing_is_left(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fibregate", "demo", "--ethernet"],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert not ran.stderr
    said = re.findall(r"● \d+  .*?\d\d:\d\d  (\w+)", ran.stdout)
    assert said == ["UPDATE", *REASONS, "UPDATE", *CHARGED]
    assert ran.stdout.count("signature ✓") == len(said)
    assert '"committedDate": "2022-01-24T23:59:59.000Z"' in ran.stdout
    assert "COMPLETED on the promised day, after 7 KCIs" in ran.stdout
    assert "COMPLETED on the promised day, after 13 KCIs, and 2,350.00 to pay" in ran.stdout
    assert not list(folder.iterdir())


@pytest.mark.timeout(150)
def test_an_order_goes_through_two_gateways_and_nothing_is_left(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fibregate", "demo", "--chain"],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert not ran.stderr
    assert re.findall(r"● \d  .*?\d\d:\d\d  (\w+)", ran.stdout) == ["UPDATE", *REASONS]
    assert ran.stdout.count("signature ✓") == 1 + len(REASONS)
    assert len(re.findall(r"B → A  POST /v1/kcis$", ran.stdout, re.MULTILINE)) == len(REASONS)
    assert "ISP → A  POST /v1/service-orders" in ran.stdout
    assert "A → B  POST /WholesaleGateway/v1.0/gateway/service-orders" in ran.stdout
    assert "clientSecret" not in ran.stdout.replace('"clientSecret": "…"', "")
    assert "  COMPLETED. Done in" in ran.stdout
    assert not list(folder.iterdir())


@pytest.mark.timeout(150)
def test_ethernet_is_quoted_and_ordered_through_two_gateways_and_nothing_is_left(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fibregate", "demo", "--chain", "--ethernet"],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert not ran.stderr
    assert re.findall(r"● \d  .*?\d\d:\d\d  (\w+)", ran.stdout) == ["UPDATE", *REASONS]
    for asked in ("quote", "ethernet/service-orders"):
        assert f"ISP → A  POST /v1/{asked}" in ran.stdout
        assert f"A → B  POST /WholesaleGateway/v1.0/gateway/{asked}" in ran.stdout
    assert len(re.findall(r"B → A  POST /v1/kcis$", ran.stdout, re.MULTILINE)) == len(REASONS)
    assert '"ethernetServiceOrder": {' in ran.stdout
    assert not list(folder.iterdir())


def test_an_operator_types_several_commands_into_one_process() -> None:
    typed, shown = io.StringIO(), io.StringIO()
    print(json.dumps(["credential", "--help"]), json.dumps(["supplier", "let"]), sep="\n", file=typed)
    typed.seek(0)
    typist.main(typed, shown)
    (done, said), (refused, why) = (json.loads(line) for line in shown.getvalue().splitlines())
    assert done
    assert "rotate" in said
    assert not refused
    assert "Missing argument" in why


@pytest.mark.parametrize(("how", "more"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--chain",))])
def test_a_demo_that_is_interrupted_takes_its_sandbox_with_it(
    folder: Path, how: signal.Signals, more: tuple[str, ...]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "fibregate", "demo", *more], env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as running:
        deadline = time.monotonic() + 60
        while not list(folder.glob("fibregate-demo-*/sandbox/postgres.lock")) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(how)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in said
    assert not list(folder.iterdir())


def test_what_differs_is_told() -> None:
    with pytest.raises(Differs, match="the status: expected 'COMPLETED', found 'HELD'"):
        expect("the status", "HELD", "COMPLETED")


def test_a_receiver_believes_only_fresh_signed_bytes() -> None:
    key = b"0" * 32
    secret = "whsec_" + base64.b64encode(key).decode()
    stamp = str(int(time.time()))

    def headers(body: bytes, stamp: str = stamp) -> dict[str, str]:
        made = base64.b64encode(hmac.digest(key, b"m." + stamp.encode() + b"." + body, "sha256")).decode()
        return {"webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": f"v1,other v1,{made}"}

    verify(secret, headers(b"{}"), b"{}")
    for given, body in (
        (headers(b"{}"), b"{ }"),
        (headers(b"{}", "1000"), b"{}"),
        ({**headers(b"{}"), "webhook-id": "n"}, b"{}"),
        ({}, b"{}"),
    ):
        with pytest.raises(NotSigned):
            verify(secret, given, body)


def test_a_page_is_never_narrower_than_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(Console(width=20, highlight=False))
    page.means("word " * 30)
    page.wrong("this\nand that")
    said = capsys.readouterr().out.splitlines()
    assert 70 < max(map(len, said)) <= 80
    assert said[-1] == "  ✗ and that"
