"""Who we are to a supplier: the header or the certificate that goes with a call."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fibregate.suppliers.http.model import Account, Basic, ClientCertificate, ClientCredentials
from fibregate.web.certificates import Certificates
from fibregate.web.connector import Connector
from fibregate.web.tokens import IN_BODY, IN_HEADER, Tokens, basic


@dataclass(frozen=True, slots=True)
class Access:
    """For one call. `token` where it may be that the supplier does not take it any more."""

    headers: Mapping[str, str]
    tls: ssl.SSLContext | None = None
    token: str | None = None


NOBODY: Final = Access({})


class Accesses:
    """One for a process, shared by all accounts: keeps tokens and client certificates ready."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector
        self._tokens, self._certificates = Tokens(connector), Certificates(connector)

    async def of(self, account: Account) -> Access:
        """Raises `NotDelivered` of the kind `auth`."""
        match account.auth:
            case None:
                return NOBODY
            case Basic(user, password):
                return Access({"Authorization": basic(user, password)})
            case ClientCertificate(certificate, private_key) as pair:
                return Access({}, tls=await self._certificates.of(pair, certificate, private_key))
            case ClientCredentials() as credentials:
                token = await self._tokens.of(_whose(account), credentials, _grant(credentials))
                return Access({"Authorization": f"Bearer {token}"}, token=token)

    def forget(self, account: Account, token: str) -> None:
        """The supplier did not take this token: the next call fetches another."""
        self._tokens.forget(_whose(account), token)


def _whose(account: Account) -> tuple[str, str, str]:
    return account.name, account.url, account.tenant


def _grant(credentials: ClientCredentials) -> Mapping[str, str]:
    return {
        "tokenUrl": credentials.token_url,
        "clientId": credentials.client_id,
        "clientSecret": credentials.client_secret,
        "scope": credentials.scope or "",
        "clientAuth": IN_BODY if credentials.in_body else IN_HEADER,
    }
