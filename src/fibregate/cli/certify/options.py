"""The options of the command, as they are typed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from fibregate.cli.certify.plan import ORDERS

LOWEST_ORDER: Final = 9_007_190_000_000_000
"""Far above any number that a tenant gives, and still exact in every JSON reader."""


class Dialect(StrEnum):
    """Renderings that a tenant's receiver may have asked for."""

    WHOLESALE = "wholesale-webhook"
    TENANT = "tenant-kci"


Webhook = Annotated[str, typer.Option(metavar="URL", help="Your receiver, as you would register it.")]
Secret = Annotated[
    str | None,
    typer.Option(
        metavar="whsec_…",
        envvar="CERTIFY_SECRET",
        help="The secret that it verifies with. Without one no forgery can be tried, and nothing is passed.",
    ),
]
Rendered = Annotated[Dialect, typer.Option(help="How the KCIs look.")]
Echo = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Answers what your receiver believes, so that this can be checked too."),
]
Header = Annotated[
    list[str] | None,
    typer.Option(metavar="'NAME: VALUE'", help="Sent with every request, such as an Authorization; repeat it."),
]
FirstOrder = Annotated[
    int | None,
    typer.Option(min=1, max=LOWEST_ORDER, help=f"Use the {ORDERS} order numbers from here on, not invented ones."),
]
Authority = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Certificates (PEM) to trust instead of the public ones."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
