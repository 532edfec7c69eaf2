"""All commands, put together."""

from importlib import metadata
from typing import Annotated

import typer

from fibregate.cli import doctor, orders, premises, sandbox, serve, signing_keys, slots, tenants, work_orders
from fibregate.cli.demo import command as demo

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


serve.register(app)
sandbox.register(app)
demo.register(app)
doctor.register(app)
app.add_typer(tenants.tenant, name="tenant")
app.add_typer(tenants.credential, name="credential")
app.add_typer(premises.premises, name="premises")
app.add_typer(slots.slots, name="slots")
app.add_typer(orders.order, name="order")
app.add_typer(work_orders.work_order, name="work-order")
app.add_typer(signing_keys.signing_key, name="signing-key")
