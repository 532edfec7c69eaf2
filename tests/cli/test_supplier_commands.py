"""The operator's commands around suppliers far away."""

import pytest
from tests.cli.operator_desk import Desk
from tests.suppliers.http.peer import peer

PLAIN = {"FIBREGATE_SUPPLIER_ALLOW": '["127.0.0.0/8"]', "FIBREGATE_SUPPLIER_PORTS": "[]"}


async def test_a_supplier_is_connected_looked_at_and_switched_off(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**PLAIN, "FIBREGATE_SUPPLIER_PLAIN_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    async with peer() as there:
        there.answers(422, {"messages": ["no such address"]})
        await office.does("supplier add ALTNET1 --name 'Fenland Fibre'")
        await office.does(f"supplier account ALTNET1 {there.url} --tenant GATEWAY1 --user us --password secret")
        assert "not called yet" in await office.does("supplier list")
        checked = await office.does("supplier check ALTNET1")
        assert "not called yet" in checked
        assert "answered in" in checked
        assert "enable-account ALTNET1 --account default" in await office.does("supplier disable-account ALTNET1")
        assert "disabled" in await office.does("supplier list")
        assert "nothing is called" in await office.does("supplier check ALTNET1")
        assert len(there.calls) == 1
        await office.does("supplier enable-account ALTNET1")
        there.answers(500, {"messages": ["on fire"]})
        failed = await office.types("supplier check ALTNET1")
        assert failed.exit_code == 1
        assert "on fire" in failed.stdout
    assert "there is no ALTNET1 with an account X" in await office.fails("supplier disable-account ALTNET1 --account X")
    await office.does("supplier set ALTNET1 --aborted-visit-charge 85.00")
    assert "pounds such as 85.00" in await office.fails("supplier set ALTNET1 --aborted-visit-charge free", code=2)
