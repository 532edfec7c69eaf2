"""The gateway's own processes, and what they use of the machine."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
HOLD_LIMIT = 1_000_000
"""The statement that counts a tenant's holds is on; its answer is always that there is room."""

PATIENCE = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


def settings(dsn: str) -> dict[str, str]:
    return {
        "FIBREGATE_DATABASE_URL": dsn,
        "FIBREGATE_MASTER_KEY": MASTER_KEY,
        "FIBREGATE_HOLD_LIMIT": str(HOLD_LIMIT),
        "FIBREGATE_LOG_LEVEL": "info",
        "FIBREGATE_WEBHOOK_ALLOW": '["127.0.0.0/8"]',
        "FIBREGATE_WEBHOOK_PORTS": "[]",
        "FIBREGATE_WEBHOOK_PLAIN_HTTP": "true",
    }


class Process:
    """One program of ours: started, ready, and stopped by SIGTERM."""

    def __init__(self, words: list[str], log: Path, environment: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIBREGATE_", "PG"))}
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words],
                env={**kept, **environment},
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self._log = log
        self.url = ""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def wait_until_ready(self) -> None:
        """Reads the line `ready URL`."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("ready "):
            said = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"a process of the gateway did not start:\n{said}")
        self.url = line.split()[1]

    def check(self) -> None:
        """Raises when the process has ended by itself."""
        if self._process.poll() is not None:
            said = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"a process ended by itself:\n{said}")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        return sum(self._times())

    @property
    def python_seconds(self) -> float:
        """User time of all its threads so far: what it computes itself, without the kernel's share at its sockets."""
        return self._times()[0]

    def _times(self) -> tuple[float, float]:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) / _TICKS, int(fields[12]) / _TICKS

    @property
    def megabytes(self) -> float:
        """Resident memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


def web(dsn: str, log: Path, more: Mapping[str, str] | None = None) -> Process:
    started = Process(["fibregate", "web", "--port", "0"], log, {**settings(dsn), **(more or {})})
    started.wait_until_ready()
    return started


def worker(dsn: str, log: Path) -> Process:
    return Process(["fibregate", "work"], log, settings(dsn))


def doors(which: str, dsn: str, log: Path) -> Process:
    started = Process(["bench.doors", which], log, settings(dsn))
    started.wait_until_ready()
    return started
