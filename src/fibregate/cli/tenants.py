"""`fibregate tenant` and `fibregate credential`: who may call, and with what."""

from datetime import datetime
from typing import Annotated

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say, show, written
from fibregate.tenants import actions
from fibregate.tenants.model import SUPPLIER_SCOPES, TENANT_SCOPES, Credential, Scope

TenantCode = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's code.")]
ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="As `fibregate credential list` shows it.")]

tenant = typer.Typer(no_args_is_help=True, help="The communications providers that order through this gateway.")
credential = typer.Typer(no_args_is_help=True, help="The ways in of tenants, suppliers and operators.")


@tenant.command("add", epilog='Example: fibregate tenant add ISP1 --name "An ISP"')
def add_tenant(
    code: TenantCode,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Add a tenant. Give it a way in with `fibregate credential add`."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.add(tx, code, name=name, by=operator_here())

    run(work, data, database)
    say(f"Tenant {code} is there. Next: fibregate credential add --tenant {code}")


@tenant.command("list", epilog="Example: fibregate tenant list")
def list_tenants(data: Data = None, database: Database = None) -> None:
    """Show all tenants."""

    async def work(bench: Workbench) -> list[list[str]]:
        found = await actions.list_all(bench.db)
        return [[one.code, one.name, _since(one.disabled_at), written(one.created_at)] for one in found]

    show(["tenant", "name", "state", "added"], run(work, data, database))


@tenant.command("disable", epilog="Example: fibregate tenant disable ISP1")
def disable_tenant(code: TenantCode, data: Data = None, database: Database = None) -> None:
    """Refuse a tenant from now on; tokens that it holds end within two seconds, for good."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.disable(tx, code, by=operator_here())

    run(work, data, database)
    say(f"Tenant {code} is disabled. Undo: fibregate tenant enable {code}")


@tenant.command("enable", epilog="Example: fibregate tenant enable ISP1")
def enable_tenant(code: TenantCode, data: Data = None, database: Database = None) -> None:
    """Let a disabled tenant ask for tokens again."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.enable(tx, code, by=operator_here())

    run(work, data, database)
    say(f"Tenant {code} is enabled.")


@tenant.command("wall-clock", epilog="Example: fibregate tenant wall-clock ISP1 --off")
def read_wall_clock(
    code: TenantCode,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether to be lenient.")] = True,
    data: Data = None,
    database: Database = None,
) -> None:
    """Whether a booking whose UTC digits fit no timeslot is tried as UK local time; off refuses it."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.read_wall_clock(tx, code, on=on, by=operator_here())

    run(work, data, database)
    say(f"Tenant {code}: timeslots are {'also' if on else 'not'} read as UK local time.")


@tenant.command("contact", epilog="Example: fibregate tenant contact ISP1 --mail noc@isp1.example")
def set_contact(
    code: TenantCode,
    *,
    mail: Annotated[str, typer.Option(help="Where alarms that concern the tenant are mailed; empty for nowhere.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Say who is told of a tenant's own alarms: an endpoint that fails, a delivery that is parked."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.set_contact(tx, code, mail=mail or None, by=operator_here())

    run(work, data, database)
    say(f"Tenant {code}: alarms go to {mail}." if mail else f"Tenant {code}: alarms are mailed to nobody.")


@credential.command("add", epilog="Example: fibregate credential add --tenant ISP1 --scope gateway")
def add_credential(
    *,
    tenant_code: Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="For this tenant.")] = None,
    supplier: Annotated[str | None, typer.Option(metavar="SUPPLIER", help="For this supplier's updates.")] = None,
    operator: Annotated[str | None, typer.Option(metavar="NAME", help="A token for an operator, unlimited.")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; may be repeated.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a way in, and show its secret once. Exactly one of --tenant, --supplier and --operator."""
    if [tenant_code, supplier, operator].count(None) != 2:  # noqa: PLR2004 - all but one
        raise typer.BadParameter("give exactly one of --tenant, --supplier and --operator")
    if operator is not None and scope:
        raise typer.BadParameter("an operator's token opens all of an operator's doors; leave --scope out")

    async def work(bench: Workbench) -> Credential | str:
        by = operator_here()
        async with bench.db.tx(None) as tx:
            if tenant_code is not None:
                return await actions.add_tenant_client(
                    tx, bench.vault, tenant_code, scopes=scope or TENANT_SCOPES, by=by
                )
            if supplier is not None:
                return await actions.add_supplier_client(
                    tx, bench.vault, supplier, scopes=scope or SUPPLIER_SCOPES, by=by
                )
            return await actions.add_operator_token(tx, bench.vault, operator or "", by=by)

    _reveal(run(work, data, database))


@credential.command("rotate", epilog="Example: fibregate credential rotate client_0123456789abcdef")
def rotate_credential(client_id: ClientId, data: Data = None, database: Database = None) -> None:
    """Make a new secret beside the present one, and show it once. Of two, the older leaves."""

    async def work(bench: Workbench) -> Credential:
        async with bench.db.tx(None) as tx:
            return await actions.rotate_secret(tx, bench.vault, client_id, by=operator_here())

    _reveal(run(work, data, database))
    say(f"When the new one is in use everywhere: fibregate credential revoke {client_id} --older")


@credential.command("revoke", epilog="Example: fibregate credential revoke client_0123456789abcdef --older")
def revoke_credential(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="Or an operator's name, with --operator.")],
    *,
    older: Annotated[bool, typer.Option("--older", help="Only the older of two secrets.")] = False,
    operator: Annotated[bool, typer.Option("--operator", help="All tokens of this operator.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """End secrets that others may know; tokens that the client holds end with them, within two seconds."""
    if older and operator:
        raise typer.BadParameter("--older is for clients; an operator's tokens end all together")

    async def work(bench: Workbench) -> int:
        async with bench.db.tx(None) as tx:
            if operator:
                return await actions.revoke_operator_tokens(tx, client_id, by=operator_here())
            return await actions.revoke_secrets(tx, client_id, keep_newest=older, by=operator_here())

    ended = run(work, data, database)
    say(f"{ended} ended. A new one: fibregate credential {'add --operator' if operator else 'rotate'} {client_id}")


@credential.command("disable", epilog="Example: fibregate credential disable client_0123456789abcdef")
def disable_credential(client_id: ClientId, data: Data = None, database: Database = None) -> None:
    """Refuse one client from now on, whatever secret it shows."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.disable_client(tx, client_id, by=operator_here())

    run(work, data, database)
    say(f"{client_id} is disabled. Undo: fibregate credential enable {client_id}")


@credential.command("enable", epilog="Example: fibregate credential enable client_0123456789abcdef")
def enable_credential(client_id: ClientId, data: Data = None, database: Database = None) -> None:
    """Let a disabled client ask for tokens again."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            await actions.enable_client(tx, client_id, by=operator_here())

    run(work, data, database)
    say(f"{client_id} is enabled.")


@credential.command("list", epilog="Example: fibregate credential list --of ISP1")
def list_credentials(
    of: Annotated[str | None, typer.Option(metavar="CODE", help="Only this tenant's or supplier's.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show clients and operators' tokens; secrets cannot be shown again."""

    async def work(bench: Workbench) -> list[list[str]]:
        clients = [
            [
                one.client_id,
                one.owner,
                " ".join(one.scopes),
                str(len(one.secret_hashes)),
                "enabled" if one.enabled else "disabled",
                written(one.created_at),
            ]
            for one in await actions.list_clients(bench.db, of)
        ]
        operators = [] if of else await actions.list_operators(bench.db)
        return clients + [
            [
                f"operator {one.name}",
                "",
                "operator sandbox",
                "1",
                _since(one.revoked_at, "revoked"),
                written(one.created_at),
            ]
            for one in operators
        ]

    show(["client", "of", "scopes", "secrets", "state", "added"], run(work, data, database))


def _reveal(made: Credential | str) -> None:
    """On plain lines of their own, easily cut out; the advice goes to stderr."""
    if isinstance(made, Credential):
        typer.echo(f"client id: {made.client_id}\nsecret: {made.secret}")
    else:
        typer.echo(f"token: {made}")
    typer.secho("Keep it now: it is not shown again.", err=True, fg="yellow")


def _since(at: datetime | None, what: str = "disabled") -> str:
    return "enabled" if at is None else f"{what} {written(at)}"
