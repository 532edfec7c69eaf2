"""Becomes another program as another user, bound to the life of its parent.

Run as a script by the bare interpreter, with nothing of ours imported: a fork with Python code in the child can hang
where the parent has threads. The order below matters: changing the user clears the parent-death signal, so that is
asked for afterwards, and the parent may have died before it was.

    python launch.py UID GID PARENT SIGNAL PROGRAM ARGUMENT…      (UID -1: stay who we are)
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def main(arguments: list[str]) -> None:
    uid, gid, parent, death_signal = map(int, arguments[:4])
    program = arguments[4:]
    # The terminal's ^C must reach the service first, and the database only through it.
    os.setsid()
    if uid >= 0:
        become(uid, gid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has gone")
    os.umask(0o077)
    os.execv(program[0], program)  # noqa: S606 - the point of this file; no shell is meant


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[5]}: {error.strerror}")
