"""Tables that read well on a terminal, and whole in a pipe: nothing is cut off there."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_RIGHT = frozenset({"places", "confirmed", "ordered", "held", "free", "monthly", "connection"})


def table(heads: Sequence[str], lines: Sequence[Sequence[str]], *, title: str = "") -> None:
    """With a title above; figures stand to the right."""
    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold")
    for head in heads:
        made.add_column(head, justify="right" if head in _RIGHT else "left", overflow="fold")
    for line in lines:
        made.add_row(*(Text(cell) for cell in line))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, console.measure(made, options=console.options.update(width=1000)).maximum)
    console.print(made)
