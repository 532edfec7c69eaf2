"""The command itself: read what was typed, shoot, tell."""

import asyncio
import base64
import binascii
import json
import re
import secrets
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import typer

from fibregate.cli.certify import report
from fibregate.cli.certify.options import (
    LOWEST_ORDER,
    AsJson,
    Authority,
    Dialect,
    Echo,
    FirstOrder,
    Header,
    Rendered,
    Secret,
    Webhook,
)
from fibregate.cli.certify.plan import Check, Plan, planned
from fibregate.cli.certify.shots import Pens
from fibregate.cli.certify.telling import Teller
from fibregate.cli.certify.trial import Outcome, Trial, run
from fibregate.cli.context import Refused, settings_of
from fibregate.cli.desk import say
from fibregate.clock import BusinessTime, real_now
from fibregate.kcis.delivery import signing
from fibregate.kcis.delivery.model import Rendering
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard
from fibregate.work import RENDERERS

CONNECT_SECONDS, TOTAL_SECONDS = 5, 20
_SPREAD: Final = 9_000_000_000
_SECRET_BYTES: Final = range(24, 65)
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)")
_OURS: Final = ("webhook-", "x-request-id", "x-conversation-id", "content-", "host", "transfer-encoding", "connection")


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("certify", epilog="Example: fibregate certify --webhook http://127.0.0.1:9000/kcis --secret whsec_…")(
        certify
    )


def certify(
    *,
    webhook: Webhook,
    secret: Secret = None,
    rendering: Rendered = Dialect.WHOLESALE,
    echo: Echo = None,
    header: Header = None,
    first_order: FirstOrder = None,
    ca: Authority = None,
    as_json: AsJson = False,
) -> None:
    """Try a tenant's receiver of KCIs: the right ones, and what a bad day or a forger would send.

    Story F27 is told to it, signed and rendered as the gateway does it: duplicates, shuffles, late numbers, pauses, bad
    and missing signatures, timestamps of another hour, unknown codes, an unsolicited cease. What it got wrong is told
    with the rule of docs/reference/certify.md and what to do. Addresses that are neither public nor loopback need the
    operator's settings for webhooks. Exit code 0: everything was tried and is right. 1: it is not.
    """
    try:
        outcome, plan = asyncio.run(
            _tried(webhook, secret, RENDERERS[rendering], echo=echo, header=header or [], first=first_order, ca=ca)
        )
    except (Refused, ValueError, OSError) as error:
        typer.secho(f"refused: {error}", err=True, fg="red")
        raise typer.Exit(1) from error
    if as_json:
        shown = urlsplit(webhook)._replace(query="").geturl()
        say(json.dumps(report.as_json(outcome, plan, url=shown, rendering=rendering.value), indent=2))
    else:
        report.printed(outcome, plan)
    raise typer.Exit(0 if report.passed(outcome) else 1)


async def _tried(
    url: str,
    secret: str | None,
    rendering: Rendering,
    *,
    echo: str | None,
    header: list[str],
    first: int | None,
    ca: Path | None,
) -> tuple[Outcome, Plan]:
    pens = Pens.of(opened(secret) if secret else signing.new_secret())
    extra = dict(named(one) for one in header)
    tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(ca)) if ca else None
    order = first or LOWEST_ORDER + secrets.randbelow(_SPREAD)
    plan = planned(Teller(rendering, BusinessTime(real_now())), order, forged=secret is not None)
    target = rendering.url(url)
    guard = guarding(target, echo)
    bar = report.progress(plan)
    async with Connector(guard, connect_seconds=CONNECT_SECONDS, total_seconds=TOTAL_SECONDS, tls=tls) as connector:
        faults = [fault for one in (target, echo) if one for fault in connector.check_url(one)]
        if faults:
            raise Refused("; ".join(faults))

        def shown(check: Check) -> None:
            bar.update(bar.task_ids[0], advance=1, description=check.title)

        trial = Trial(connector=connector, url=target, pens=pens, headers=extra, echo_url=echo, on_shot=shown)
        with bar:
            return await run(trial, plan, verified=secret is not None), plan


def guarding(url: str, echo: str | None) -> Guard:
    """The operator's rules for webhooks; loopback, on any port and without TLS, only where the URL itself names it."""
    if all(_is_loopback(one) for one in (url, echo) if one):
        return Guard(allow=["127.0.0.0/8", "::1/128"], ports=None, plain_http=True)
    settings = settings_of(None, None)
    return Guard(allow=settings.webhook_allow, ports=settings.webhook_ports, plain_http=settings.webhook_plain_http)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def opened(secret: str) -> bytes:
    """The bytes of a `whsec_…`. Raises `Refused`."""
    prefix, _, text = secret.strip().partition("_")
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if prefix != "whsec" or len(found) not in _SECRET_BYTES:
        raise Refused("--secret: must be whsec_ and the base64 of 24 to 64 bytes, as the endpoint's creation showed it")
    return found


def named(text: str) -> tuple[str, str]:
    """A header as it is typed. Raises `Refused` for what is none, and for those that are the gateway's own."""
    found = _HEADER.fullmatch(text)
    if found is None:
        raise Refused("--header: must look like 'Authorization: Basic dXNlcjpwYXNz'")
    if found[1].lower().startswith(_OURS):
        raise Refused(f"--header: {found[1]} is set by the gateway itself")
    return found[1], found[2]
