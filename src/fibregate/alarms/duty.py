"""Who is on duty and how they are reached: a signed webhook, mail, both or neither."""

import asyncio
import base64
import smtplib
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from yarl import URL

from fibregate import db
from fibregate.settings import Settings
from fibregate.web.connector import Connector, NotDelivered
from fibregate.web.guard import Guard

SECONDS: Final = 20.0
Sign = Callable[[bytes, str, bytes], Mapping[str, str]]
"""From secret, message id and body to the headers that prove it."""


class NotTold(Exception):
    """A channel did not take an alarm; the message says why, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts to the operator's own address, through the guarded connector under a list of its own."""

    url: str
    secret: bytes = field(repr=False)
    sign: Sign
    connector: Connector

    async def post(self, message_id: str, body: bytes) -> None:
        """Raises `NotTold` unless the answer is 2xx."""
        headers = {"Content-Type": "application/json", **self.sign(self.secret, message_id, body)}
        try:
            answer = await self.connector.post(self.url, body, headers)
        except NotDelivered as error:
            raise NotTold(f"webhook: {error.message}") from error
        if answer.status // 100 != 2:  # noqa: PLR2004 - the class of statuses that say yes
            raise NotTold(f"webhook: answered {answer.status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Sends by the operator's mail server, in a thread."""

    host: str
    port: int
    security: str
    user: str | None
    password: str = field(repr=False)
    sender: str

    async def send(self, to: str, subject: str, text: str, *, message_id: str) -> None:
        """Raises `NotTold` when the server does not take it."""
        if db.in_transaction():
            raise AssertionError("nothing is sent while a transaction is open")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Message-ID"] = f"<{message_id}@fibregate>"
        message.set_content(text)
        try:
            await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotTold(f"mail: {type(error).__name__}") from error

    def _send(self, message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if self.security == "tls" else smtplib.SMTP
        with kind(self.host, self.port, timeout=SECONDS) as server:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user is not None:
                server.login(self.user, self.password)
            server.send_message(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """How the operator, and by mail a tenant's contact, are reached."""

    webhook: Webhook | None = None
    mail: Mail | None = None
    mail_to: str | None = None


@asynccontextmanager
async def on_duty(settings: Settings, sign: Sign) -> AsyncGenerator[Duty]:
    """As the operator has set it; what is not set stays silent."""
    mail = _mail(settings)
    if settings.duty_webhook is None or settings.duty_secret is None:
        yield Duty(mail=mail, mail_to=settings.duty_mail)
        return
    async with Connector(_guard(settings), connect_seconds=5, total_seconds=SECONDS) as connector:
        secret = base64.b64decode(settings.duty_secret.get_secret_value().removeprefix("whsec_"))
        webhook = Webhook(url=settings.duty_webhook, secret=secret, sign=sign, connector=connector)
        yield Duty(webhook=webhook, mail=mail, mail_to=settings.duty_mail)


def _guard(settings: Settings) -> Guard:
    """The operator wrote this URL, so its scheme and port are meant; addresses are judged all the same."""
    url = URL(settings.duty_webhook or "")
    return Guard(allow=settings.duty_allow, ports=None, plain_http=url.scheme == "http")


def _mail(settings: Settings) -> Mail | None:
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    return Mail(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        sender=settings.smtp_from,
    )
