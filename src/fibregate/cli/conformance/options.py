"""The options of the command, as they are typed, and what they come to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from fibregate.calendars import uk_date
from fibregate.cli.context import Refused
from fibregate.clock import real_now
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.conformance.model import Terms
from fibregate.suppliers.http.model import PREFIX, Account, Auth, Basic, ClientCertificate, ClientCredentials
from fibregate.suppliers.questions import Characteristic, Identifier, Trace
from fibregate.suppliers.quoting import BANDWIDTH, QuoteAsked, Role, ServiceAsked, SiteAsked
from fibregate.web.fields import day

TOKEN_PATH: Final = "/IdentityModule/v1.0/oauth/token"  # noqa: S105 - a path
FIRST_ID, LAST_ID = 1_000_000_000, 2_000_000_000
"""Invented ids are far above those of a young test system, and fit into 32 bits."""
_ROLES: Final = (Role.A_END, Role.B_END)
_LAST_PORT: Final = 65_535

Url = Annotated[str, typer.Argument(metavar="URL", help="The supplier's base URL, without the prefix.")]
Tenant = Annotated[str, typer.Option(metavar="NAME", help="Who you are there: the `Tenant` header.")]
Uprn = Annotated[str, typer.Option(metavar="UPRN", help="An address at which something can be ordered.")]
UnknownUprn = Annotated[str, typer.Option(metavar="UPRN", help="An address that no list has.")]
ScarceUprn = Annotated[
    str | None, typer.Option(metavar="UPRN", help="An address whose timeslots have one place each, to see one taken.")
]
Service = Annotated[str | None, typer.Option(metavar="ID", help="What is ordered; else the first that is offered.")]
Chosen = Annotated[
    list[str] | None,
    typer.Option("--characteristic", metavar="NAME=VALUE", help="Goes with the order; repeat it."),
]
EthernetSite = Annotated[
    list[str] | None,
    typer.Option(metavar="UPRN,POSTCODE", help="An end of an Ethernet to quote and order; two: the A-END, the B-END."),
]
EthernetService = Annotated[str, typer.Option(metavar="ID", help="What is ordered between the ends.")]
Bandwidth = Annotated[str, typer.Option(metavar="CODE", help="Of the Ethernet: its rate, then its bearer.")]
Months = Annotated[int, typer.Option(min=1, max=120, help="For how long the Ethernet is contracted for.")]
Today = Annotated[str | None, typer.Option(metavar="DATE", help="The supplier's today, where its clock is not ours.")]
Prefix = Annotated[str, typer.Option(metavar="PATH", help='What stands before the paths; "" for nothing.')]
ClientId = Annotated[str | None, typer.Option(metavar="ID", help="OAuth 2 client credentials; with --secret.")]
User = Annotated[str | None, typer.Option(metavar="NAME", help="HTTP Basic; with --secret.")]
Secret = Annotated[
    str | None,
    typer.Option(metavar="SECRET", envvar="CONFORMANCE_SECRET", help="The client's secret, or the user's password."),
]
TokenUrl = Annotated[
    str | None, typer.Option(metavar="URL", help=f"Where tokens come from; else {TOKEN_PATH} below the base URL.")
]
Scope = Annotated[str | None, typer.Option(metavar="SCOPE", help="Asked for with the token.")]
Certificate = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Mutual TLS: our certificate (PEM); with --key.")
]
Key = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Its private key (PEM).")]
Authority = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Certificates (PEM) to trust instead of the public ones."),
]
FirstId = Annotated[
    int | None, typer.Option(min=1, max=2**53 - 100, help="Use ids from here on, not invented ones; about 40.")
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Book and order nothing; most clauses are then skipped.")]
KciDelay = Annotated[
    int | None, typer.Option(min=0, help="For a sandbox: seconds between its updates, sent as X-Kci-Delay.")
]
Listen = Annotated[
    str | None,
    typer.Option(metavar="[HOST:]PORT", help="Take the order's updates here, at any path; else they are not tried."),
]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for the order's first update.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The command line, an option a field."""

    url: Url = field(kw_only=False)
    tenant: Tenant
    uprn: Uprn
    unknown_uprn: UnknownUprn = "1"
    scarce_uprn: ScarceUprn = None
    service: Service = None
    characteristic: Chosen = None
    ethernet_site: EthernetSite = None
    ethernet_service: EthernetService = "ethernet-epl"
    bandwidth: Bandwidth = "1G1G"
    months: Months = 36
    client_id: ClientId = None
    user: User = None
    secret: Secret = None
    token_url: TokenUrl = None
    scope: Scope = None
    certificate: Certificate = None
    key: Key = None
    prefix: Prefix = PREFIX
    today: Today = None
    first_id: FirstId = None
    read_only: ReadOnly = False
    kci_delay: KciDelay = None
    listen: Listen = None
    wait: Wait = 120
    ca: Authority = None
    as_json: AsJson = False

    @property
    def base(self) -> str:
        return self.url.rstrip("/")

    def auth(self) -> Auth | None:
        """Raises `Refused` unless one way in, at most, was given whole."""
        ways = [one for one in (self.client_id, self.user, self.certificate) if one is not None]
        if len(ways) > 1:
            raise Refused("give one of --client-id, --user and --certificate")
        if self.client_id or self.user:
            return self._by_secret(self.secret)
        if (self.certificate is None) != (self.key is None):
            raise Refused("--certificate and --key: give both")
        if self.certificate is None or self.key is None:
            return None
        return ClientCertificate(self.certificate.read_text("utf-8"), self.key.read_text("utf-8"))

    def _by_secret(self, secret: str | None) -> Auth:
        if not secret:
            raise Refused("--secret: is required with --client-id and --user; or set CONFORMANCE_SECRET")
        if self.user:
            return Basic(self.user, secret)
        return ClientCredentials(self.token_url or f"{self.base}{TOKEN_PATH}", self.client_id or "", secret, self.scope)

    def account(self) -> Account:
        """One that asks for every extension: the suite finds out which there are. Raises `Refused`."""
        stem = self.prefix.strip("/")
        return Account(
            name="the supplier",
            url=self.base,
            tenant=self.tenant,
            auth=self.auth(),
            prefix=f"/{stem}" if stem else "",
            extensions=frozenset(Extension),
        )

    def terms(self) -> Terms:
        """Raises `Refused`."""
        return Terms(
            address=Identifier(self.uprn),
            unknown=Identifier(self.unknown_uprn),
            scarce=Identifier(self.scarce_uprn) if self.scarce_uprn else None,
            service=self.service,
            characteristics=_chosen(self.characteristic),
            ethernet=self._ethernet(),
            today=_today(self.today),
            first_id=self.first_id or FIRST_ID + secrets.randbelow(LAST_ID - FIRST_ID),
            read_only=self.read_only,
        )

    def _ethernet(self) -> QuoteAsked | None:
        """Raises `Refused` unless there are two ends, or none."""
        if not self.ethernet_site:
            return None
        ends = [one.partition(",")[::2] for one in self.ethernet_site]
        if len(ends) != len(_ROLES) or not all(uprn and postcode for uprn, postcode in ends):
            raise Refused("--ethernet-site: is needed twice, and must look like 999900002001,FB1 3AA")
        sites = (
            SiteAsked(name=role.value, postcode=postcode.strip(), role=role, address=Identifier(uprn))
            for role, (uprn, postcode) in zip(_ROLES, ends, strict=True)
        )
        service = ServiceAsked(self.ethernet_service, (Characteristic(BANDWIDTH, self.bandwidth),))
        return QuoteAsked(sites=tuple(sites), services=(service,), months=self.months, billing="MONTHLY")

    def trace(self) -> Trace:
        return Trace("conformance", headers={} if self.kci_delay is None else {"X-Kci-Delay": str(self.kci_delay)})

    def place(self) -> tuple[str, int] | None:
        """Where to listen: without a host, on loopback. Raises `Refused`."""
        if self.listen is None:
            return None
        host, _, port = self.listen.rpartition(":")
        if not port.isdigit() or not 0 < int(port) <= _LAST_PORT:
            raise Refused("--listen: must look like 9000 or 0.0.0.0:9000")
        return host or "127.0.0.1", int(port)


def _chosen(typed: list[str] | None) -> tuple[Characteristic, ...]:
    found: list[Characteristic] = []
    for one in typed or ():
        name, _, value = one.partition("=")
        if not (name and value):
            raise Refused("--characteristic: must look like LINE_PROFILE=80/20")
        found.append(Characteristic(name, value))
    return tuple(found)


def _today(typed: str | None) -> date:
    if typed is None:
        return uk_date(real_now())
    try:
        return day(typed)
    except ValueError:
        raise Refused("--today: must look like 2025-07-01") from None


def command(run: Callable[[Typed], None]) -> Callable[..., None]:
    """`run` as typer wants it: a parameter for each field."""

    @wraps(run)
    def typed(**words: Any) -> None:
        run(Typed(**words))

    typed.__dict__["__signature__"] = signature(Typed)
    return typed
