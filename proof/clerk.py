"""Runs many of the operator's commands quickly: one process imports the program, and forks for each of them.

    python -m proof.clerk FOLDER

Standard input is a JSON list of rounds, one after the other; a round is a list of commands at the same time, and a
command a list of its words. What each printed is said as JSON of the same form. It stops at a command that fails.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

PROGRAM: Final = "fibregate.__main__"


def _begin(run: Callable[[], None], words: Sequence[str], said: Path, complaint: Path) -> int:
    """The command in a process of its own; its id."""
    pid = os.fork()
    if pid:
        return pid
    for number, file in ((1, said), (2, complaint)):
        opened = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        os.dup2(opened, number)
    sys.argv = ["fibregate", *words]
    status = 1
    try:
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the end of a process; what it says of it is read
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _round(run: Callable[[], None], commands: Sequence[Sequence[str]], folder: Path) -> list[str]:
    """What each of them printed. Ends this process where one fails."""
    files = [(folder / f"{place}.said", folder / f"{place}.complaint") for place in range(len(commands))]
    begun = [_begin(run, words, *pair) for words, pair in zip(commands, files, strict=True)]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in begun]
    for words, status, (_, complaint) in zip(commands, statuses, files, strict=True):
        if status:
            sys.exit(f"fibregate {' '.join(words)}: {status} {complaint.read_text('utf-8', 'replace')[-2000:]}")
    return [said.read_text("utf-8") for said, _ in files]


def main(folder: Path) -> None:
    run = importlib.import_module(PROGRAM).main
    print(json.dumps([_round(run, commands, folder) for commands in json.load(sys.stdin)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
