"""The command itself: put the pieces up, play, take them down."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, cast

import aiohttp
import typer

from fibregate.cli.demo import chain as chained
from fibregate.cli.demo import chain_ethernet as circuits_between
from fibregate.cli.demo import documents
from fibregate.cli.demo import ethernet as circuits
from fibregate.cli.demo.caller import Caller
from fibregate.cli.demo.chain import ChainPlay
from fibregate.cli.demo.chain_ethernet import EthernetChainPlay
from fibregate.cli.demo.ethernet import EthernetPlay
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.play import Play, whole
from fibregate.cli.demo.receiver import listening
from fibregate.cli.demo.relay import relaying
from fibregate.cli.demo.stage import Differs, Staged, operating, sandbox

if TYPE_CHECKING:
    import io

Between = TypeVar("Between", bound=ChainPlay)
INTERRUPTED = 130
REQUEST_SECONDS = 60.0


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("demo", epilog="Example: fibregate demo --chain")(demo)


def demo(
    *,
    chain: Annotated[
        bool, typer.Option("--chain", help="Through two gateways: an ISP's, and its supplier's with the network.")
    ] = False,
    ethernet: Annotated[
        bool,
        typer.Option(
            "--ethernet", help="The documents' order for Ethernet and one with a charge, or one through both."
        ),
    ] = False,
) -> None:
    """Play orders from an address or a price to COMPLETED, over real HTTP, and show every exchange.

    A sandbox is started for it in a throw-away folder, on a free port of this machine; with --chain there are two,
    each a process with a database of its own. Exit code 0: the order completed and everything was as documented. 1:
    something differs, and what. 130: interrupted.
    """
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    page = Page()
    began = time.monotonic()
    try:
        asyncio.run(_stoppable(_PLAYS[chain, ethernet](page)))
    except (Differs, aiohttp.ClientError, OSError, KeyError, TimeoutError) as error:
        page.wrong(str(error) if isinstance(error, Differs) else f"{type(error).__name__}: {error}")
        raise typer.Exit(1) from error
    except asyncio.CancelledError:
        page.wrong("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    took = time.monotonic() - began
    _end(page, took, chain=chain, ethernet=ethernet)


def _end(page: Page, took: float, *, chain: bool, ethernet: bool) -> None:
    if ethernet and chain:
        page.title(
            f"COMPLETED. Done in {took:.0f} s: a circuit priced and built behind two gateways, and every KCI of it.",
            "What is carried, and how: docs/reference/ethernet.md",
        )
    elif ethernet:
        page.title(
            f"Done in {took:.0f} s: four months of two Ethernet orders, from their prices to their circuits.",
            "How it is quoted and ordered: docs/reference/ethernet.md",
        )
    elif chain:
        page.title(
            f"COMPLETED. Done in {took:.0f} s: one order through two gateways, and each of its KCIs back.",
            "How to connect your own: docs/adding-a-supplier.md",
        )
    else:
        page.title(
            f"Done in {took:.0f} s: fifteen days of one order, from an address to a working line.",
            "A sandbox that stays up, for your own first order: fibregate sandbox --port 8080 --data ./sandbox",
        )


async def _stoppable(play: Coroutine[Any, Any, None]) -> None:
    """Any signal that ends a program ends this one in order, once; the sandbox goes with it."""
    task = asyncio.current_task()
    if task is not None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    await play


async def _play(page: Page) -> None:
    page.title(
        "Fibregate, the open wholesale broadband gateway: one order, end to end",
        "An ISP, its webhook receiver and a network, all on this machine. Starting the sandbox …",
    )
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with contextlib.AsyncExitStack() as up:
        card = (await up.enter_async_context(sandbox())).card
        receiver = await up.enter_async_context(listening())
        http = await up.enter_async_context(aiohttp.ClientSession(timeout=timeout, trust_env=False))
        client = next(one for one in card["tenants"] if one["tenant"] == documents.TENANT)
        await whole(Play(page=page, http=http, base=card["baseUrl"], receiver=receiver), client)


async def _play_chain(page: Page) -> None:
    await _between_two(page, "one order", ChainPlay, chained.whole)


async def _play_ethernet_chain(page: Page) -> None:
    await _between_two(page, "Ethernet, quoted and ordered", EthernetChainPlay, circuits_between.whole)


async def _between_two(
    page: Page, what: str, kind: type[Between], play_it: Callable[[Between], Coroutine[Any, Any, None]]
) -> None:
    page.title(
        f"Two Fibregates in a row: {what} from an ISP through gateway A to gateway B, and back",
        "The ISP, its receiver and both gateways, each with its own database, all on this machine. Starting A and B …",
    )
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with contextlib.AsyncExitStack() as up:
        near, far = await _both(up)
        receiver = await up.enter_async_context(listening())
        http = await up.enter_async_context(aiohttp.ClientSession(timeout=timeout, trust_env=False))
        play = kind(
            page=page,
            receiver=receiver,
            near=near,
            far=far,
            desk=await up.enter_async_context(operating(near.data)),
            isp=Caller(page, http, "ISP", "A", near.url, chained.TENANT),
            operator=Caller(page, http, "A", "B", far.url, chained.THERE),
            down=await up.enter_async_context(relaying("A", "B", far.url, http)),
            up=await up.enter_async_context(relaying("B", "A", near.url, http)),
        )
        await play_it(play)


async def _play_ethernet(page: Page) -> None:
    page.title(
        "Fibregate: Ethernet, the documents' order and one with a charge, end to end",
        "An ISP, its webhook receiver and a network, all on this machine. Starting the sandbox …",
    )
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with contextlib.AsyncExitStack() as up:
        there = await up.enter_async_context(sandbox(circuits.BEGINS))
        receiver = await up.enter_async_context(listening())
        http = await up.enter_async_context(aiohttp.ClientSession(timeout=timeout, trust_env=False))
        isp = Caller(page, http, "ISP", "gateway", there.url, circuits.TENANT)
        desk = await up.enter_async_context(operating(there.data))
        await circuits.whole(EthernetPlay(page, receiver, isp, desk), there.client(circuits.TENANT))


_PLAYS: Final = {
    (False, False): _play,
    (True, False): _play_chain,
    (False, True): _play_ethernet,
    (True, True): _play_ethernet_chain,
}


async def _both(up: contextlib.AsyncExitStack) -> tuple[Staged, Staged]:
    """Two sandboxes, started at the same time; where one does not start, the other goes with it."""
    near, far = contextlib.AsyncExitStack(), contextlib.AsyncExitStack()
    up.push_async_exit(near)
    up.push_async_exit(far)
    try:
        async with asyncio.TaskGroup() as starting:
            a = starting.create_task(near.enter_async_context(sandbox()))
            b = starting.create_task(far.enter_async_context(sandbox()))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return a.result(), b.result()
