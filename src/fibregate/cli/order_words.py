"""How the operator's commands write times and lines: in UK local time, for people."""

from datetime import datetime

from fibregate.clock import UK


def local(at: datetime | None) -> str:
    """`Wed 16 Jul 2025 08:40`, UK local time."""
    if at is None:
        return ""
    there = at.astimezone(UK)
    return f"{there:%a} {there.day:>2} {there:%b %Y %H:%M}"


def day(at: datetime | None) -> str:
    """`Wed 16 Jul 2025, by 13:00`; the end of a day needs no hour."""
    if at is None:
        return ""
    there = at.astimezone(UK)
    date = f"{there:%a} {there.day} {there:%b %Y}"
    return date if f"{there:%H:%M}" == "23:59" else f"{date}, by {there:%H:%M}"


def band(starts: datetime | None, ends: datetime | None) -> str:
    """`Wed 16 Jul 2025 08:00–13:00`, UK local time."""
    return "" if starts is None or ends is None else f"{local(starts)}–{ends.astimezone(UK):%H:%M}"


def one_line(text: str) -> str:
    return " ".join(text.split())
