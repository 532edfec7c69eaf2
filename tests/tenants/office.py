"""A process with its callers, for the tests of this room and of the doors."""

from dataclasses import dataclass

from fibregate.db import Db
from fibregate.settings import Settings
from fibregate.tenants import actions
from fibregate.tenants.callers import Callers
from fibregate.tenants.model import Actor, Credential
from fibregate.vault import Vault

OPERATOR = Actor("test", "here", "req-1")


@dataclass
class Office:
    """One process with a tenant, a supplier and a client of each."""

    db: Db
    vault: Vault
    settings: Settings
    callers: Callers
    isp: Credential
    network: Credential

    def another_process(self) -> Callers:
        return Callers(self.db, self.vault, self.settings)

    async def token(self, credential: Credential, callers: Callers | None = None) -> str:
        issuer = callers or self.callers
        client = await issuer.recognise(credential.client_id, credential.secret)
        assert client is not None
        token, _ = await issuer.token_for(client, frozenset(map(str, client.scopes)))
        return token


async def opened(runtime: str) -> Office:
    db = Db(runtime)
    vault = Vault(bytes(range(32)))
    settings = Settings(issuer="https://gateway.example")
    async with db.tx(None) as tx:
        await actions.add(tx, "ISP1", name="An ISP", by=OPERATOR)
        isp = await actions.add_tenant_client(tx, vault, "ISP1", by=OPERATOR)
        network = await actions.add_supplier_client(tx, vault, "NETWORK1", by=OPERATOR)
    return Office(db, vault, settings, Callers(db, vault, settings), isp, network)
