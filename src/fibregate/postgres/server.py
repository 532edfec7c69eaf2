"""`Embedded`, the one supervisor of a data folder's server, and `attach`, for commands beside it."""

import asyncio
import atexit
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from fibregate.postgres import binaries, cluster
from fibregate.postgres.cluster import Folder
from fibregate.postgres.failure import PostgresFailed
from fibregate.postgres.processes import HERE, LINUX, User, end_all_in, server_user, spawn

LOCK_PATIENCE = 0.5
START_PATIENCE = 120.0
STOP_PATIENCE = 30.0
LOG_LIMIT = 10 * 1024 * 1024
LONGEST_PAUSE = 30.0

log = structlog.stdlib.get_logger(__name__)


class Attached:
    """A server that another process supervises."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._folder = Folder(data)

    def superuser_dsn(self, database: str = "postgres") -> str:
        return self._folder.superuser_dsn(database)

    def dsn(self, user: str, database: str) -> str:
        """For a login whose password is `secret(user)`."""
        return self._folder.dsn(user, self.secret(user), database)

    def secret(self, name: str) -> str:
        """A random password that is kept with the cluster, in a file of mode 0600; made when first asked for."""
        return cluster.secret_in(self.data / f"{name}.password")


class Embedded(Attached):
    """The server of one data folder, from `start` to `stop`; it never outlives this process.

    `options` are settings of PostgreSQL that win over ours. As root the server runs as the owner of the cluster, or as
    `user` where there is none yet.
    """

    def __init__(
        self, data: Path, *, bin_dir: Path | None = None, options: Mapping[str, str] | None = None, user: str = "nobody"
    ) -> None:
        super().__init__(data)
        self._bin_dir = bin_dir
        self._options = {**cluster.SETTINGS, **(options or {})}
        self._preferred_user = user
        self._pid = os.getpid()
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._user = User(-1, -1)
        self._binaries = binaries.Binaries(Path(), 0)

    def start(self) -> None:
        """Serve the data folder, making it first if need be; blocks until it answers. Only from the main thread.

        Raises `PostgresFailed`, with nothing of ours left running, when it cannot.
        """
        if self._server is not None:
            return
        self._lock = _lock(self._folder)
        try:
            self._prepare()
            self._spawn()
            self._wait()
        except BaseException:
            self._end()
            raise
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server cleanly and let the folder go; nothing happens if it is not ours or already ended."""
        # A fork of ours inherits this object and our exit handlers, but not the server.
        if os.getpid() == self._pid:
            atexit.unregister(self.stop)
            self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def watch(self, every: float = 0.25) -> None:
        """Start the server again whenever it ends by itself; until cancelled. Only in the main thread."""
        pause = every
        while True:
            await asyncio.sleep(pause)
            server = self._server
            if server is None or server.poll() is None:
                pause = every
                continue
            log.error("postgres_died", exit_code=server.returncode, log=str(self._folder.log))
            try:
                await self._restart()
                log.warning("postgres_restarted")
            except (PostgresFailed, OSError) as error:
                pause = min(max(pause, every) * 2, LONGEST_PAUSE)
                log.exception("postgres_not_restarted", reason=str(error), again_in_seconds=pause)

    async def _restart(self) -> None:
        await asyncio.to_thread(cluster.clear, self._folder, self._user)
        if self._lock is None:
            return  # stopped meanwhile, and the folder may be somebody else's by now
        self._spawn()
        deadline = time.monotonic() + START_PATIENCE
        while not self._answers(deadline):
            await asyncio.sleep(0.02)

    def _prepare(self) -> None:
        folder = self._folder
        self._user = server_user(folder.cluster, self._preferred_user)
        self._binaries = binaries.find(self._bin_dir, self._user, folder.major())
        if not folder.cluster.exists():
            cluster.make(folder, self._binaries, self._user)
        cluster.judge(folder, self._binaries)
        if not LINUX:
            self._stop_orphan()
        cluster.clear(folder, self._user)

    def _stop_orphan(self) -> None:
        """Elsewhere than on Linux a server outlives a killed parent; we hold the lock, so it is nobody's."""
        if (self._folder.cluster / "postmaster.pid").exists():
            command = [str(self._binaries.folder / "pg_ctl"), "stop", "-m", "fast", "-D", str(self._folder.cluster)]
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own binaries, no shell

    def _spawn(self) -> None:
        place = HERE if LINUX else str(self._folder.cluster)
        settings = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._binaries.folder / "postgres"), "-D", place, *settings]
        cluster.short_way_to(self._folder.cluster)
        with _open_log(self._folder.log) as said:
            self._server = spawn(command, self._user, self._folder.cluster, stdout=said, stderr=said)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while not self._answers(deadline):
            time.sleep(0.01)

    def _answers(self, deadline: float) -> bool:
        """Whether the server takes connections, as `pg_ctl` finds out; raises if it has ended or takes too long."""
        server = self._server
        if server is None or server.poll() is not None:
            msg = f"PostgreSQL ended while starting. The end of {self._folder.log}:\n{_tail(self._folder.log)}"
            raise PostgresFailed(msg)
        if time.monotonic() > deadline:
            msg = f"PostgreSQL is not ready after {START_PATIENCE:.0f} s. See {self._folder.log}; then start again."
            raise PostgresFailed(msg)
        return _ready(self._folder, server.pid)

    def _end(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            _stop(server)
            end_all_in(self._folder.cluster, self._user)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def attach(data: Path, patience: float = 30.0) -> Attached | None:
    """The server that another process runs on this folder; None if no process does. Waits while it starts.

    Raises `PostgresFailed` when it is held for longer than `patience` seconds without a server that answers.
    """
    folder = Folder(data)
    deadline = time.monotonic() + patience
    while _is_locked(folder):
        if _ready(folder):
            return Attached(data)
        if time.monotonic() > deadline:
            msg = f"Another process holds {data}, but its PostgreSQL does not answer. See {folder.log}."
            raise PostgresFailed(msg)
        time.sleep(0.05)
    return None


def _lock(folder: Folder) -> IO[str]:
    """The exclusive right to the data folder, for as long as the file stays open; the kernel takes it back."""
    deadline = time.monotonic() + LOCK_PATIENCE
    try:
        folder.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.fdopen(os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        msg = f"{folder.data} cannot be used: {error}. Run as the user that it belongs to, or use another --data."
        raise PostgresFailed(msg) from error
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            # Tried a few times: a command that only looks (`attach`) holds it for a moment.
            if time.monotonic() > deadline:
                holder = lock.read().strip() or "unknown"
                lock.close()
                msg = f"{folder.data} is in use by another Fibregate (process {holder}). Stop it or use another --data."
                raise PostgresFailed(msg) from None
            time.sleep(0.05)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _is_locked(folder: Folder) -> bool:
    try:
        with folder.lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except PermissionError as error:
        msg = f"{folder.data} belongs to another user. Run as that user or as root."
        raise PostgresFailed(msg) from error
    return False


def _ready(folder: Folder, pid: int | None = None) -> bool:
    """The eighth line of the server's own file says whether it takes connections, the first whose word that is."""
    try:
        lines = (folder.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    status_line = 7
    return len(lines) > status_line and lines[status_line].strip() == "ready" and pid in {None, int(lines[0])}


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Sessions are ended and everything written out; force only if that takes too long, and recovery mends it."""
    for how, patience in ((signal.SIGINT, STOP_PATIENCE), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if server.poll() is None:
            server.send_signal(how)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _tail(path: Path, length: int = 1500) -> str:
    return path.read_text(errors="replace")[-length:].strip()
