"""The command itself: put the pieces up, play, take them down."""

import asyncio
import contextlib
import signal
import sys
import time
from typing import TYPE_CHECKING, cast

import aiohttp
import typer

from fibregate.cli.demo import documents
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.play import Play, whole
from fibregate.cli.demo.receiver import listening
from fibregate.cli.demo.stage import Differs, sandbox

if TYPE_CHECKING:
    import io

INTERRUPTED = 130
REQUEST_SECONDS = 60.0


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("demo", epilog="Example: fibregate demo")(demo)


def demo() -> None:
    """Play one order from an address to COMPLETED, over real HTTP, and show every exchange.

    A sandbox is started for it in a throw-away folder, on a free port of this machine. Exit code 0: the order completed
    and everything was as documented. 1: something differs, and what. 130: interrupted.
    """
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    page = Page()
    began = time.monotonic()
    try:
        asyncio.run(_stoppable(page))
    except (Differs, aiohttp.ClientError, OSError, KeyError, TimeoutError) as error:
        page.wrong(str(error) if isinstance(error, Differs) else f"{type(error).__name__}: {error}")
        raise typer.Exit(1) from error
    except asyncio.CancelledError:
        page.wrong("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    page.title(
        f"Done in {time.monotonic() - began:.0f} s: fifteen days of one order, from an address to a working line.",
        "A sandbox that stays up, for your own first order: fibregate sandbox --port 8080 --data ./sandbox",
    )


async def _stoppable(page: Page) -> None:
    """Any signal that ends a program ends this one in order, once; the sandbox goes with it."""
    task = asyncio.current_task()
    if task is not None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    await _play(page)


async def _play(page: Page) -> None:
    page.title(
        "Fibregate, the open wholesale broadband gateway: one order, end to end",
        "An ISP, its webhook receiver and a network, all on this machine. Starting the sandbox …",
    )
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with contextlib.AsyncExitStack() as up:
        card = await up.enter_async_context(sandbox())
        receiver = await up.enter_async_context(listening())
        http = await up.enter_async_context(aiohttp.ClientSession(timeout=timeout, trust_env=False))
        client = next(one for one in card["tenants"] if one["tenant"] == documents.TENANT)
        await whole(Play(page=page, http=http, base=card["baseUrl"], receiver=receiver), client)
