"""What all commands have in common."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from fibregate.cli.main import app

ROOT: Any = typer.main.get_command(app)


def paths(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, groups too."""
    if path:
        yield path
    for name, inside in getattr(command, "commands", {}).items():
        yield from paths(inside, (*path, name))


EVERY = sorted(paths())


def test_the_commands_that_an_operator_needs_are_there() -> None:
    assert {path[0] for path in EVERY} == {
        *("serve", "web", "work", "migrate", "sandbox", "remote-network", "demo", "doctor"),
        *("tenant", "credential", "signing-key", "premises", "slots", "services", "ethernet", "quote"),
        *("order", "work-order"),
        *("actions", "alarms", "why", "bundle", "certify", "supplier", "kci", "endpoint"),
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_shows_an_example_that_names_the_command(path: tuple[str, ...]) -> None:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert f"Example: fibregate {' '.join(path)}" in re.sub(r"\s+", " ", result.stdout)


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert re.fullmatch(r"fibregate \d+\.\d+\.\d+\n", result.stdout)


def test_an_unknown_command_is_exit_code_2() -> None:
    assert CliRunner().invoke(app, ["sell"]).exit_code == 2
