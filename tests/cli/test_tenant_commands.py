import asyncio
import base64
import re

import pytest
import typer
from typer.testing import CliRunner, Result

from fibregate.cli import signing_keys, tenants
from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.settings import Settings
from fibregate.tenants.callers import Callers
from fibregate.vault import Vault

KEY = bytes(range(32))


class Desk:
    """An operator at a terminal."""

    def __init__(self, runtime: str) -> None:
        self.runtime = runtime
        self.app = typer.Typer()
        for name, one in (
            ("tenant", tenants.tenant),
            ("credential", tenants.credential),
            ("signing-key", signing_keys.signing_key),
        ):
            self.app.add_typer(one, name=name)

    async def types(self, line: str) -> Result:
        words = [*line.split(), *([] if "--help" in line else ["--database", self.runtime])]
        return await asyncio.to_thread(CliRunner(env={"COLUMNS": "250"}).invoke, self.app, words)

    async def does(self, line: str) -> str:
        result = await self.types(line)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def desk(dsns: Dsns, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("FIBREGATE_MASTER_KEY", base64.b64encode(KEY).decode())
    return Desk(dsns.runtime)


def told(name: str, output: str) -> str:
    found = re.search(rf"^{name}: (\S+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


async def known(dsns: Dsns, client_id: str, secret: str) -> bool:
    db = Db(dsns.runtime, size=1)
    try:
        return await Callers(db, Vault(KEY), Settings()).recognise(client_id, secret) is not None
    finally:
        await db.close()


async def test_from_a_new_tenant_to_a_rotated_credential(desk: Desk, dsns: Dsns) -> None:
    assert "credential add --tenant ISP9" in await desk.does("tenant add ISP9 --name Ninth")
    made = await desk.does("credential add --tenant ISP9 --scope gateway")
    client_id, secret = told("client id", made), told("secret", made)
    assert await known(dsns, client_id, secret)

    newer = told("secret", await desk.does(f"credential rotate {client_id}"))
    assert [await known(dsns, client_id, one) for one in (secret, newer)] == [True, True]
    assert "1 ended" in await desk.does(f"credential revoke {client_id} --older")
    assert [await known(dsns, client_id, one) for one in (secret, newer)] == [False, True]

    listed = await desk.does("credential list --of ISP9")
    assert client_id in listed
    assert "gateway" in listed
    assert newer not in listed
    await desk.does(f"credential disable {client_id}")
    assert "disabled" in await desk.does("credential list")
    await desk.does(f"credential enable {client_id}")
    await desk.does("tenant disable ISP9")
    assert "disabled" in await desk.does("tenant list")
    await desk.does("tenant enable ISP9")
    assert "Ninth" in await desk.does("tenant list")


async def test_suppliers_and_operators_have_ways_in_too(desk: Desk, dsns: Dsns) -> None:
    made = await desk.does("credential add --supplier NETWORK1")
    assert await known(dsns, told("client id", made), told("secret", made))
    token = told("token", await desk.does("credential add --operator night"))
    assert token.startswith("op_")
    assert "operator night" in await desk.does("credential list")
    assert "1 ended" in await desk.does("credential revoke night --operator")
    assert "revoked" in await desk.does("credential list")


async def test_keys_are_rotated_and_shown(desk: Desk) -> None:
    assert "None yet" in await desk.does("signing-key list")
    await desk.does("signing-key rotate")
    assert "published" in await desk.does("signing-key rotate --publish-seconds 600")
    listed = await desk.does("signing-key list")
    assert "signs" in listed
    assert "published" in listed
    await desk.does("signing-key rotate --now --drop-others")
    assert (await desk.does("signing-key list")).count("ended") == 2


@pytest.mark.parametrize(
    "line",
    [
        "tenant disable NOBODY",
        "tenant add b@d",
        "credential rotate nobody",
        "credential add --tenant NOBODY",
        "credential add --supplier NETWORK1 --scope gateway",
        "credential revoke nobody --operator",
    ],
)
async def test_what_is_refused_is_told_with_exit_code_1(desk: Desk, line: str) -> None:
    result = await desk.types(line)
    assert result.exit_code == 1
    assert result.stderr.startswith("refused: ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "line",
    [
        "credential add",
        "credential add --tenant A --supplier B",
        "credential add --operator A --scope gateway",
        "credential add --tenant A --scope everything",
        "credential revoke A --operator --older",
        "signing-key rotate --publish-seconds -1",
        "tenant sell ISP1",
    ],
)
async def test_what_is_typed_wrongly_is_told_with_exit_code_2(desk: Desk, line: str) -> None:
    assert (await desk.types(line)).exit_code == 2


async def test_a_wrong_master_key_is_told_plainly(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIBREGATE_MASTER_KEY")
    result = await desk.types("tenant list")
    assert result.exit_code == 1
    assert "FIBREGATE_MASTER_KEY is not set" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        *(f"tenant {one}" for one in ("add", "list", "disable", "enable")),
        *(f"credential {one}" for one in ("add", "rotate", "revoke", "disable", "enable", "list")),
        *(f"signing-key {one}" for one in ("list", "rotate")),
    ],
)
async def test_every_command_has_help_with_an_example(desk: Desk, command: str) -> None:
    assert f"Example: fibregate {command}" in await desk.does(f"{command} --help")
