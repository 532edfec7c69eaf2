"""Where a test run keeps what it throws away: in memory, where the machine has room for it.

Each test with a database copies several hundred small files. On a disk that is busy that takes up to a second, in
memory some twenty to forty milliseconds.
"""

import os
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - folders in it are made by tempfile, for this user only
ROOM = 6 * 2**30


def use() -> None:
    """Let everything temporary of this process and of those that it starts be there, or leave it where it was."""
    if "TMPDIR" in os.environ or not _has_room(SHARED):
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED)


def _has_room(folder: Path) -> bool:
    """Programs may be run there, and what is written does not crowd the machine."""
    try:
        found = os.statvfs(folder)
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return False
    is_plain = not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return is_plain and os.access(folder, os.W_OK) and min(free, found.f_bavail * found.f_frsize) > ROOM
