"""Brings processes of the gateway into the world quickly: one process imports the program, and forks for each of them.

    python -m proof.t2_nursery MODULE

Each line on standard input is a JSON list: the name of a command, which is a function of MODULE, and its arguments by
name. What is said is `born PID`, what the process itself says (`ready URL`), and, when it is over, `gone PID STATUS`.
One lives at a time.
"""

import asyncio
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from proof.ground import ROOT, environment
from proof.t2_points import STATUS

PATIENCE: Final = 60.0
_DEATHS: Final = frozenset({STATUS, -signal.SIGKILL})
"""How a process ends at a point, or killed."""


@dataclass
class Nursery:
    """A program of one source tree, ready to be born. `page` is what its crash points look at."""

    source: Path
    log: Path
    settings: Mapping[str, str]
    module: str = "fibregate.cli.serve"
    url: str = ""
    pid: int = 0
    _running: Any = None

    async def __aenter__(self) -> Self:
        path = os.pathsep.join([str(self.source), str(ROOT)])
        with self.log.open("ab") as said:
            self._running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "proof.t2_nursery", self.module),
                env={**environment(self.source, self.settings), "PYTHONPATH": path},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=said,
                cwd=self.log.parent,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        self._running.stdin.close()
        await self._running.wait()

    async def bear(self, command: str, *, until_ready: bool, **arguments: object) -> None:
        """Another one; the one before must be gone."""
        line = json.dumps([command, arguments]) + "\n"
        self._running.stdin.write(line.encode())
        self.pid = int((await self._said("born"))[1])
        self.url = (await self._said("ready"))[1] if until_ready else ""

    async def gone(self, seconds: float) -> bool:
        """Whether it died within so many seconds. Raises RuntimeError where it neither met its point nor was killed."""
        if not self.pid:
            return True
        try:
            async with asyncio.timeout(seconds):
                status = int((await self._said("gone"))[2])
        except TimeoutError:
            return False
        self.pid = 0
        if status not in _DEATHS:
            raise RuntimeError(f"a process ended by itself, with {status}; see {self.log}")
        return True

    async def kill(self) -> None:
        """`kill -9`, if it lives."""
        if self.pid:
            with suppress(ProcessLookupError):  # it may have died a moment ago
                os.kill(self.pid, signal.SIGKILL)
            await self.gone(PATIENCE)

    async def _said(self, word: str) -> list[str]:
        while line := await self._running.stdout.readline():
            words = line.decode().split()
            if words and words[0] == word:
                return words
            if words and words[0] == "gone":
                raise RuntimeError(f"a process ended before it was {word}; see {self.log}")
        raise RuntimeError(f"the nursery ended; see {self.log}")


def _live(run: Callable[..., None], arguments: Mapping[str, object]) -> None:
    """In the child: the command itself, to its end."""
    _end_with_parent()
    os.setsid()
    status = 1
    try:
        run(**arguments)
        status = 0
    except BaseException:  # noqa: BLE001 - the end of a process; its traceback is its log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def main(module: str) -> None:
    _end_with_parent()
    commands = importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what is there already is looked at by no child's collector
    for line in sys.stdin:
        command, arguments = json.loads(line)
        pid = os.fork()
        if not pid:
            _live(getattr(commands, command), arguments)
        print(f"born {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"gone {pid} {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
