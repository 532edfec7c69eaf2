import asyncio
import os
import sys
from datetime import timedelta

import asyncpg
import pytest
from tests.tenants.office import OPERATOR, Office

from fibregate.errors import Invalid, NotAuthorised
from fibregate.migrate import Dsns
from fibregate.tenants import keys
from fibregate.tenants.callers import Callers
from fibregate.vault import Vault, VaultError

ONE_PROCESS = """
import asyncio, sys
from fibregate.db import Db
from fibregate.tenants.keys import KeyRing
from fibregate.vault import Vault

async def main():
    db = Db(sys.argv[1])
    print((await KeyRing(db, Vault(bytes(range(32)))).signing())[0])
    await db.close()

asyncio.run(main())
"""


async def rotate(office: Office, *, publish_seconds: int = 24 * 3600, drop: bool = False) -> str:
    async with office.db.tx(None) as tx:
        key = await keys.rotate(
            tx, office.vault, token_seconds=3600, publish_seconds=publish_seconds, drop=drop, by=OPERATOR
        )
    return key.kid


async def later(dsns: Dsns, by: timedelta) -> None:
    """As if so much time had passed for the keys."""
    connection = await asyncpg.connect(dsns.owner)
    await connection.execute("alter table signing_keys no force row level security")
    await connection.execute(
        "update signing_keys"
        " set signs_from = signs_from - $1::interval, verifies_until = verifies_until - $1::interval",
        by,
    )
    await connection.close()


async def published(process: Callers) -> set[str]:
    return {one["kid"] for one in await process.ring.published()}


async def test_the_first_need_makes_one_key_for_all(office: Office) -> None:
    processes = [office.another_process() for _ in range(8)]
    assert len({kid for kid, _ in await asyncio.gather(*(one.ring.signing() for one in processes))}) == 1


async def test_two_processes_make_one_key(office: Office, dsns: Dsns) -> None:
    async def run() -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ONE_PROCESS, dsns.runtime, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out.decode().strip()

    found = await asyncio.gather(run(), run())
    assert len(set(found)) == 1
    assert {found[0]} == await published(office.callers)


async def test_only_public_members_are_published_and_the_private_ones_are_sealed(office: Office, dsns: Dsns) -> None:
    (key,) = await office.callers.ring.published()
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    connection = await asyncpg.connect(dsns.owner)
    row = await connection.fetchrow("select private_key, public_key::text as public_key from signing_keys")
    await connection.close()
    assert row is not None
    assert b'"d"' not in row["private_key"]
    assert '"d"' not in row["public_key"]
    assert b'"d"' in office.vault.open(row["private_key"], "a signing key")


async def test_a_key_is_published_before_it_signs_and_verifies_after(office: Office, dsns: Dsns) -> None:
    old, _ = await office.callers.ring.signing()
    token = await office.token(office.isp)
    new = await rotate(office)

    process = office.another_process()
    assert await published(process) == {old, new}
    assert (await process.ring.signing())[0] == old
    assert {one.kid: stage for one, stage in await keys.stages(office.db)} == {old: "signs", new: "published"}

    await later(dsns, timedelta(hours=24, seconds=1))
    process = office.another_process()
    assert (await process.ring.signing())[0] == new
    assert (await process.authenticate(token)).tenant_code == "ISP1"
    assert await process.authenticate(await office.token(office.isp, process))
    assert {one.kid: stage for one, stage in await keys.stages(office.db)} == {old: "verifies", new: "signs"}

    await later(dsns, timedelta(hours=25))
    process = office.another_process()
    assert await published(process) == {new}
    with pytest.raises(NotAuthorised):
        await process.authenticate(token)
    assert {one.kid: stage for one, stage in await keys.stages(office.db)} == {old: "ended", new: "signs"}


async def test_a_second_rotation_waits_for_the_first(office: Office) -> None:
    await office.callers.ring.signing()
    await rotate(office)
    with pytest.raises(Invalid, match="published already"):
        await rotate(office)
    at_once = await rotate(office, publish_seconds=0)
    assert (await office.another_process().ring.signing())[0] == at_once


async def test_a_running_process_learns_of_a_new_key_by_itself(office: Office) -> None:
    other = office.another_process()
    await other.authenticate(await office.token(office.isp))
    await rotate(office, publish_seconds=0)
    token = await office.token(office.isp, office.another_process())
    async with asyncio.timeout(2):
        while True:
            try:
                await other.authenticate(token)
            except NotAuthorised:
                await asyncio.sleep(0.05)
            else:
                break


async def test_dropped_keys_end_their_tokens_within_two_seconds(office: Office) -> None:
    token = await office.token(office.isp)
    await office.callers.authenticate(token)
    await rotate(office, drop=True)
    async with asyncio.timeout(2):
        while True:
            try:
                await office.callers.authenticate(token)
            except NotAuthorised:
                break
            await asyncio.sleep(0.05)
    assert len(await published(office.callers)) == 1


async def test_unknown_keys_make_one_read_a_second(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.callers.ring.signing()
    reads = 0
    listed = keys.store.list_keys

    async def counted(on: object, *, ended: bool) -> object:
        nonlocal reads
        reads += 1
        return await listed(on, ended=ended)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(keys.store, "list_keys", counted)
    for number in range(500):
        assert await office.callers.ring.find(f"unknown {number}") is None
    assert reads <= 2


async def test_another_master_key_is_said_plainly(office: Office) -> None:
    await office.callers.ring.signing()
    stranger = Callers(office.db, Vault(bytes(32)), office.settings)
    with pytest.raises(VaultError, match="set up with another master key"):
        await stranger.ring.signing()
