"""Whoever is on duty, on loopback: an address that alarms are posted to, and a mail server that keeps what it gets."""

import asyncio
import base64
import email
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiohttp import web
from pydantic import SecretStr
from standardwebhooks import Webhook

from fibregate.settings import Settings

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@dataclass
class Desk:
    """`status` is what the address answers. Only what its secret proves is kept."""

    url: str = ""
    status: int = 204
    posted: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    ids: list[str] = field(default_factory=list[str])

    async def answer(self, request: web.Request) -> web.Response:
        raw = await request.read()
        found = Webhook(SECRET).verify(raw, dict(request.headers))
        self.ids.append(request.headers["webhook-id"])
        if self.status == 204:
            self.posted.append(found)
        return web.Response(status=self.status)

    def settings(self, **more: object) -> Settings:
        return Settings.model_validate(
            {
                "duty_webhook": self.url,
                "duty_secret": SecretStr(SECRET),
                "duty_allow": ["127.0.0.0/8"],
                **more,
            }
        )


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    made = Desk()
    app = web.Application()
    app.router.add_post("/alarms", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alarms"
    try:
        yield made
    finally:
        await runner.cleanup()


@dataclass
class Post:
    """A mail server: no more of SMTP than a client needs. `refuses` is answered to every recipient, if set."""

    port: int = 0
    refuses: str = ""
    kept: list[Message] = field(default_factory=list[Message])
    recipients: list[str] = field(default_factory=list[str])

    def settings(self, **more: object) -> Settings:
        return Settings.model_validate(
            {
                "smtp_host": "127.0.0.1",
                "smtp_port": self.port,
                "smtp_security": "none",
                "smtp_from": "gateway@network.example",
                **more,
            }
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 here")
        try:
            while line := (await reader.readline()).decode().strip():
                match line.split(" ")[0].upper():
                    case "DATA":
                        say("354 go on")
                        self.kept.append(email.message_from_bytes(await reader.readuntil(b"\r\n.\r\n")))
                        say("250 kept")
                    case "RCPT" if self.refuses:
                        say(self.refuses)
                    case "RCPT":
                        self.recipients.append(line.partition("<")[2].partition(">")[0])
                        say("250 well")
                    case _:
                        say("250 well")
        finally:
            writer.close()


@asynccontextmanager
async def post_office() -> AsyncGenerator[Post]:
    made = Post()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
