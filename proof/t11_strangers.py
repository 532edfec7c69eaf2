"""Who asks for what is not theirs: another tenant, another network, revoked clients, tokens without the scope."""

from typing import Final

import aiohttp

from proof.caller import TOKEN, Caller, Wire
from proof.ground import Gateway, Process
from proof.look import rows
from proof.t11_matrix import Strangers
from proof.t11_owner import Owner
from proof.t11_sample import Who
from proof.town import SUPPLIER, Credential, credentials

NETWORK: Final = "NETWORK2"
_SECOND: Final = "insert into suppliers (code, kind) values ($1, 'HTTP') on conflict (code) do nothing"


async def strangers(gateway: Gateway, wire: Wire, door: Process, owner: Owner, other: Owner) -> Strangers:
    """With tokens that are never renewed."""
    await rows(gateway, _SECOND, NETWORK)
    at = _Desk(gateway, wire, door)
    ways = credentials(gateway)
    mine = ways[owner.code]
    scoped = {scope: await at.fixed(mine, scope=scope) for scope in await at.scopes(mine)}
    revoked = await at.revoked("--tenant", owner.code)
    revoked_network = await at.revoked("--supplier", SUPPLIER)
    return Strangers(
        other=Owner(
            caller=await at.fixed(ways[other.code]),
            network=other.network,
            slots=other.slots,
            hears=other.hears,
            first=other.first,
            mark=other.mark,
            standing=other.standing,
            visited=other.visited,
        ),
        other_network=await at.fixed(await at.added("--supplier", NETWORK), is_tenant=False),
        network=await at.fixed(ways[SUPPLIER], is_tenant=False),
        revoked={Who.TENANT: revoked, Who.SUPPLIER: revoked_network, Who.NAMING: revoked_network},
        unfit=lambda who, scope: next(one for name, one in scoped.items() if who is not Who.TENANT or name != scope),
    )


class _Desk:
    """The operator's commands, and the door where tokens are given."""

    def __init__(self, gateway: Gateway, wire: Wire, door: Process) -> None:
        self._gateway, self._wire, self._door = gateway, wire, door

    async def added(self, whose: str, code: str) -> Credential:
        """A client more."""
        said = await self._gateway.cli("credential", "add", whose, code)
        found = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
        return Credential(code, found["client id"], found["secret"])

    async def revoked(self, whose: str, code: str) -> Caller:
        """One whose client was switched off after it got its token."""
        way = await self.added(whose, code)
        caller = await self.fixed(way, is_tenant=whose == "--tenant")
        await self._gateway.cli("credential", "disable", way.client_id)
        return caller

    async def scopes(self, way: Credential) -> list[str]:
        """All that the client may have."""
        (row,) = await rows(self._gateway, "select scopes from clients where client_id = $1", way.client_id)
        return list(row["scopes"])

    async def fixed(self, way: Credential, *, scope: str = "default", is_tenant: bool = True) -> Caller:
        token = await self._token(way, scope)
        return Caller(self._wire, lambda: self._door.url, Credential(way.code, token=token), is_tenant=is_tenant)

    async def _token(self, way: Credential, scope: str) -> str:
        headers = {
            "Authorization": aiohttp.encode_basic_auth(way.client_id, way.secret),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        form = f"grant_type=client_credentials&scope={scope}".encode()
        got = await self._wire.send("POST", self._door.url + TOKEN, headers, form)
        if got.status != 200:
            raise RuntimeError(f"no token for {way.code} {scope}: {got.status} {got.raw[:200]!r}")
        return str(got.body["access_token"])
