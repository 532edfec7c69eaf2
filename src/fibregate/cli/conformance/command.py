"""The command itself: read what was typed, try, tell."""

import asyncio
import json
import ssl
from contextlib import AsyncExitStack
from typing import Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fibregate.cli.certify.command import guarding
from fibregate.cli.conformance import options, report
from fibregate.cli.conformance.listener import listening
from fibregate.cli.conformance.options import Typed
from fibregate.cli.context import Refused
from fibregate.cli.desk import say
from fibregate.suppliers.breaker import Breaker
from fibregate.suppliers.conformance import clauses, suite
from fibregate.suppliers.conformance.model import Clause
from fibregate.suppliers.conformance.suite import Result
from fibregate.suppliers.conformance.wire import Recorder, Wire
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.model import Account, ClientCredentials

NEVER: Final = 1_000_000
"""So many failures in a row that the suite never lets a supplier rest."""


def register(group: typer.Typer) -> None:
    """Add the command of this folder."""
    group.command(
        "conformance",
        epilog="Example: fibregate supplier conformance http://127.0.0.1:8080 --tenant ISP1 --client-id client_… "
        "--secret … --uprn 10025559646",
    )(options.command(conformance))


def conformance(typed: Typed) -> None:
    """Try a supplier's test system against every clause of docs/reference/conformance.md.

    It books visits and places one order at the address, and cancels the order where that is offered: never do this to
    a live network. What is broken is told with its rule and how it was tried. Addresses that are neither public nor
    loopback need the operator's settings for webhooks. Exit code 0: no clause that is a MUST is broken. 1: some are.
    """
    try:
        result = asyncio.run(_tried(typed, typed.account()))
    except (Refused, OSError, UnicodeDecodeError) as error:
        typer.secho(f"refused: {error}", err=True, fg="red")
        raise typer.Exit(1) from error
    if typed.as_json:
        say(json.dumps(report.as_json(result, urlsplit(typed.base)._replace(query="").geturl()), indent=2))
    else:
        report.printed(result)
    raise typer.Exit(0 if result.passed else 1)


async def _tried(typed: Typed, there: Account) -> Result:
    terms, where = typed.terms(), typed.place()
    async with AsyncExitStack() as stack:
        recorder = await stack.enter_async_context(await _recorder(typed, there))
        listen = suite.nobody_listens
        if where is not None:
            listen = (await stack.enter_async_context(listening(where, typed.wait))).trial
        accesses = Accesses(recorder)
        network = HttpNetwork(there, accesses, Health(breaker=Breaker(failures=NEVER)))
        bar = stack.enter_context(_progress())

        def told(clause: Clause) -> None:
            bar.update(bar.task_ids[0], advance=1, description=clause.name)

        wire = Wire(there, accesses, recorder)
        return await suite.run(network, terms, trace=typed.trace(), wire=wire, listen=listen, told=told)


async def _recorder(typed: Typed, there: Account) -> Recorder:
    """The way out, under the operator's rules. Raises `Refused` for what may not be called."""
    tokens = there.auth.token_url if isinstance(there.auth, ClientCredentials) else None
    tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(typed.ca)) if typed.ca else None
    recorder = Recorder(
        guarding(there.url, tokens),
        connect_seconds=there.connect_seconds,
        total_seconds=there.total_seconds,
        tls=tls,
    )
    faults = [fault for one in (there.url, tokens) if one for fault in recorder.check_url(one)]
    if faults:
        raise Refused("; ".join(dict.fromkeys(faults)))
    return recorder


def _progress() -> Progress:
    """On a terminal's standard error; silent elsewhere."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    bar.add_task("", total=len(clauses.ALL))
    return bar
