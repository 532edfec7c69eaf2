"""Who calls for T17's machines: one request after the other on one connection; and who hears: it takes everything."""

import base64
import http.client
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

WHOLESALE: Final = "/WholesaleGateway/v1.0/gateway/"
TENANT: Final = "/v1/"
TOKEN: Final = "/IdentityModule/v1.0/oauth/token"  # noqa: S105 - a path
RENEW_SECONDS: Final = 1800.0
SECONDS: Final = 120.0


class Unanswered(Exception):
    """The gateway gave no answer, or one that nobody can go on with."""


@dataclass(frozen=True)
class Answer:
    status: int
    raw: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw) if self.raw else {}


@dataclass
class Client:
    """`ways` are id and secret by code. `asked` counts requests."""

    url: str
    ways: Mapping[str, tuple[str, str]]
    asked: int = 0
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    _connection: http.client.HTTPConnection | None = None

    def ask(self, who: str, method: str, path: str, body: object = None, **more: str) -> Answer:
        """One request; `more` are headers, with _ for -."""
        self.asked += 1
        headers = {
            "Authorization": f"Bearer {self._token(who)}",
            "X-Request-ID": f"model-{self.asked}",
            "X-Conversation-ID": "model",
            "Tenant": who,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._insist(method, path, headers, None if body is None else orjson.dumps(body))

    def _token(self, who: str) -> str:
        kept, until = self._tokens.get(who, ("", 0.0))
        if time.monotonic() < until:
            return kept
        basic = base64.b64encode(":".join(self.ways[who]).encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        got = self._insist("POST", TOKEN, headers, b"grant_type=client_credentials")
        if got.status != 200:
            raise Unanswered(f"no token for {who}: {got.status} {got.raw[:300]!r}")
        token = str(got.body["access_token"])
        self._tokens[who] = token, time.monotonic() + RENEW_SECONDS
        return token

    def _insist(self, method: str, path: str, headers: Mapping[str, str], raw: bytes | None) -> Answer:
        """While nothing can be accepted, the same again: nothing was done."""
        until = time.monotonic() + SECONDS
        while True:
            got = self._send(method, path, headers, raw)
            if got.status != 503 or time.monotonic() > until:
                return got
            time.sleep(0.2)

    def _send(self, method: str, path: str, headers: Mapping[str, str], raw: bytes | None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)
        try:
            self._connection.request(method, path, body=raw, headers=dict(headers))
            got = self._connection.getresponse()
            return Answer(got.status, got.read())
        except (http.client.HTTPException, OSError) as error:
            self._connection = None
            raise Unanswered(f"{method} {path}: {error!r}") from error


class Receiver:
    """Answers 200 to everything; `taken` is what came, by the path that it came to."""

    def __init__(self) -> None:
        self.taken: dict[str, list[dict[str, Any]]] = {}
        taken = self.taken

        class Hearing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"]))
                taken.setdefault(self.path, []).append(orjson.loads(said))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name above
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Hearing)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
