"""All commands, put together."""

import typer

from fibregate.cli import sandbox, serve, tenants

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Fibregate, the open wholesale broadband gateway.",
)
serve.register(app)
sandbox.register(app)
app.add_typer(tenants.tenant, name="tenant")
app.add_typer(tenants.credential, name="credential")
