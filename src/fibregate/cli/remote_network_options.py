"""The options of `fibregate remote-network`, and how their texts are read."""

from pathlib import Path
from typing import Annotated

import typer

from fibregate.sandbox.remote import behaviours
from fibregate.sandbox.remote.model import Client

_SECONDS = "SECONDS"
_CLIENT_PARTS = 2


def _client(text: str) -> Client:
    name, *rest = text.split(":", _CLIENT_PARTS)
    if not name or not rest:
        raise typer.BadParameter("write ID:SECRET, or ID:SECRET:TENANT")
    return Client(name, rest[0], rest[1] if len(rest) == _CLIENT_PARTS else None)


def _known(name: str) -> str:
    if name and name not in behaviours.BY_NAME:
        raise typer.BadParameter(f"{name!r} is no behaviour; --list shows all")
    return name


def _list(asked: bool) -> None:  # noqa: FBT001 - typer hands it over like this
    if asked:
        for one in behaviours.BEHAVIOURS:
            typer.echo(f"{behaviours.first_uprn(one)}  {one.name:<{behaviours.LONGEST_NAME}}  {one.does}")
        raise typer.Exit


Log = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write every call, deed, answer and update there, as JSON lines.")
]
State = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep bookings and orders there, and go on with what it holds.")
]
Supplier = Annotated[str, typer.Option(metavar="CODE", help="Its name; references begin with it.")]
Clients = Annotated[
    list[Client] | None,
    typer.Option(
        "--client",
        metavar="ID:SECRET[:TENANT]",
        parser=_client,
        help="Who may call, for one tenant or for all; may be repeated. Without one anybody may.",
    ),
]
Updates = Annotated[
    str,
    typer.Option(metavar="URL", help="Base of the updates door, to which /kcis is added. Without one nobody is told."),
]
UpdatesClient = Annotated[
    Client | None,
    typer.Option(metavar="ID:SECRET", parser=_client, help="As whom updates are told: a client of the supplier."),
]
Behave = Annotated[
    str, typer.Option(metavar="NAME", callback=_known, help="Behave like this everywhere, not only at its addresses.")
]
ListAll = Annotated[
    bool,
    typer.Option("--list", callback=_list, is_eager=True, help="Show all behaviours with their addresses, and end."),
]
Lookup = Annotated[
    bool, typer.Option("--lookup/--no-lookup", help="Whether it can be asked how a booking or an order stands.")
]
KciDelay = Annotated[float, typer.Option(min=0, metavar=_SECONDS, help="Between an order's updates.")]
AnswerDelay = Annotated[float, typer.Option(min=0, metavar=_SECONDS, help="Before each answer.")]
Late = Annotated[float, typer.Option(min=0, metavar=_SECONDS, help="How late a late answer is.")]
Gap = Annotated[float, typer.Option(min=0, metavar=_SECONDS, help="How late a late update is.")]
Places = Annotated[int, typer.Option(min=1, help="Visits in a timeslot, for each thousand addresses.")]
Now = Annotated[str | None, typer.Option(metavar="ISO", help="What its clock first shows; without it the time.")]
