"""What a tenant verifies webhooks with: Standard Webhooks' own libraries, in Python and on node, and svix."""

import asyncio
import base64
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Self

import orjson
import standardwebhooks
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NODE_SECONDS: Final = 120.0
PACKAGE: Final = "standardwebhooks"
_SCRIPT: Final = Path(__file__).with_name("verify.cjs")


@dataclass(frozen=True, eq=False)
class Case:
    """One delivery, one secret and the body to verify: the delivery's own, or one that was tampered with."""

    record: Mapping[str, Any]
    secret: str
    body: str

    def __str__(self) -> str:
        return f"{self.record['path']} order {self.record['order']} number {self.record['number']}"


Refuses = Callable[[Sequence[Case]], Awaitable[list[tuple[Case, str]]]]
"""Those that the library rejects, with what it said."""


async def _standardwebhooks(cases: Sequence[Case]) -> list[tuple[Case, str]]:
    return [(case, why) for case in cases if (why := _refused(standardwebhooks.Webhook(case.secret), case))]


async def _svix(cases: Sequence[Case]) -> list[tuple[Case, str]]:
    return [(case, why) for case in cases if (why := _refused(svix.webhooks.Webhook(case.secret), case))]


def _refused(library: Any, case: Case) -> str:
    try:
        library.verify(case.body, dict(case.record["headers"]))
    except standardwebhooks.WebhookVerificationError as error:
        return str(error) or "rejected"
    return ""


PYTHON: Final[tuple[tuple[str, Refuses], ...]] = (
    ("standardwebhooks (Python)", _standardwebhooks),
    ("svix (Python)", _svix),
)


@dataclass
class Node:
    """The reference library for node, where it can be had; `notes` say aloud when it cannot."""

    folder: Path
    notes: list[str] = field(default_factory=list[str])
    libraries: list[tuple[str, Refuses]] = field(default_factory=list[tuple[str, Refuses]])

    @classmethod
    async def found(cls, folder: Path, *, may_install: bool) -> Self:
        """Installs the package in the folder if it is not there yet and that is allowed."""
        here = cls(folder)
        if shutil.which("node") is None:
            here.notes.append("SKIPPED: there is no node here, so its reference library verified nothing")
        elif not await here._has_package() and not (may_install and await here._install()):
            why = "could not be installed" if may_install else "is not installed, and tests install nothing"
            here.notes.append(f"SKIPPED: the npm package {PACKAGE} {why}")
        else:
            here.libraries.append(("standardwebhooks (node)", here.refuses))
        return here

    async def _has_package(self) -> bool:
        return (await self._run(["node", "-e", f"require.resolve('{PACKAGE}')"]))[0] == 0

    async def _install(self) -> bool:
        if shutil.which("npm") is None:
            return False
        words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(self.folder), PACKAGE]
        return (await self._run(words))[0] == 0 and await self._has_package()

    async def refuses(self, cases: Sequence[Case]) -> list[tuple[Case, str]]:
        lines = b"".join(
            orjson.dumps(
                {"secret": case.secret, "headers": case.record["headers"], "body": case.body},
                option=orjson.OPT_APPEND_NEWLINE,
            )
            for case in cases
        )
        code, said = await self._run(["node", str(_SCRIPT)], lines)
        answers = [orjson.loads(line) for line in said.splitlines()]
        if code or len(answers) != len(cases):
            raise RuntimeError(f"node ended with {code} after {len(answers)} of {len(cases)} answers")
        return [(case, why) for case, why in zip(cases, answers, strict=True) if why]

    async def _run(self, words: Sequence[str], given: bytes = b"") -> tuple[int, bytes]:
        ran = await asyncio.create_subprocess_exec(
            *words,
            cwd=self.folder,
            env=None,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(NODE_SECONDS):
                said, _ = await ran.communicate(given)
        except TimeoutError:
            ran.kill()
            await ran.wait()
            return -1, b""
        return ran.returncode or 0, said


def versions() -> list[str]:
    """Which releases of the Python libraries verified."""
    return [f"{name} {metadata.version(name)}" for name in ("standardwebhooks", "svix")]


def raw_key(key: Mapping[str, str]) -> bytes:
    """The 32 bytes of an Ed25519 JSON Web Key."""
    return base64.urlsafe_b64decode(key["x"] + "==")


def asymmetric(record: Mapping[str, Any]) -> list[bytes]:
    """The `v1a` signatures of a delivery."""
    signatures = record["headers"]["webhook-signature"].split(" ")
    return [base64.b64decode(one.removeprefix("v1a,")) for one in signatures if one.startswith("v1a,")]


def is_of(signature: bytes, record: Mapping[str, Any], keys: Sequence[bytes]) -> bool:
    """Whether one of the keys made this signature of what the delivery says."""
    headers = record["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{record['body']}".encode()
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
        except InvalidSignature:
            continue
        return True
    return False
