"""The part of T13 that runs in a network namespace of its own: `python -m proof.t13_inside`, started by `t13`.

Its only device is the loopback, to which every address of the world is local. So the gateway can call anybody,
everybody answers, and nothing leaves.
"""

import asyncio
import ctypes
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from proof import traffic
from proof.caller import UPDATES, Caller, Wire
from proof.certificates import authority, issue
from proof.ground import Gateway
from proof.look import rows
from proof.model import Findings
from proof.t13_corpus import GOOD, ZONE, Case, corpus, is_blocked
from proof.t13_names import NameServer
from proof.t13_traps import Sniffer, trapped
from proof.town import SUPPLIER, credentials

REACHED: Final = "packets to an address that may not be called"
CONTROL: Final = "calls to a public address that did not arrive"
DOOR: Final = "8.8.4.4"
NAMES: Final = "9.9.9.9"
MANAGE: Final = "/manage/v1/endpoints"
NO_WORLD: Final = 2
"""What this program ends with where it may not make one."""

AT_A_TIME: Final = 18
"""Endpoints of a tenant, which may have 20."""

PATIENCE: Final = 60.0
_ROUTES: Final = (
    ("ip", "link", "set", "lo", "up"),
    ("ip", "route", "add", "local", "default", "dev", "lo"),
    ("ip", "-6", "route", "add", "local", "default", "dev", "lo"),
)
_BIND: Final = 4096
_RESOLVER: Final = "/etc/resolv.conf"
_SAVE: Final = "update endpoints set url = $1 where endpoint_id = $2"
_TRIED: Final = """
select count(distinct endpoint_id) as tried from delivery_attempts where endpoint_id = any($1::uuid[])
"""


@dataclass
class Inside:
    """One tenant's endpoints, batch after batch."""

    gateway: Gateway
    tenant: str
    caller: Caller
    network: Caller
    findings: Findings
    order: int = 0
    made: list[str] = field(default_factory=list[str])

    async def lead(self, cases: Sequence[Case]) -> None:
        """Every way there is to make the gateway call these URLs."""
        for case in cases:
            await self._endpoint(case)
        for case in cases:
            await self._token_url(case)
        await self._deliver()
        for one in self.made:
            await self.caller.insist("DELETE", f"{MANAGE}/{one}")
        self.made.clear()

    async def _endpoint(self, case: Case) -> None:
        """Registered where that is allowed, else put there as if it had been; then pinged and verified."""
        got = await self.caller.insist("POST", MANAGE, _asked(case.url))
        if got.status == 201:
            self.findings.done["URLs that could be saved"] += 1
            self.made.append(got.body["id"])
        else:
            self.findings.done["URLs refused when saved"] += 1
            got = await self.caller.insist("POST", MANAGE, _asked(f"https://{GOOD}/kcis"))
            self.made.append(got.body["id"])
            await rows(self.gateway, _SAVE, case.url, UUID(self.made[-1]))
        for act in ("ping", "verify"):
            self.findings.done[f"calls by {act}"] += 1
            await self.caller.insist("POST", f"{MANAGE}/{self.made[-1]}/{act}")

    async def _token_url(self, case: Case) -> None:
        auth = {"type": "OAUTH2", "tokenUrl": case.url, "clientId": "gateway", "clientSecret": "0123456789"}
        got = await self.caller.insist("POST", MANAGE, {**_asked(f"https://{GOOD}/kcis"), "auth": auth})
        if got.status != 201:
            self.findings.done["token URLs refused when saved"] += 1
            return
        self.findings.done["calls of token URLs"] += 1
        await self.caller.insist("POST", f"{MANAGE}/{got.body['id']}/ping")
        await self.caller.insist("DELETE", f"{MANAGE}/{got.body['id']}")

    async def _deliver(self) -> None:
        """A KCI for every endpoint, until each has been tried."""
        self.order += 1
        await self.caller.insist("POST", "service-orders", traffic.order(self.order, self.tenant))
        reason, status = traffic.REASONS[0]
        said = traffic.update(str(uuid4()), self.order, self.tenant, 1, reason=reason, status=status)
        await self.network.insist("POST", UPDATES, said)
        wanted = [UUID(one) for one in self.made]
        async with asyncio.timeout(PATIENCE):
            while (await rows(self.gateway, _TRIED, wanted))[0]["tried"] < len(wanted):
                await asyncio.sleep(0.05)
        self.findings.done["calls by delivery"] += len(wanted)


def _asked(url: str) -> dict[str, Any]:
    return {"url": url, "rendering": "wholesale-webhook"}


def seclude(folder: Path) -> None:
    """Make this namespace's own world. Raises OSError, or CalledProcessError, where that is not possible."""
    for words in _ROUTES:
        subprocess.run(words, check=True, capture_output=True)
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {NAMES}\noptions timeout:1 attempts:1\n")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(os.fsencode(resolver), os.fsencode(_RESOLVER), None, _BIND, None):
        raise OSError(ctypes.get_errno(), "the name server could not be set")


@asynccontextmanager
async def _world(folder: Path) -> AsyncGenerator[tuple[Sniffer, str]]:
    """Names, traps and whoever counts the packets; and the authority that the gateway has to trust."""
    signer = authority(folder)
    mine = issue(folder, "trap", signer, host=f"*.{ZONE}")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(mine.certificate, mine.key)
    loop = asyncio.get_running_loop()
    names, _ = await loop.create_datagram_endpoint(lambda: NameServer(corpus().names), (NAMES, 53))
    sniffer = Sniffer()
    async with trapped(tls):
        sniffer.start()
        yield sniffer, str(signer.file)
    names.close()


async def run(gateway: Gateway, folder: Path, figures: dict[str, Any]) -> Findings:
    findings = Findings()
    findings.looked_at(REACHED, CONTROL)
    cases = corpus().cases[:: figures["every"]]
    async with _world(folder) as (sniffer, trusted), Wire() as wire:
        gateway.settings = {**gateway.settings, "FIBREGATE_DATABASE_URL": gateway.runtime, "SSL_CERT_FILE": trusted}
        door = await gateway.process("web", "web", "--host", DOOR, "--port", "0").start()
        await gateway.process("work", "work", says_ready=False).start()
        ways = credentials(gateway)
        network = Caller(wire, lambda: door.url, ways.pop(SUPPLIER), is_tenant=False)
        lanes = [
            Inside(gateway, code, Caller(wire, lambda: door.url, who), network, findings) for code, who in ways.items()
        ]
        await _control(lanes[0], findings)
        batches = iter([cases[n : n + AT_A_TIME] for n in range(0, len(cases), AT_A_TIME)])
        await asyncio.gather(*(_all(lane, batches) for lane in lanes))
        await _control(lanes[0], findings)
        await gateway.stop()
    blocked = [one for one in sniffer.seen if is_blocked(one.address)]
    for one in blocked:
        findings.broke(REACHED, f"{one.protocol} to {one.address} port {one.port}: {_leading_to(one.address, cases)}")
    findings.done["URLs"] = len(cases)
    findings.done["connections to public addresses"] = len(sniffer.seen) - len(blocked)
    return findings


async def _all(lane: Inside, batches: Any) -> None:
    for batch in batches:
        await lane.lead(batch)


async def _control(lane: Inside, findings: Findings) -> None:
    """What may be called is called, so silence elsewhere means something."""
    got = await lane.caller.insist("POST", MANAGE, _asked(f"https://{GOOD}/kcis"))
    pinged = await lane.caller.insist("POST", f"{MANAGE}/{got.body['id']}/ping")
    await lane.caller.insist("DELETE", f"{MANAGE}/{got.body['id']}")
    findings.done["calls to a public address"] += 1
    if not pinged.body["delivered"]:
        findings.broke(CONTROL, f"{pinged.raw!r}")


def _leading_to(address: str, cases: Sequence[Case]) -> str:
    return ", ".join([one.url for one in cases if one.target == address][:5])


def main(words: Sequence[str]) -> int:
    asked: dict[str, Any] = orjson.loads(words[0])
    folder, answer = Path(asked["folder"]), Path(asked["answer"])
    gateway = Gateway(Path(asked["gateway"]), Path(asked["source"]), asked["settings"])
    try:
        seclude(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no world of its own: {error}", file=sys.stderr)
        return NO_WORLD
    found = asyncio.run(run(gateway, folder, asked["figures"]))
    said = {"done": found.done, "wrong": found.wrong, "examples": found.examples, "notes": found.notes}
    answer.write_bytes(orjson.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
