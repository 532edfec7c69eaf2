"""`fibregate supplier add|set|account|let|…-account`: suppliers far away, who we are there, who may use them."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from fibregate.cli import outbound
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.errors import Invalid
from fibregate.suppliers.accounts import actions
from fibregate.suppliers.accounts.model import CAPABILITIES
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import PREFIX, Account, Auth, Basic, ClientCertificate, ClientCredentials
from fibregate.tenants import actions as tenants

_POUNDS: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{2})?")
Code = Annotated[str, typer.Argument(metavar="SUPPLIER", help="Its code.")]
FirstNumber = Annotated[
    int | None, typer.Option(min=1, help="Where our numbers there begin; else past those of its other accounts.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("add", epilog="Example: fibregate supplier add ALTNET1 --name 'Fenland Fibre'")(add)
    app.command("set", epilog="Example: fibregate supplier set ALTNET1 --extension READ_ORDER --replays")(change)
    app.command("account", epilog=_ACCOUNT)(account)
    app.command("let", epilog="Example: fibregate supplier let ALTNET1 ISP1 --preference 50")(let)
    app.command("disable-account", epilog="Example: fibregate supplier disable-account ALTNET1")(disable_account)
    app.command("enable-account", epilog="Example: fibregate supplier enable-account ALTNET1")(enable_account)


_ACCOUNT = (
    "Example: fibregate supplier account ALTNET1 https://api.altnet.example --tenant GATEWAY1"
    " --client-id abc --client-secret xyz --token-url https://api.altnet.example/oauth/token"
)


def add(
    code: Code,
    *,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Add a supplier far away. It then needs an account, and a route for each tenant that may use it."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.add(tx, code, name, by=operator_here())

    run(work, data, database)
    say(f"{code}: added; next: fibregate supplier account {code} URL --tenant NAME …")


def change(
    code: Code,
    *,
    capability: Annotated[list[str] | None, typer.Option(help=f"All it can do: {', '.join(CAPABILITIES)}.")] = None,
    extension: Annotated[list[Extension] | None, typer.Option(help="All it offers beyond the dialect.")] = None,
    replays: Annotated[
        bool | None, typer.Option("--replays/--no-replays", help="An equal request under one number is done once.")
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it is asked at all.")] = None,
    aborted_visit_charge: Annotated[
        str | None, typer.Option(metavar="POUNDS", help="What a visit costs that is called off late, without VAT.")
    ] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say what a supplier can do. What is not given stays as it is."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.change(
                tx,
                code,
                capabilities=capability,
                extensions=None if extension is None else [one.value for one in extension],
                replays=replays,
                enabled=enabled,
                aborted_visit_charge=_pounds(aborted_visit_charge),
                by=operator_here(),
            )

    run(work, data, database)
    say(f"{code}: set.")


def _pounds(given: str | None) -> Decimal | None:
    if given is None:
        return None
    if not _POUNDS.fullmatch(given):
        raise typer.BadParameter("accepted are pounds such as 85.00", param_hint="--aborted-visit-charge")
    return Decimal(given)


def account(  # noqa: PLR0913 - each part of an account is an option of its own
    code: Code,
    url: Annotated[str, typer.Argument(help="Its base URL.")],
    *,
    tenant: Annotated[str, typer.Option(help="What we are called there: its Tenant header.")],
    prefix: Annotated[str, typer.Option(help="The path under which its dialect stands; may be empty.")] = PREFIX,
    name: Annotated[str, typer.Option(help="Which account, where there are several.")] = "default",
    client_id: Annotated[str | None, typer.Option(help="OAuth 2 client id.")] = None,
    client_secret: Annotated[
        str | None, typer.Option(help="OAuth 2 client secret.", envvar="SUPPLIER_CLIENT_SECRET")
    ] = None,
    token_url: Annotated[str | None, typer.Option(help="OAuth 2 token endpoint.")] = None,
    token_scope: Annotated[str | None, typer.Option(help="OAuth 2 scope, where it asks for one.")] = None,
    user: Annotated[str | None, typer.Option(help="User of HTTP Basic.")] = None,
    password: Annotated[str | None, typer.Option(help="Password of HTTP Basic.", envvar="SUPPLIER_PASSWORD")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Client certificate, PEM.", exists=True)] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key, PEM.", exists=True)] = None,
    seconds: Annotated[float, typer.Option(min=1, max=120, help="Time for a whole call.")] = 30,
    first_number: FirstNumber = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say who we are at a supplier: one of OAuth 2, HTTP Basic and a client certificate."""
    given: list[Auth | None] = [
        ClientCredentials(token_url, client_id, client_secret, token_scope)
        if client_id and client_secret and token_url
        else None,
        Basic(user, password) if user and password else None,
        ClientCertificate(certificate.read_text(), key.read_text()) if certificate and key else None,
    ]
    auth = _only(given)
    made = Account(name=code, url=url.rstrip("/"), tenant=tenant, auth=auth, prefix=prefix, total_seconds=seconds)

    async def work(bench: Workbench) -> None:
        _check_url(bench, [made.url, *([token_url] if token_url else [])])
        async with bench.db.tx(None) as tx:
            await actions.put_account(tx, bench.vault, made, name=name, first_number=first_number, by=operator_here())

    run(work, data, database)
    say(f"{code}: account {name} set; next: fibregate supplier let {code} TENANT, fibregate supplier check {code}")


def _only(given: list[Auth | None]) -> Auth:
    found = [one for one in given if one is not None]
    if len(found) != 1:
        raise typer.BadParameter(
            "give --client-id, --client-secret and --token-url, or --user and --password, or --certificate and --key"
        )
    return found[0]


def _check_url(bench: Workbench, urls: list[str]) -> None:
    """Against the guard of this machine's settings, which the service has too."""
    guard = outbound.to_suppliers(bench.settings)
    faults = [f"{urlsplit(url).netloc or url}: {fault}" for url in urls for fault in guard.faults(url)]
    if faults:
        raise Invalid(faults)


def let(
    code: Code,
    tenant: Annotated[str, typer.Argument(help="The tenant.")],
    *,
    account_name: Annotated[str, typer.Option("--account", help="Under which account.")] = "default",
    preference: Annotated[int, typer.Option(min=1, max=1000, help="Lower comes first.")] = 100,
    enabled: Annotated[bool, typer.Option("--allow/--deny", help="Whether the tenant may use it.")] = True,
    data: Data = None,
    database: Database = None,
) -> None:
    """Let a tenant use a supplier, or no longer."""

    async def work(bench: Workbench) -> None:
        owner = (await tenants.get(bench.db, tenant)).tenant_id
        async with bench.db.tx(owner) as tx:
            await actions.let(
                tx,
                owner,
                code,
                account=account_name,
                preference=preference,
                enabled=enabled,
                by=operator_here(),
            )

    run(work, data, database)
    say(f"{tenant}: {'may use' if enabled else 'may no longer use'} {code}.")


AccountName = Annotated[str, typer.Option("--account", help="Which account, where there are several.")]


def disable_account(code: Code, name: AccountName = "default", data: Data = None, database: Database = None) -> None:
    """Call a supplier no more under an account. Its updates are still taken, and orders in flight are told of them."""
    _switch(code, name, data, database, enabled=False)
    say(f"{code}: account {name} is disabled. Undo: fibregate supplier enable-account {code} --account {name}")


def enable_account(code: Code, name: AccountName = "default", data: Data = None, database: Database = None) -> None:
    """Call a supplier under an account again."""
    _switch(code, name, data, database, enabled=True)
    say(f"{code}: account {name} is enabled.")


def _switch(code: str, name: str, data: Path | None, database: str | None, *, enabled: bool) -> None:
    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.switch_account(tx, code, name, enabled=enabled, by=operator_here())

    run(work, data, database)
