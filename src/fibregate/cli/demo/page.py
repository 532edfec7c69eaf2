"""How a demo looks: exchanges as they were on the wire, and the order's story as a line that grows."""

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.rule import Rule
from rich.text import Text

from fibregate.clock import UK

NARROWEST = 80
SHOWN_ITEMS = 2
INDENT = 2
ROOM = 72
HIDDEN_HEADERS = frozenset({"Authorization", "Content-Type"})
_COLOURS = {
    "ACKNOWLEDGED": "cyan",
    "COMMITTED": "green",
    "UPDATE": "blue",
    "ADDITIONAL": "magenta",
    "COMPLETED": "bold green",
}


Sides = tuple[str, str] | None
"""Who asks whom, where there are several."""


class Page:
    """Prints to the terminal, or plainly into a pipe."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._console.width = max(self._console.width, NARROWEST)
        self._chapter = 0

    def title(self, text: str, below: str) -> None:
        self._console.print()
        self._hanging("  ", "", text, "bold")
        self._hanging("  ", "", below, "dim")

    def chapter(self, text: str) -> None:
        self._chapter += 1
        self._console.print()
        self._console.print(Rule(Text(f" {self._chapter}. {text} ", style="bold"), align="left", style="dim"))

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None, sides: Sides = None
    ) -> None:
        """As it goes out, and from whom to whom; the token is too long to be looked at."""
        self._line(Text.assemble((_arrow("→", sides), "bold yellow"), (method, "bold"), " ", path))
        shown = ", ".join(f"{name}: {value}" for name, value in headers.items() if name not in HIDDEN_HEADERS)
        if shown:
            self._line(Text(f"    {shown}", style="dim"))
        if body:
            self._json(body)

    def answer(self, status: int, took_ms: float, body: Any, headers: Mapping[str, str], sides: Sides = None) -> None:
        style = "bold green" if status < HTTPStatus.BAD_REQUEST else "bold red"
        words = f"{status} {HTTPStatus(status).phrase}"
        self._line(Text.assemble((_arrow("←", sides), "bold yellow"), (words, style), (f"  {took_ms:.0f} ms", "dim")))
        if "X-Notice" in headers:
            self._line(Text(f"    X-Notice: {headers['X-Notice']}", style="yellow"))
        if body is not None:
            self._json(laid_out(_short(body)))

    def means(self, text: str) -> None:
        """What just happened, in a sentence."""
        self._hanging("  ✓ ", "bold green", text)

    def clock(self, now: str) -> None:
        self._line(Text.assemble(("  ⏩ ", "bold yellow"), "the clock stands at ", (_spoken(now), "bold")))

    def kci(self, number: int, body: Mapping[str, Any]) -> None:
        """One more point on the order's line."""
        reason = str(body["reasonCode"])
        self._line(
            Text.assemble(
                ("  ● ", _COLOURS.get(reason, "yellow")),
                (f"{number}  ", "dim"),
                f"{_spoken(str(body['timestamp']))}  ",
                (f"{reason:<13}", _COLOURS.get(reason, "yellow")),
                (f"{body['status']:<13}", "dim"),
                ("signature ✓", "green"),
            )
        )
        if body.get("notes"):
            self._line(Text.assemble(("  │ ", "dim"), f"   “{body['notes']}”"))
        for one in body.get("details", {}).get("characteristics", ()):
            self._line(Text.assemble(("  │ ", "dim"), f"   {one['name']} ", (str(one["value"]), "bold")))

    def command(self, words: str, said: str) -> None:
        """What an operator types, and what it answers."""
        self._line(Text.assemble(("  $ ", "bold yellow"), (words, "bold")))
        for line in said.splitlines():
            self._line(Text(f"    {line}", style="dim"))

    def told(self, number: int, body: Mapping[str, Any]) -> None:
        """One more point on the line of an order behind a gateway, which tells some of it by itself."""
        said = body.get("information") or body.get("action") or body["error"]
        kind = str(said.get("type") or said.get("code"))
        self._line(
            Text.assemble(
                ("  ● ", _COLOURS.get(kind, "yellow")),
                (f"{number}  ", "dim"),
                f"{_spoken(str(body.get('issuedOn') or body['deliveredOn']))}  ",
                (f"{kind:<13} ", _COLOURS.get(kind, "yellow")),
                (f"{body['entity']['status']:<17} ", "dim"),
                ("signature ✓", "green"),
            )
        )
        if said.get("text"):
            self._line(Text.assemble(("  │ ", "dim"), f"   “{said['text']}”"))
        if kind == "ADDITIONAL":
            for one in _characteristics(body["entity"]):
                self._line(Text.assemble(("  │ ", "dim"), f"   {one['name']} ", (str(one["value"]), "bold")))

    def note(self, text: str) -> None:
        self._line(Text(f"    {text}", style="dim"))

    def bytes_of(self, raw: bytes) -> None:
        """A body as it came."""
        self._json(laid_out(json.loads(raw)))

    def wrong(self, text: str) -> None:
        self._console.print()
        for line in text.splitlines():
            self._line(Text.assemble(("  ✗ ", "bold red"), line))

    def _json(self, text: str) -> None:
        shown = Text("\n".join(f"    {line}" for line in text.splitlines()))
        JSONHighlighter().highlight(shown)
        self._line(shown)

    def _hanging(self, lead: str, lead_style: str, text: str, style: str = "") -> None:
        """A sentence whose further lines stand below its first word."""
        for number, line in enumerate(Text(text, style=style).wrap(self._console, self._console.width - len(lead))):
            self._console.print(Text.assemble((" " * len(lead) if number else lead, lead_style), line))

    def _line(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def _characteristics(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that is told of its service, and of its sites where it has some."""
    if "ethernetOrderItems" not in order:
        return order["serviceOrderItem"]["serviceCharacteristics"]
    services = [one for item in order["ethernetOrderItems"] for one in item["service"]["serviceCharacteristic"]]
    return [*services, *(one for site in order["siteInformation"] for one in site.get("siteCharacteristics", ()))]


def _arrow(which: str, sides: Sides) -> str:
    return f"  {which} " if sides is None else f"  {sides[0]} {which} {sides[1]}  "


def laid_out(body: Any, depth: int = 0) -> str:
    """JSON with whatever fits on one line, so that a page shows more of it."""
    flat = json.dumps(body, ensure_ascii=False)
    if len(flat) + INDENT * depth <= ROOM or not isinstance(body, dict | list):
        return flat
    if isinstance(body, dict):
        members = cast("dict[str, Any]", body)
        inside = [f"{json.dumps(name)}: {laid_out(value, depth + 1)}" for name, value in members.items()]
        opens, closes = "{", "}"
    else:
        inside = [laid_out(one, depth + 1) for one in cast("list[Any]", body)]
        opens, closes = "[", "]"
    margin = " " * INDENT * depth
    return opens + ",".join(f"\n{margin}  {one}" for one in inside) + f"\n{margin}{closes}"


def _short(body: Any) -> Any:
    """A long list shows how it begins and how long it is; a token shows its beginning."""
    if isinstance(body, dict):
        members = cast("dict[str, Any]", body)
        return {
            name: _short_token(value) if name == "access_token" else _short(value) for name, value in members.items()
        }
    if isinstance(body, list):
        items = cast("list[Any]", body)
        if len(items) > SHOWN_ITEMS and isinstance(items[0], dict):
            return [*items[:SHOWN_ITEMS], f"… and {len(items) - SHOWN_ITEMS} more"]
        return items
    return body


def _short_token(token: str) -> str:
    return f"{token[:24]}…"


def _spoken(instant: str) -> str:
    local = datetime.fromisoformat(instant).astimezone(UK)
    return f"{local:%a} {local.day:>2} {local:%b %Y %H:%M}"
