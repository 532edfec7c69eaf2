"""Lives of secrets, keys, clients and tenants: what ends, ends within two seconds, and what goes on, goes on."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from proof.caller import TOKEN, UPDATES, WHOLESALE, Answer, Wire
from proof.ground import Gateway, Process
from proof.look import rows
from proof.model import Findings
from proof.t14_keys import parts
from proof.town import FIRST_UPRN

LATE: Final = "tokens that still open something 2 s after they were ended"
SECRETS: Final = "tokens given for a wrong or an ended secret"
SCOPES: Final = "doors that a token opens without being for them"
REFUSED: Final = "right tokens and secrets that were refused"
INVARIANTS: Final = (LATE, SECRETS, SCOPES, REFUSED)
MOST: Final = 2.0
PATIENCE: Final = 6.0
QUERY: Final = f"address=%7B%22id%22%3A%22{FIRST_UPRN}%22%2C%22type%22%3A%22UPRN%22%7D"
DOORS: Final[Mapping[str, tuple[str, str]]] = {
    "gateway": ("GET", f"{WHOLESALE}/service-availability?{QUERY}"),
    "manage": ("GET", "/manage/v1/endpoints"),
    "updates": ("POST", UPDATES),
}
"""For each scope something that a token with it opens; an empty update is refused only after the token was taken."""


@dataclass(frozen=True)
class Way:
    """A client, one of its scopes, and its tenant; a supplier's has none."""

    client_id: str
    secret: str
    scope: str
    tenant: str


_END_KEY: Final = "update signing_keys set verifies_until = now() where kid = $1"


@dataclass
class Lives:
    """`doors` are processes that share nothing but the database."""

    gateway: Gateway
    wire: Wire
    doors: Sequence[Process]
    findings: Findings

    async def opens(self, token: str, scope: str, tenant: str, *, door: int = 0) -> Answer:
        method, path = DOORS[scope]
        headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "T14", "X-Conversation-ID": "T14"}
        headers |= {"Tenant": tenant} if tenant else {}
        raw = b"{}" if method == "POST" else None
        headers |= {"Content-Type": "application/json"} if raw else {}
        return await self.wire.send(method, self.doors[door].url + path, headers, raw)

    async def token(self, way: Way, secret: str | None = None, scope: str = "") -> Answer:
        form = f"grant_type=client_credentials{f'&scope={scope}' if scope else ''}"
        headers = {
            "Authorization": _basic(way.client_id, way.secret if secret is None else secret),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self.wire.send("POST", self.doors[0].url + TOKEN, headers, form.encode())

    async def right(self, way: Way, what: str, *, secret: str | None = None, scope: str = "") -> str:
        """A token that must be given."""
        got = await self.token(way, secret, scope)
        self.findings.done["secrets shown"] += 1
        if got.status != 200:
            self.findings.broke(REFUSED, f"{what}: {got.status} {got.raw[:200]!r}")
            return ""
        return str(got.body["access_token"])

    async def wrong(self, way: Way, secret: str, what: str) -> None:
        """A secret that must get none."""
        got = await self.token(way, secret)
        self.findings.done["secrets shown"] += 1
        if got.status == 200:
            self.findings.broke(SECRETS, what)

    async def lives(self, token: str, way: Way, what: str) -> None:
        for door in range(len(self.doors)):
            got = await self.opens(token, way.scope, way.tenant, door=door)
            if got.status in {401, 403}:
                self.findings.broke(REFUSED, f"{what}: {got.status} {got.raw[:200]!r}")

    async def ends(self, token: str, way: Way, act: Callable[[], Awaitable[object]], what: str) -> None:
        """It works at every process until the act, and two seconds after it at none."""
        await self.lives(token, way, f"before: {what}")
        await act()
        since = time.monotonic()
        last = await asyncio.gather(*(self._until_refused(token, way, door) for door in range(len(self.doors))))
        self.findings.done["tokens ended"] += 1
        for one in last:
            if one - since > MOST:
                self.findings.broke(LATE, f"{what}: it opened something {one - since:.1f} s later")

    async def _until_refused(self, token: str, way: Way, door: int) -> float:
        """When a request that it opened was last begun."""
        last, until = 0.0, time.monotonic() + PATIENCE
        while (began := time.monotonic()) < until:
            if (await self.opens(token, way.scope, way.tenant, door=door)).status in {401, 403}:
                return last
            last = began
            await asyncio.sleep(0.02)
        return last

    async def scopes(self, ways: Sequence[Way]) -> None:
        """Every token at every door that it is not for, and its tenant's name in another's mouth."""
        for way in ways:
            token = await self.right(way, f"{way.client_id} {way.scope}", scope=way.scope)
            for scope in DOORS:
                got = await self.opens(token, scope, way.tenant)
                self.findings.done["tokens tried at a door"] += 1
                if scope == way.scope and got.status in {401, 403}:
                    self.findings.broke(REFUSED, f"{way.scope} at {scope}: {got.status} {got.raw[:200]!r}")
                if scope != way.scope and got.status != 403:
                    self.findings.broke(SCOPES, f"{way.scope} at {scope}: {got.status} {got.raw[:200]!r}")
            if way.scope == "gateway":
                got = await self.opens(token, "gateway", "ISP2" if way.tenant == "ISP1" else "ISP1")
                if got.status != 401:
                    self.findings.broke(SCOPES, f"{way.tenant} as somebody else: {got.status} {got.raw[:200]!r}")

    async def wrong_secrets(self, one: Way, other: Way) -> None:
        swapped = one.secret.swapcase()
        for secret in (
            "",
            " ",
            one.secret[:-1],
            one.secret + "=",
            swapped,
            other.secret,
            one.client_id,
            "null",
            "\x00",
        ):
            await self.wrong(one, secret, f"{secret!r}")
        nobody = Way("client_0123456789abcdef", one.secret, one.scope, one.tenant)
        await self.wrong(nobody, one.secret, "a client that is not there")
        got = await self.token(one, scope="gateway updates operator")
        if got.status == 200:
            self.findings.broke(SCOPES, "a scope that the client has not was given")

    async def rotation(self, way: Way) -> Way:
        """Two secrets live side by side, a third ends the first; tokens go on till they are revoked."""
        first = await self.right(way, "the first secret")
        second = await self._rotated(way)
        for secret, which in ((way.secret, "first"), (second, "second")):
            await self.right(way, f"the {which} of two secrets", secret=secret)
        third = await self._rotated(way)
        for secret, which in ((second, "second"), (third, "third")):
            await self.right(way, f"the {which} of three secrets", secret=secret)
        await self.wrong(way, way.secret, "the first of three secrets")
        await self.lives(first, way, "a token of a secret that was rotated out")
        await self.ends(first, way, lambda: self._cli("credential", "revoke", way.client_id, "--older"), "--older")
        await self.wrong(way, second, "a secret that was revoked")
        await self.right(way, "the newest secret, after the older was revoked", secret=third)
        return Way(way.client_id, third, way.scope, way.tenant)

    async def switched_off(self, way: Way, *words: str) -> None:
        """A client or a tenant; what was given before stays dead when it is on again."""
        kind, name = words
        old = await self.right(way, "before it is disabled")
        await self.ends(old, way, lambda: self._cli(kind, "disable", name), f"{kind} disable")
        await self.wrong(way, way.secret, f"{kind} {name}, disabled")
        await self._cli(kind, "enable", name)
        await asyncio.sleep(MOST)
        for door in range(len(self.doors)):
            if (await self.opens(old, way.scope, way.tenant, door=door)).status not in {401, 403}:
                self.findings.broke(LATE, f"{kind} {name}: enabled again, and with it what was ended")
        await self.lives(await self.right(way, "enabled again"), way, "a new token after that")

    async def keys(self, way: Way) -> None:
        """A key that is replaced verifies on; one whose end has come, or that has leaked, does not."""
        old = await self.right(way, "the first key")
        await self._cli("signing-key", "rotate", "--now")
        await asyncio.sleep(MOST)
        await self.lives(old, way, "a token of the key before")
        new = await self.right(way, "the second key")
        await self.lives(new, way, "a token of the new key")
        await self.ends(old, way, lambda: rows(self.gateway, _END_KEY, kid(old)), "the end of a key")
        await self.ends(new, way, lambda: self._cli("signing-key", "rotate", "--drop-others"), "a key that has leaked")
        await self.lives(await self.right(way, "the third key"), way, "a token of the third key")

    async def operator(self) -> None:
        """An operator's token has no end but this one."""
        said = await self._cli("credential", "add", "--operator", "T14")
        token = next(word for word in said.split() if word.startswith("op_"))
        for bent in (token[:-1], token + "a", token.upper(), token.swapcase(), f"op_{token}", token[3:], "op_"):
            if (await self.opens(bent, "manage", "")).status != 401:
                self.findings.broke(SCOPES, "an operator's token that is none")
        before = (await self.opens(token, "manage", "")).status
        if before == 401:
            self.findings.broke(REFUSED, "an operator's token")
        await self._ends(token, lambda: self._cli("credential", "revoke", "T14", "--operator"))

    async def _ends(self, token: str, act: Callable[[], Awaitable[object]]) -> None:
        """It opens no tenant's door, so only 401 says that it has ended."""
        await act()
        since = time.monotonic()
        while (await self.opens(token, "manage", "")).status != 401:
            if time.monotonic() - since > MOST:
                self.findings.broke(LATE, "an operator's token")
                return
            await asyncio.sleep(0.02)
        self.findings.done["tokens ended"] += 1

    async def _rotated(self, way: Way) -> str:
        said = await self._cli("credential", "rotate", way.client_id)
        return next(line.partition(": ")[2] for line in said.splitlines() if line.startswith("secret: "))

    async def _cli(self, *words: str) -> str:
        return await self.gateway.cli(*words)


def _basic(client_id: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"


def kid(token: str) -> Any:
    """The key that a token names."""
    return parts(token)[0]["kid"]
