"""The product's own statements, read out of the source under proof without running any of it."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STORE: Final = "fibregate/appointments/store.py"


class NotThere(Exception):
    """The source no longer has what is looked for; this reading of it has to be mended."""


@dataclass(frozen=True)
class Statement:
    """The text of one statement, and what its store function binds to `$1`, `$2` and so on, as it is written there."""

    sql: str
    binds: Sequence[str]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """In order. Raises `NotThere` for one that nobody knows a value for."""
        unknown = [one for one in self.binds if one not in values]
        if unknown:
            raise NotThere(f"nothing is known of {', '.join(unknown)}")
        return [values[one] for one in self.binds]


def statement(source: Path, function: str, file: str = STORE) -> Statement:
    """What `function` of a store hands to `on.row` or `on.rows`."""
    tree = ast.parse((source / file).read_text("utf-8"))
    constants = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and node.name == function:
            return _handed(node, constants, f"{file}: {function}")
    raise NotThere(f"{file} has no function {function}")


def _handed(function: ast.AsyncFunctionDef, constants: Mapping[str, Any], where: str) -> Statement:
    calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and ast.unparse(one.func).startswith("on.")]
    if len(calls) != 1 or not isinstance(calls[0].args[0], ast.Name):
        raise NotThere(f"{where} does not hand over one statement")
    name, *binds = (ast.unparse(one) for one in calls[0].args)
    if not isinstance(constants.get(name), str):
        raise NotThere(f"{where}: {name} is not a plain text")
    return Statement(constants[name], binds)
