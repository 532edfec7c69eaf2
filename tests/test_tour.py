"""The README's tour, walked twice, as a reader may paste it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Path]:
    """A folder in which `make serve` would have been started."""
    command = [sys.executable, "-m", "fibregate", "sandbox", "--port", "0", "--data", ".fibregate-sandbox"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout
    try:
        ready = process.stdout.readline()
        assert ready.startswith("ready "), (tmp_path / "log").read_text()
        yield tmp_path
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is walked with curl")
@pytest.mark.timeout(110)
def test_the_tour_of_the_readme_ends_with_the_order_completed(sandbox: Path) -> None:
    found = re.search(r"<!-- tour -->\n```bash\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found
    for _ in range(2):  # a reader may paste it again
        walked = subprocess.run(
            ["bash", "-e", "-o", "pipefail"],  # noqa: S607 - the reader's own
            cwd=sandbox,
            input=found[1],
            env={**os.environ, "RECEIVER": str(_free_port())},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert walked.returncode == 0, walked.stdout + walked.stderr
        lines = walked.stdout.splitlines()
        assert "order: 202" in lines
        assert lines[-1] == "COMPLETED", walked.stdout + walked.stderr
        assert sum(line.startswith("told: ") for line in lines) == sum(" - " in line for line in lines[-7:-1])
        time.sleep(1.1)  # the tour numbers its order by the second


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
