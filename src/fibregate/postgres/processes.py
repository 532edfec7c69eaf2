"""Who is alive in a folder, and running programs as the user that owns it."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fibregate.postgres.failure import PostgresFailed

LINUX = sys.platform == "linux"
HERE = "/proc/self/cwd"
"""On Linux the way to a working folder that the process could not walk to: under root's 0700 home, say."""

# Dead to the world but not yet collected by their parent: they hold nothing.
GONE = "ZX"


@dataclass(frozen=True)
class User:
    """Whom the server runs as."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


def server_user(cluster: Path, preferred: str) -> User:
    """The owner of the cluster if there is one; else us, but never root, which PostgreSQL refuses to run as."""
    if cluster.exists():
        owner = cluster.stat()
        if owner.st_uid != os.geteuid() and os.geteuid() != 0:
            msg = f"{cluster} belongs to user id {owner.st_uid}. Run as that user or as root, or choose another --data."
            raise PostgresFailed(msg)
        if owner.st_uid != 0:
            return User(owner.st_uid, owner.st_gid)
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(preferred)
    except KeyError:
        msg = f"PostgreSQL does not run as root, and there is no user '{preferred}' to run it as. Create it."
        raise PostgresFailed(msg) from None
    return User(entry.pw_uid, entry.pw_gid)


def spawn(
    program: Sequence[str], user: User, cwd: Path, *, death_signal: int = signal.SIGINT, **streams: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program as `user` in `cwd`, which ends when we do.

    The kernel sends the death signal when the *thread* that forked ends, so only the main thread may do this.
    """
    if threading.current_thread() is not threading.main_thread():
        msg = "PostgreSQL must be started from the main thread: it would end with the thread that started it"
        raise RuntimeError(msg)
    return _launch(program, user, cwd, death_signal, pass_fds=(), streams=streams)


def run(program: Sequence[str], user: User, cwd: Path, *, pass_fds: Sequence[int] = ()) -> tuple[int, str]:
    """Run a program as `user` in `cwd` to its end: exit code and everything it said."""
    streams: dict[str, int | IO[bytes]] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    child = _launch(program, user, cwd, signal.SIGTERM, pass_fds=pass_fds, streams=streams)
    said, _ = child.communicate()
    return child.returncode, said.decode(errors="replace").strip()


def _launch(
    program: Sequence[str],
    user: User,
    cwd: Path,
    death_signal: int,
    *,
    pass_fds: Sequence[int],
    streams: Mapping[str, int | IO[bytes]],
) -> subprocess.Popen[bytes]:
    uid, gid = (-1, -1) if user.is_us else (user.uid, user.gid)
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    numbers = [str(number) for number in (uid, gid, os.getpid(), int(death_signal))]
    return subprocess.Popen(  # noqa: S603 - our own script and binaries, no shell
        [*launcher, *numbers, *program],
        cwd=cwd,
        env=_environment(),
        pass_fds=pass_fds,
        stdin=subprocess.DEVNULL,
        stdout=streams.get("stdout"),
        stderr=streams.get("stderr"),
    )


def _environment() -> dict[str, str]:
    """Nothing of ours but what loading a program may need; above all no PG… variable of some other database."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def live_in(folder: Path, user: User) -> list[int]:
    """The live processes whose working folder this is: postmaster and backends of a cluster all are in it.

    Asked twice: as ourselves and with the file rights of the server's user, because root in a container without
    CAP_SYS_PTRACE is refused a look at other users' processes.
    """
    try:
        want = folder.stat()
    except FileNotFoundError:
        return []
    found = _live_in(want)
    if LINUX and not user.is_us:
        with _file_rights_of(user):
            found |= _live_in(want)
    return sorted(found)


def _live_in(want: os.stat_result) -> set[int]:
    found: set[int] = set()
    for entry in os.scandir("/proc") if LINUX else ():
        try:
            there = os.stat(f"{entry.path}/cwd") if entry.name.isdigit() else None  # noqa: PTH116 - hot loop
            if there and os.path.samestat(there, want) and _state(entry.name) not in GONE:
                found.add(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or not ours to look at
    return found


def _state(pid: str) -> str:
    # The name of the program stands in brackets and may hold anything, brackets and blanks included.
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]


@contextmanager
def _file_rights_of(user: User) -> Generator[None]:
    """This thread's file-system ids only; the kernel judges a look into /proc by them."""
    libc = ctypes.CDLL(None)
    libc.setfsgid(user.gid)
    libc.setfsuid(user.uid)
    try:
        yield
    finally:
        libc.setfsuid(os.geteuid())
        libc.setfsgid(os.getegid())


def end_all_in(folder: Path, user: User, patience: float = 10.0) -> None:
    """End whoever lives in the folder: politely, half-way less so, at last by force; return when nobody does."""
    began = time.monotonic()
    sent: set[tuple[int, int]] = set()
    while alive := live_in(folder, user):
        waited = time.monotonic() - began
        if waited > patience + 10:
            msg = f"Processes {alive} live in {folder} and cannot be ended. End them, then start again."
            raise PostgresFailed(msg)
        how = signal.SIGINT if waited < patience / 2 else signal.SIGQUIT if waited < patience else signal.SIGKILL
        for pid in alive:
            if (pid, how) not in sent:
                sent.add((pid, how))
                _send(pid, how)
        time.sleep(0.02)


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
    except PermissionError as error:
        msg = f"Process {pid} of another user lives in the data folder. Run as that user or as root."
        raise PostgresFailed(msg) from error
