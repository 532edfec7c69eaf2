"""An operator at a terminal: each line of stdin is a command's words as JSON, each line of stdout what it said.

One process for many commands, and with no others than the demo needs: most of what a short one takes is its start.
"""

import contextlib
import io
import json
import sys
from typing import TextIO, cast

import typer

from fibregate.cli import quotes, suppliers, tenants

app = typer.Typer()
app.add_typer(suppliers.supplier, name="supplier")
app.add_typer(tenants.credential, name="credential")
app.add_typer(quotes.quote, name="quote")


def main(typed: TextIO, shown: TextIO) -> None:
    """Until the end of what is typed. A command that is refused has said why."""
    for line in typed:
        print(json.dumps(_run(cast("list[str]", json.loads(line)))), file=shown, flush=True)


def _run(words: list[str]) -> tuple[bool, str]:
    said = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            app(words)
            code: object = 0
        except SystemExit as ended:
            code = ended.code
    said.seek(0)
    return not code, said.read()


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
