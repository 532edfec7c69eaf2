"""All commands, put together."""

import logging
import sys
from importlib import metadata
from typing import Annotated

import typer

from fibregate.cli import (
    actions,
    alarms,
    doctor,
    endpoints,
    ethernet,
    kcis,
    orders,
    premises,
    quotes,
    remote_network,
    sandbox,
    serve,
    services,
    signing_keys,
    slots,
    suppliers,
    tenants,
    why,
    work_orders,
)
from fibregate.cli.bundle import command as bundle
from fibregate.cli.certify import command as certify
from fibregate.cli.demo import command as demo
from fibregate.web import logs

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Fibregate, the open wholesale broadband gateway.",
    epilog="Example: fibregate demo",
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer hands it over like this
    if asked:
        typer.echo(f"fibregate {metadata.version('fibregate')}")
        raise typer.Exit


@app.callback()
def _options(  # pyright: ignore[reportUnusedFunction] - typer calls it
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Fibregate, the open wholesale broadband gateway."""
    logs.configure(logs.LineWriter(sys.stderr.buffer), logging.ERROR)


serve.register(app)
sandbox.register(app)
remote_network.register(app)
demo.register(app)
doctor.register(app)
alarms.register(app)
actions.register(app)
why.register(app)
bundle.register(app)
certify.register(app)
_GROUPS = (
    ("tenant", tenants.tenant, "tenant list"),
    ("credential", tenants.credential, "credential list --of ISP1"),
    ("supplier", suppliers.supplier, "supplier expectations list"),
    ("signing-key", signing_keys.signing_key, "signing-key list"),
    ("premises", premises.premises, "premises import premises.csv"),
    ("services", services.services, "services list"),
    ("ethernet", ethernet.ethernet, "ethernet prices prices.toml"),
    ("slots", slots.slots, "slots show --area FENBRIDGE"),
    ("order", orders.order, "order show YOUR_TENANT 127"),
    ("quote", quotes.quote, "quote compare YOUR_TENANT TENDER-7"),
    ("work-order", work_orders.work_order, "work-order list"),
    ("kci", kcis.kci, "kci list --parked"),
    ("endpoint", endpoints.endpoint, "endpoint status"),
)
for _name, _group, _example in _GROUPS:
    app.add_typer(_group, name=_name, epilog=f"Example: fibregate {_example}")
