"""Making a cluster, judging one that is there, and the way to its socket."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fibregate.postgres.binaries import Binaries
from fibregate.postgres.failure import PostgresFailed
from fibregate.postgres.processes import HERE, LINUX, User, end_all_in, run

SUPERUSER = "postgres"
PORT = 5432
# A socket's path ends at 107 bytes and `/.s.PGSQL.5432` is 14 of them; a few are left for the lock beside it.
LONGEST_SOCKET_FOLDER = 85
LEFT_BEHIND = ("postmaster.pid", f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock")
BUILTIN_LOCALES = 17

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "idle_in_transaction_session_timeout": "30s",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] ",
    "jit": "off",  # our statements take microseconds; compiling one takes milliseconds
}


@dataclass(frozen=True)
class Folder:
    """The places in a data folder that are the supervisor's."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def half_made(self) -> Path:
        return self.data / "postgres.new"

    @property
    def password_file(self) -> Path:
        return self.data / "postgres.password"

    @property
    def lock(self) -> Path:
        return self.data / "postgres.lock"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    def major(self) -> int | None:
        """Version of the cluster; None if there is none."""
        try:
            return int((self.cluster / "PG_VERSION").read_text().split(".")[0])
        except FileNotFoundError:
            return None

    def dsn(self, user: str, password: str, database: str) -> str:
        """For asyncpg and libpq alike; the port is named because PGPORT would count otherwise."""
        where = quote(str(short_way_to(self.cluster)), safe="/")
        return f"postgresql://{quote(user)}:{quote(password)}@/{quote(database)}?host={where}&port={PORT}"

    def superuser_dsn(self, database: str) -> str:
        return self.dsn(SUPERUSER, self.password_file.read_text().strip(), database)


def secret_in(path: Path) -> str:
    """The secret kept in a file of mode 0600; made if there is none."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        secret = secrets.token_urlsafe(32)
    half = path.with_name(f"{path.name}.{os.getpid()}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)  # a rename would replace what another process has just made
    except FileExistsError:
        return path.read_text().strip()
    finally:
        half.unlink()
    return secret


def make(folder: Folder, binaries: Binaries, user: User) -> None:
    """A cluster in the data folder, whole or not at all."""
    half = folder.half_made
    if half.exists():
        end_all_in(half, user)
        shutil.rmtree(half)
    half.mkdir(mode=0o700)
    if not user.is_us:
        os.chown(half, user.uid, user.gid)
    _initdb(half, binaries, user, secret_in(folder.password_file))
    half.rename(folder.cluster)
    sync(folder.data)


def _initdb(half: Path, binaries: Binaries, user: User, password: str) -> None:
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if binaries.major < BUILTIN_LOCALES:
        locale = ["--locale=C.UTF-8"]
    # Through a pipe, so that the password lies in no file of the server's user.
    reader, writer = os.pipe()
    try:
        if not user.is_us:
            os.fchown(reader, user.uid, user.gid)
        os.write(writer, f"{password}\n".encode())
        os.close(writer)
        settled = [f"--pwfile=/dev/fd/{reader}", "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        command = [str(binaries.folder / "initdb"), "-D", HERE if LINUX else str(half), "-U", SUPERUSER]
        code, said = run([*command, *settled, *locale], user, half, pass_fds=[reader])
    finally:
        os.close(reader)
    if code != 0:
        msg = f"PostgreSQL could not make a cluster in {half.parent} as user id {user.uid}: {said[-1500:]}"
        if "could not look up effective user" in said:
            msg += f"\nGive user id {user.uid} a name in /etc/passwd, or use a database elsewhere with --database."
        raise PostgresFailed(msg)


def judge(folder: Folder, binaries: Binaries) -> None:
    """Raise if the cluster is not one that these binaries and our password can serve."""
    major = folder.major()
    if major is None:
        msg = f"{folder.cluster} is not a PostgreSQL cluster. Move it away, or choose another --data."
        raise PostgresFailed(msg)
    if major != binaries.major:
        msg = (
            f"{folder.cluster} was made by PostgreSQL {major}, and {binaries.folder} holds {binaries.major}. "
            f"Name a bin folder of PostgreSQL {major}; or dump with that, move {folder.cluster} away, start, and "
            "load the dump."
        )
        raise PostgresFailed(msg)
    if not folder.password_file.exists():
        msg = f"{folder.password_file} is missing, and nobody can log in without it. Restore it from a backup."
        raise PostgresFailed(msg)


def clear(folder: Folder, user: User) -> None:
    """End what a former life left running and remove its marks; only for the holder of the lock.

    The marks name process ids, and a zombie or a recycled id would keep PostgreSQL from starting. They are not removed
    on their word: an orphaned backend may still write, so first nobody may live in the cluster.
    """
    end_all_in(folder.cluster, user)
    for name in LEFT_BEHIND if LINUX else ():
        (folder.cluster / name).unlink(missing_ok=True)


def short_way_to(cluster: Path) -> Path:
    """The cluster's folder, or a link to it where its path is too long for a socket or holds what a DSN cannot."""
    path = Path(os.path.abspath(cluster))  # noqa: PTH100 - resolve() would fail below folders we cannot read
    if len(os.fsencode(path)) <= LONGEST_SOCKET_FOLDER and "," not in str(path):
        return path
    home = Path(f"/tmp/fibregate-{os.geteuid()}")  # noqa: S108 - checked below; TMPDIR may itself be too long
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if home.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        msg = f"{home} is not a private folder of ours. Remove it, or choose a --data with a shorter path."
        raise PostgresFailed(msg)
    link = home / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    if not link.is_symlink():
        half = home / f"{link.name}.{os.getpid()}"
        half.unlink(missing_ok=True)
        half.symlink_to(path)
        half.rename(link)
    return link


def sync(folder: Path) -> None:
    """Make a rename in the folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
