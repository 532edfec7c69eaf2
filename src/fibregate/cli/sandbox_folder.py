"""The folder that holds a sandbox: whose it is, when it began, and the file that its users read."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fibregate.cli.context import Refused
from fibregate.postgres import attach

MARKER = ".fibregate-sandbox"
CARD = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Folder:
    """A sandbox's folder; `began_at` is what its clock first showed."""

    path: Path
    began_at: datetime

    def read_card(self) -> dict[str, Any]:
        """`sandbox.json` as it is, empty where there is none yet."""
        try:
            return json.loads((self.path / CARD).read_text("utf-8"))
        except FileNotFoundError:
            return {}

    def write_card(self, card: Mapping[str, Any]) -> None:
        """Replace `sandbox.json` in one step; only its owner may read it."""
        _write(self.path / CARD, json.dumps(card, indent=2) + "\n")


def claim(path: Path, *, now: datetime | None, fresh: bool) -> Folder:
    """The folder's sandbox as it was, or a new one in an empty folder. Raises `Refused`."""
    marker = path / MARKER
    if fresh and marker.exists():
        _empty(path)
    elif marker.exists():
        if now is not None:
            raise Refused(f"{path} holds a sandbox already; its clock goes on. Start anew with --fresh --now …")
        return Folder(path, datetime.fromisoformat(json.loads(marker.read_text("utf-8"))["beganAt"]))
    if path.exists() and any(path.iterdir()):
        raise Refused(f"{path} is not empty and holds no sandbox; name an empty or a new folder with --data")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    began_at = now or datetime.now(UTC)
    _write(marker, json.dumps({"beganAt": began_at.isoformat()}) + "\n")
    return Folder(path, began_at)


def _empty(path: Path) -> None:
    if attach(path, patience=0) is not None:
        raise Refused(f"a process is serving the sandbox in {path}; stop it first")
    for inside in path.iterdir():
        if inside.name != MARKER:
            shutil.rmtree(inside) if inside.is_dir() and not inside.is_symlink() else inside.unlink()
    (path / MARKER).unlink()


def _write(file: Path, text: str) -> None:
    made = file.with_name(f"{file.name}.{os.getpid()}.new")
    made.unlink(missing_ok=True)
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    made.replace(file)
