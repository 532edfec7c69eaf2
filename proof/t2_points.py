"""Plants a point to die at around every await of the rooms, in a copy of the product's source; the product has none.

A point is `crash_here("orders/actions.py:57:after")`: it counts the visit in a page shared with whoever watches, and
ends the process there and then when the page says that this visit is the last.
"""

import ast
import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = "fibregate"
MODULE: Final = "_crash_points"
PAGE: Final = "PROOF_CRASH_PAGE"
STATUS: Final = 137

LEFT_OUT: Final = (
    "cli/",
    "migrations/",
    "postgres/",
    "sandbox/",
    "doors/sandbox/",
    "console/",
    "boot.py",
    "migrate.py",
)
"""What has no part in a request or a lane."""
OF_THE_WEB: Final = "web/connector.py"
"""The rest of `web/` only reads and writes the caller's connection, before and after the work of a route."""

_SOURCE: Final = f'''"""Planted by a proof; no part of the product."""

import mmap
import os

LABELS = {{labels}}
_places = {{{{label: 2 * place for place, label in enumerate(LABELS)}}}}


def _page():
    name = os.environ.get("{PAGE}")
    if not name:
        return None
    with open(name, "r+b") as file:
        return mmap.mmap(file.fileno(), 0)


_shared = _page()


def crash_here(label):
    if _shared is None:
        return
    place = _places[label]
    seen = min(255, _shared[place] + 1)
    _shared[place] = seen
    if _shared[place + 1] and seen >= _shared[place + 1]:
        os._exit({STATUS})
'''


def plant(source: Path) -> list[str]:
    """Instrument the package under `source` (a copy of `src/`) where it lies; the labels of the points."""
    root = source / PACKAGE
    labels: list[str] = []
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if _has_part(name):
            found, text = instrumented(file.read_text("utf-8"), name)
            if found:
                file.write_text(text, "utf-8")
                labels += found
    _without_pages(root / "web" / "pages.py")
    (root / f"{MODULE}.py").write_text(_SOURCE.format(labels=repr(labels)), "utf-8")
    return labels


def _without_pages(file: Path) -> None:
    """The pages of the documentation take most of the time of a start, and no part in anything else."""
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("    for door in doors:\n        document = ", "    for door in ():\n        document = ")
    )


def _has_part(name: str) -> bool:
    if name.startswith(LEFT_OUT) or name.rpartition("/")[2] == "store.py":
        return False
    return not name.startswith("web/") or name == OF_THE_WEB


def instrumented(text: str, name: str) -> tuple[list[str], str]:
    """The labels planted in one module, and the module with them."""
    tree = _Planter(name).visit(ast.parse(text))
    labels: list[str] = []
    for node in ast.walk(tree):
        for body in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, body, None), list):
                setattr(node, body, _thinned(getattr(node, body), labels))
    if labels:
        place = 1 if ast.get_docstring(tree) is not None else 0
        tree.body.insert(place, ast.ImportFrom(f"{PACKAGE}.{MODULE}", [ast.alias("crash_here")], 0))
    return labels, ast.unparse(ast.fix_missing_locations(tree))


def _thinned(body: list[ast.stmt], labels: list[str]) -> list[ast.stmt]:
    """Of points with nothing between them only the first: to die at either is the same."""
    kept: list[ast.stmt] = []
    for one in body:
        label = _label(one)
        if label and kept and _label(kept[-1]):
            continue
        if label:
            labels.append(label)
        kept.append(one)
    return kept


def _label(node: ast.stmt) -> str:
    """Of a point; empty for any other statement."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if isinstance(call.func, ast.Name) and call.func.id == "crash_here" and isinstance(call.args[0], ast.Constant):
            return str(call.args[0].value)
    return ""


class _Planter(ast.NodeTransformer):
    """Rewrites the bodies of asynchronous functions, statement by statement."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        inside, self._inside = self._inside, False
        self.generic_visit(node)
        self._inside = inside
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        inside, self._inside = self._inside, True
        self.generic_visit(node)
        self._inside = inside
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.AST]:
        if not self._inside or node.value is None or not _awaits(node.value):
            return node
        keep = ast.Assign([ast.Name("_answer", ast.Store())], node.value, lineno=node.lineno)
        give = ast.Return(ast.Name("_answer", ast.Load()))
        return [self._point(node, "before"), keep, self._point(node, "after"), give]

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.AST]:
        return self._around(node, node.value)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST]:
        return self._around(node, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | list[ast.AST]:
        return self._around(node, node.value)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        if not self._inside or not _awaits(node.test):
            return node
        return [self._point(node, "before"), node]

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST | list[ast.AST]:
        """Entering may begin a transaction, leaving may commit it: a point before either, and one after."""
        self.generic_visit(node)
        if not self._inside:
            return node
        node.body.insert(0, self._point(node, "entered"))
        node.body.append(self._point(node, "leaving"))
        return [self._point(node, "before"), node, self._point(node, "after")]

    def _around(self, node: ast.stmt, value: ast.expr | None) -> ast.AST | list[ast.AST]:
        if not self._inside or value is None or not _awaits(value):
            return node
        return [self._point(node, "before"), node, self._point(node, "after")]

    def _point(self, node: ast.stmt, when: str) -> ast.Expr:
        label = ast.Constant(f"{self.name}:{node.lineno}:{when}")
        return ast.Expr(ast.Call(ast.Name("crash_here", ast.Load()), [label], []))


def _awaits(value: ast.expr) -> bool:
    """Whether evaluating it waits for something; what a lambda would wait for is its own affair."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Await):
            return True
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return False


class Page:
    """The shared page: which points were visited, and at which visit of which one the process has to die."""

    def __init__(self, file: Path, labels: Sequence[str]) -> None:
        file.write_bytes(bytes(max(1, 2 * len(labels))))
        self.file = file
        self._places = {label: 2 * place for place, label in enumerate(labels)}
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 0)

    def clear(self) -> None:
        """Nothing visited, nothing armed."""
        self._shared[:] = bytes(len(self._shared))

    def arm(self, label: str, visit: int) -> None:
        self._shared[self._places[label] + 1] = visit

    def visited(self) -> dict[str, int]:
        """How often each point was passed since the page was cleared, in the order of the source."""
        return {label: self._shared[place] for label, place in self._places.items() if self._shared[place]}

    def close(self) -> None:
        self._shared.close()


def visits(seen: Mapping[str, int], figures: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Where to die, of what was passed: of the figures' `files`, if any, and the first `visits` of each point."""
    files: tuple[str, ...] = tuple(figures["files"])
    most: int = figures["visits"]
    wanted = {label: times for label, times in seen.items() if not files or label.startswith(files)}
    return [(label, visit) for label, times in wanted.items() for visit in range(1, min(times, most) + 1)]
