"""`remote-network`: a supplier to try a gateway against, over real HTTP, that can also misbehave."""

import asyncio
import signal
from pathlib import Path

import typer

from fibregate.cli import remote_network_options as given
from fibregate.cli.sandbox import instant
from fibregate.cli.serve import Host, Port, fail
from fibregate.sandbox.remote import process
from fibregate.sandbox.remote.model import Client, Gateway, Options, Paces

_STANDARD = Paces()


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(
        "remote-network",
        epilog="Example: fibregate remote-network --log calls.jsonl --updates http://127.0.0.1:8080/v1 "
        "--updates-client ID:SECRET",
    )(remote_network)


def remote_network(  # noqa: PLR0913 - one an option
    *,
    port: Port = 9100,
    host: Host = "127.0.0.1",
    log: given.Log = None,
    state: given.State = None,
    supplier: given.Supplier = "ALTNET1",
    client: given.Clients = None,
    updates: given.Updates = "",
    updates_client: given.UpdatesClient = None,
    behave: given.Behave = "",
    lookup: given.Lookup = True,
    now: given.Now = None,
    places: given.Places = 20,
    kci_delay: given.KciDelay = _STANDARD.kci,
    answer_delay: given.AnswerDelay = _STANDARD.answer,
    late: given.Late = _STANDARD.late,
    gap: given.Gap = _STANDARD.gap,
    _: given.ListAll = False,
) -> None:
    """Run an invented supplier that speaks the wholesale dialect, and misbehaves at some of its addresses.

    It serves every address. A thousand addresses belong to each behaviour of --list: there it drops the reply, answers
    twice, tells updates shuffled, and so on. It needs no database. When it prints `ready …` it takes calls. Stop it by
    Ctrl-C or SIGTERM, or kill it: with --state nothing is lost. The log has whatever was sent.
    """
    options = Options(
        supplier=supplier,
        clients=tuple(client or ()),
        gateway=Gateway(updates, updates_client or Client("", "")) if updates else None,
        behave=behave,
        lookup=lookup,
        now=instant(now),
        places=places,
        paces=Paces(kci=kci_delay, answer=answer_delay, late=late, gap=gap),
    )
    try:
        asyncio.run(_run(options, (host, port), log, state))
    except OSError as error:
        fail(str(error))


async def _run(options: Options, at: tuple[str, int], log: Path | None, state: Path | None) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with process.running(options, at=at, log=log, state=state) as url:
        typer.echo(f"ready {url}")
        await stopped.wait()
