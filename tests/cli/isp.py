"""An ISP's receiver of KCIs, as it should be, and with the faults that receivers have."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from fibregate.vocabulary import PROBLEM_CODES, Reason

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KNOWN_FIELDS = {"id", "sequenceNumber", "eventType", "orderId", "status", "reasonCode", "timestamp", "notes", "details"}


@dataclass(frozen=True)
class Faults:
    """Each is something that a receiver does and should not."""

    believes_anybody: bool = False
    crashes_on_forgeries: bool = False
    verifies_parsed_json: bool = False
    reads_first_signature_only: bool = False
    never_looks_at_the_clock: bool = False
    seconds_of_patience: int | None = None
    refuses_old_facts: bool = False
    crashes_on_duplicates: bool = False
    acts_twice: bool = False
    remembers_refused_ids: bool = False
    wants_numbers_to_grow: bool = False
    one_counter_for_all_orders: bool = False
    lets_late_ones_win: bool = False
    closed_list_of_codes: bool = False
    closed_list_of_fields: bool = False
    knows_no_ceases: bool = False
    closes_orders_that_ended: bool = False
    most_bytes: int = 2**21
    one_at_a_time: bool = False
    status: int = 204
    seconds: float = 0.0
    silent: bool = False


@dataclass
class Order:
    sequence: int = 0
    status: str = ""
    seen: int = 0


@dataclass
class Isp:
    """`calls` is how many requests came, `url` where to send them, `echo` where it says what it believes."""

    faults: Faults
    url: str = ""
    orders: dict[int, Order] = field(default_factory=dict[int, Order])
    ids: set[str] = field(default_factory=set[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    last: int = 0
    busy: bool = False

    @property
    def echo(self) -> str:
        return self.url.replace("/kcis", "/echo")

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.headers.append(headers)
        if self.faults.silent:
            raise ConnectionResetError
        await asyncio.sleep(self.faults.seconds)
        if len(body) > self.faults.most_bytes:
            return web.Response(status=413)
        if self.faults.one_at_a_time and self.busy:
            return web.Response(status=503)
        self.busy = True
        try:
            await asyncio.sleep(0.01)
            return web.Response(status=self._take(body, headers))
        finally:
            self.busy = False

    def _take(self, body: bytes, headers: dict[str, str]) -> int:
        try:
            self._verify(body, headers)
        except (WebhookVerificationError, ValueError, KeyError):
            if self.faults.remembers_refused_ids:
                self.ids.add(headers.get("webhook-id", ""))
            return 500 if self.faults.crashes_on_forgeries else 401
        kci: dict[str, Any] = orjson.loads(body)
        refused = self._refused(kci)
        return refused or self._keep(kci, headers.get("webhook-id", ""))

    def _verify(self, body: bytes, headers: dict[str, str]) -> None:
        if self.faults.believes_anybody:
            return
        signature = headers.get("webhook-signature", "")
        if self.faults.reads_first_signature_only:
            headers = {**headers, "webhook-signature": signature.split(" ")[0]}
        if self.faults.verifies_parsed_json:
            body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        if self.faults.never_looks_at_the_clock:
            stamp = headers["webhook-timestamp"]
            made = Webhook(SECRET).sign(headers["webhook-id"], _instant(stamp), body.decode())
            if made not in signature.split(" "):
                raise WebhookVerificationError("No matching signature found")
            return
        Webhook(SECRET).verify(body, headers)
        if self.faults.seconds_of_patience is not None:
            age = abs(time.time() - int(headers["webhook-timestamp"]))
            if age > self.faults.seconds_of_patience:
                raise WebhookVerificationError("too old")

    def _refused(self, kci: dict[str, Any]) -> int | None:
        details = kci.get("details", {})
        if self.faults.refuses_old_facts and not kci["timestamp"].startswith(f"{datetime.now(UTC):%Y-%m-%d}"):
            return 400
        if self.faults.closed_list_of_codes and (
            kci.get("reasonCode") not in {*Reason, "CHANGE_OF_CP"}
            or details.get("problemCode", "OTHER") not in PROBLEM_CODES
        ):
            return 400
        if self.faults.closed_list_of_fields and not kci.keys() <= KNOWN_FIELDS | {"serviceId"}:
            return 400
        if self.faults.knows_no_ceases and kci.get("eventType") == "UNSOLICITED_CEASE":
            return 404
        return None

    def _keep(self, kci: dict[str, Any], identity: str) -> int:
        number, entity = kci["sequenceNumber"], kci.get("entity", kci)
        order = self.orders.setdefault(kci.get("orderId") or entity["id"], Order())
        if identity in self.ids and not self.faults.acts_twice:
            return 500 if self.faults.crashes_on_duplicates else self.faults.status
        if self.faults.closes_orders_that_ended and order.status == "COMPLETED":
            return 422
        if self.faults.wants_numbers_to_grow and number < order.sequence:
            return 409
        if self.faults.one_counter_for_all_orders and number < self.last:
            return 409
        self.last = number
        self.ids.add(identity)
        order.seen += 1
        if number > order.sequence or self.faults.lets_late_ones_win:
            order.sequence, order.status = max(number, order.sequence), entity["status"]
        return self.faults.status

    async def believed(self, request: web.Request) -> web.Response:
        asked: dict[str, list[int]] = orjson.loads(await request.read())
        known = {str(one): vars(self.orders[one]) for one in asked["orders"] if one in self.orders}
        return web.json_response(known)


def _instant(stamp: str) -> datetime:
    return datetime.fromtimestamp(int(stamp), UTC)


@asynccontextmanager
async def receiving(faults: Faults | None = None) -> AsyncGenerator[Isp]:
    isp = Isp(faults or Faults())
    app = web.Application(client_max_size=2**22)
    app.router.add_post("/kcis", isp.answer)
    app.router.add_post("/echo", isp.believed)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    isp.url = f"http://{host}:{port}/kcis"
    try:
        yield isp
    finally:
        await runner.cleanup()
