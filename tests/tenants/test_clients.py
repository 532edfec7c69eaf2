import asyncio

import asyncpg
import pytest
from tests.tenants.office import OPERATOR, Office

from fibregate.errors import Invalid, NotAuthorised, Unknown
from fibregate.migrate import Dsns
from fibregate.tenants import actions, store
from fibregate.tenants.model import Credential, Scope


async def knows(office: Office, credential: Credential) -> bool:
    return await office.callers.recognise(credential.client_id, credential.secret) is not None


async def test_a_client_is_known_by_its_secret_only(office: Office) -> None:
    assert await knows(office, office.isp)
    assert not await knows(office, Credential(office.isp.client_id, office.network.secret))
    assert not await knows(office, Credential(office.isp.client_id, ""))
    assert not await knows(office, Credential("nobody", office.isp.secret))


async def test_secrets_are_long_and_not_kept(office: Office, dsns: Dsns) -> None:
    assert len(office.isp.secret) == 43
    assert office.isp.secret not in repr(office.isp)
    connection = await asyncpg.connect(dsns.owner)
    kept = [bytes(row["secret_hash"]) for row in await connection.fetch("select secret_hash from client_secrets")]
    await connection.close()
    assert len(kept) == 2
    assert office.isp.secret.encode() not in b"".join(kept)


async def test_a_rotation_keeps_two_secrets_and_the_oldest_leaves(office: Office) -> None:
    secrets = [office.isp]
    for _ in range(3):
        async with office.db.tx(None) as tx:
            secrets.append(await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR))
    assert [await knows(office, one) for one in secrets] == [False, False, True, True]


async def test_rotations_at_once_leave_two_secrets(office: Office) -> None:
    async def rotate() -> Credential:
        async with office.db.tx(None) as tx:
            return await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR)

    made = await asyncio.gather(*(rotate() for _ in range(8)))
    assert sum([await knows(office, one) for one in made]) == 2


async def test_revoking_the_older_secret_leaves_the_newer(office: Office) -> None:
    async with office.db.tx(None) as tx:
        newer = await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR)
        assert await actions.revoke_secrets(tx, office.isp.client_id, keep_newest=True, by=OPERATOR) == 1
    assert [await knows(office, one) for one in (office.isp, newer)] == [False, True]
    async with office.db.tx(None) as tx:
        assert await actions.revoke_secrets(tx, office.isp.client_id, by=OPERATOR) == 1
    assert not await knows(office, newer)


async def test_tenants_are_added_once_and_named_plainly(office: Office) -> None:
    for code in ("ISP1", "", "a b", "é", "x" * 51, "ISP1\n"):
        with pytest.raises(Invalid):
            async with office.db.tx(None) as tx:
                await actions.add(tx, code, by=OPERATOR)
    assert [one.code for one in await actions.list_all(office.db)] == ["ISP1"]


async def test_who_is_not_there_is_unknown(office: Office) -> None:
    async with office.db.tx(None) as tx:
        for attempt in (
            actions.disable(tx, "NOBODY", by=OPERATOR),
            actions.add_tenant_client(tx, office.vault, "NOBODY", by=OPERATOR),
            actions.add_supplier_client(tx, office.vault, "NOBODY", by=OPERATOR),
            actions.rotate_secret(tx, office.vault, "NOBODY", by=OPERATOR),
            actions.revoke_operator_tokens(tx, "NOBODY", by=OPERATOR),
        ):
            with pytest.raises(Unknown):
                await attempt


async def test_a_supplier_may_not_have_a_tenants_scopes(office: Office) -> None:
    async with office.db.tx(None) as tx:
        with pytest.raises(Invalid):
            await actions.add_supplier_client(tx, office.vault, "NETWORK1", scopes=[Scope.GATEWAY], by=OPERATOR)
        with pytest.raises(Invalid):
            await actions.add_tenant_client(tx, office.vault, "ISP1", scopes=[Scope.OPERATOR], by=OPERATOR)


async def test_an_operators_token_opens_the_operators_doors_until_it_is_revoked(office: Office) -> None:
    async with office.db.tx(None) as tx:
        token = await actions.add_operator_token(tx, office.vault, "night shift", by=OPERATOR)
    caller = await office.callers.authenticate(token)
    assert (caller.kind, caller.client_id, caller.scopes) == (
        "operator",
        "operator:night shift",
        {"operator", "sandbox"},
    )
    for forged in ("op_", "op_" + "x" * 43, token + "x", token[:-1], "op_" + "x" * 5000):
        with pytest.raises(NotAuthorised):
            await office.callers.authenticate(forged)
    async with office.db.tx(None) as tx:
        await actions.revoke_operator_tokens(tx, "night shift", by=OPERATOR)
    async with asyncio.timeout(2):
        while True:
            try:
                await office.callers.authenticate(token)
            except NotAuthorised:
                break
            await asyncio.sleep(0.05)
    assert await store.find_operator(office.db, office.vault.keyed_hash(token)) is None


async def test_every_act_of_an_operator_is_an_audit_row_without_secrets(office: Office, dsns: Dsns) -> None:
    async with office.db.tx(None) as tx:
        rotated = await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR)
        await actions.disable_client(tx, office.isp.client_id, by=OPERATOR)
        await actions.enable_client(tx, office.isp.client_id, by=OPERATOR)
        await actions.revoke_secrets(tx, office.isp.client_id, by=OPERATOR)
        await actions.disable(tx, "ISP1", by=OPERATOR)
        await actions.enable(tx, "ISP1", by=OPERATOR)
    connection = await asyncpg.connect(dsns.owner)
    await connection.execute("alter table audit no force row level security")
    rows = await connection.fetch(
        "select act, actor, origin, request_id, subject, details from audit order by audit_id"
    )
    await connection.close()
    assert [row["act"] for row in rows] == [
        "tenant.add", "credential.add", "credential.add", "credential.rotate", "credential.disable",
        "credential.enable", "credential.revoke", "tenant.disable", "tenant.enable",
    ]  # fmt: skip
    assert {(row["actor"], row["origin"], row["request_id"]) for row in rows} == {("test", "here", "req-1")}
    assert rotated.secret not in "".join(str(row) for row in rows)
