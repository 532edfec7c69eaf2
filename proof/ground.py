"""The gateway as its users have it: its own commands, run from any source tree, killed at will."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import asyncpg
import orjson

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src"
MASTER_KEY: Final = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
"""Of gateways that live for minutes, on this machine."""

SETTINGS: Final[Mapping[str, str]] = {
    "FIBREGATE_MASTER_KEY": MASTER_KEY,
    "FIBREGATE_WEBHOOK_ALLOW": '["127.0.0.0/8"]',
    "FIBREGATE_WEBHOOK_PORTS": "[]",
    "FIBREGATE_WEBHOOK_PLAIN_HTTP": "true",
    "FIBREGATE_HOLD_LIMIT": "0",
    "FIBREGATE_POOL_SIZE": "10",
    "FIBREGATE_WORKER_CONCURRENCY": "32",
}
LONGEST_FOLDER: Final = 70
START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 40.0
_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None)


class NotStarted(Exception):
    """A process of the gateway ended, or said nothing, before it was ready; the message holds the end of its log."""


def _end_with_us() -> None:
    """In the child: what a killed proof leaves behind is killed by the kernel."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def environment(source: Path, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIBREGATE_", "PG"))}
    return {**kept, **settings, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass
class Process:
    """One program: started, killed and started again. Its words never change, so a free port is chosen once."""

    name: str
    words: list[str]
    log: Path
    environment: Mapping[str, str]
    says_ready: bool = True
    url: str = ""
    began: float = 0.0
    """When it was last started, by the monotonic clock."""

    _running: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        return self._running.pid if self._running else 0

    @property
    def lives(self) -> bool:
        return self._running is not None and self._running.returncode is None

    async def start(self) -> Self:
        """Until it says that it is ready, where it does; raises `NotStarted`."""
        self.began = time.monotonic()
        with self.log.open("ab") as said:
            self._running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.words),
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=said,
                cwd=self.log.parent,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )
        if self.says_ready:
            await self._wait_until_ready()
        return self

    async def _wait_until_ready(self) -> None:
        out = self._running.stdout if self._running else None
        line = b""
        try:
            async with asyncio.timeout(START_SECONDS):
                while out is not None and (line := await out.readline()) and not line.startswith(b"ready "):
                    pass
        except TimeoutError:
            line = b""
        if not line:
            await self.kill()
            raise NotStarted(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
        self.url = line.decode().split()[1]
        self.words = [self.url.rpartition(":")[2] if word == "0" else word for word in self.words]

    async def kill(self) -> None:
        """`kill -9`; returns when it is gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Politely, by force where that takes too long; its exit code."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self._end(signal.SIGTERM)
        except TimeoutError:
            return await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> int:
        if self._running is None:
            return 0
        if self._running.returncode is None:
            self._running.send_signal(how)
        return await self._running.wait()


@dataclass
class Gateway:
    """The processes of one gateway on one data folder, whose embedded database the first of them supervises.

    `source` holds the package `fibregate`. Either `sandbox` or `serve` comes first; `web` and `work` then run beside
    `serve` on its database, each to be killed alone. The folder's path has to be short, for the database's socket.
    """

    folder: Path
    source: Path = SOURCE
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    running: list[Process] = field(default_factory=list[Process])

    def __post_init__(self) -> None:
        if len(str(self.folder)) > LONGEST_FOLDER:
            raise ValueError(f"{self.folder} is too long a path; take one of at most {LONGEST_FOLDER} characters")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.source, {**SETTINGS, **self.settings})

    def process(self, name: str, *words: str, says_ready: bool = True, **settings: str) -> Process:
        """One that is not started yet; `stop` ends it with the others. `settings` are its own environment."""
        made = Process(
            name=name,
            words=["fibregate", *words],
            log=self.folder / f"{name}.log",
            environment={**self.environment, **settings},
            says_ready=says_ready,
        )
        self.running.append(made)
        return made

    async def sandbox(self, *words: str) -> Process:
        """All in one process, with a clock to be moved and stories; `card` then holds who may come in."""
        return await self.process("sandbox", "sandbox", "--port", "0", "--data", str(self.data), *words).start()

    async def serve(self) -> Process:
        """The database's supervisor, with a web side and a worker of its own."""
        return await self.process("serve", "serve", "--port", "0", "--data", str(self.data)).start()

    async def web(self, name: str = "web") -> Process:
        return await self.process(name, "web", "--port", "0", FIBREGATE_DATABASE_URL=self.runtime).start()

    async def work(self, name: str = "work") -> Process:
        """Started; it takes its first lane a moment later."""
        return await self.process(name, "work", says_ready=False, FIBREGATE_DATABASE_URL=self.runtime).start()

    async def cli(self, *words: str) -> str:
        """What a command of the operator printed; it works beside the running service. Raises `NotStarted`."""
        ran = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fibregate", *words, "--data", str(self.data)),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_end_with_us,
        )
        said, complaint = await ran.communicate()
        if ran.returncode:
            raise NotStarted(f"fibregate {' '.join(words)}: {complaint.decode(errors='replace')[-2000:]}")
        return said.decode()

    async def cli_rounds(self, *rounds: Sequence[Sequence[str]]) -> list[list[str]]:
        """What many of them printed, round after round; those of a round run at the same time. Raises `NotStarted`."""
        there = ["--data", str(self.data)]
        asked = [[[*words, *there] for words in commands] for commands in rounds]
        ran = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "proof.clerk", str(self.folder)),
            env={**self.environment, "PYTHONPATH": os.pathsep.join([str(self.source), str(ROOT)])},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_end_with_us,
        )
        said, complaint = await ran.communicate(orjson.dumps(asked))
        if ran.returncode:
            raise NotStarted(complaint.decode(errors="replace")[-3000:])
        return orjson.loads(said)

    async def stop(self) -> None:
        """The supervisor of the database last."""
        for one in reversed(self.running):
            await one.stop()
        self.running.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def card(self) -> dict[str, Any]:
        """A sandbox's `sandbox.json`."""
        return orjson.loads((self.data / "sandbox.json").read_bytes())

    @property
    def runtime(self) -> str:
        """The service's own way into the embedded database."""
        return self._dsn("fibregate_runtime")

    @property
    def owner(self) -> str:
        return self._dsn("fibregate_owner")

    @property
    def superuser(self) -> str:
        return self._dsn("postgres")

    def _dsn(self, user: str) -> str:
        password = (self.data / f"{user}.password").read_text().strip()
        where = quote(str(self.data / "postgres"), safe="/")
        return f"postgresql://{user}:{quote(password)}@/fibregate?host={where}&port=5432"

    @property
    def postmaster(self) -> int:
        """The database's first process; 0 while there is none."""
        try:
            return int((self.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    async def kill_postgres(self) -> int:
        """`kill -9` of the postmaster, once it answers; returns when it is gone. Its supervisor starts another."""
        await self.postgres_answers()
        victim = self.postmaster
        os.kill(victim, signal.SIGKILL)
        await until(lambda: not Path(f"/proc/{victim}").exists(), 30, "the end of the postmaster")
        return victim

    async def postgres_answers(self, patience: float = 60.0) -> None:
        """Waits until the database takes connections."""
        async with asyncio.timeout(patience):
            while True:
                try:
                    connection = await asyncpg.connect(self.superuser, timeout=5)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                    await asyncio.sleep(0.05)
                    continue
                await connection.close()
                return


async def until(condition: Callable[[], bool], patience: float, what: str) -> None:
    """Waits for it; raises `TimeoutError` naming `what`."""
    try:
        async with asyncio.timeout(patience):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise TimeoutError(f"{what}: not within {patience:g} s") from error
