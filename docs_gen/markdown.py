"""The little Markdown that the pages need."""

from collections.abc import Iterable, Sequence
from typing import Final

MADE: Final = "<!-- Made by `make docs`; change {source} instead. -->\n"


def heading(title: str, source: str, *paragraphs: str) -> str:
    """The top of a page: where it comes from, its title, what it is."""
    return "\n".join([MADE.format(source=source), f"# {title}\n", *(f"{one}\n" for one in paragraphs)])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with bars in cells escaped."""
    lines = [_line(heads), _line(["---"] * len(heads)), *(_line([cell(one) for one in row]) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {one} " if one else " " for one in cells) + "|"


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """As code, or nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def slug(title: str) -> str:
    """The anchor that a heading gets."""
    kept = "".join(one for one in title.lower() if one.isalnum() or one in " -_")
    return kept.replace(" ", "-")
