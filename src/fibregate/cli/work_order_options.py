"""What the commands of a work order take: options, and how days, hours and codes are written."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Final

import typer

from fibregate import calendars
from fibregate.clock import UK
from fibregate.errors import Invalid
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import PROBLEM_CODES

_CODE: Final = re.compile(r"[A-Z0-9_]{1,50}")
_POUNDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


def problem_code(text: str | None) -> str | None:
    """Any code in the form of one; ours are in the help."""
    if text is not None and not _CODE.fullmatch(text):
        raise typer.BadParameter(f"{text!r}: capital letters, digits and _ are accepted, such as ACCESS_ISSUE")
    return text


def moment(text: str | None) -> datetime | None:
    """A day means its end in London; an instant is taken as it is, in London where it names no offset."""
    if text is None:
        return None
    try:
        if len(text) == len("2025-07-16"):
            return calendars.end_of_day(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write 2025-07-16 or 2025-07-16T13:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UK)


def pounds(text: str | None) -> str | None:
    """`5150` or `5150.00`; answered with both digits of the pence."""
    if text is None:
        return None
    if not _POUNDS.fullmatch(text):
        raise typer.BadParameter(f"{text!r}: write pounds and pence, such as 5150.00")
    return f"{Decimal(text):.2f}"


def timeslot(day: date, hours: str) -> Timeslot:
    """A visit of a band. Raises `BadParameter` for hours of none."""
    opens, closes = hours_of(hours)
    try:
        kind = books.classify(day, opens, closes)
    except Invalid as error:
        raise typer.BadParameter(str(error)) from error
    return Timeslot(calendars.uk_instant(day, opens), calendars.uk_instant(day, closes), kind.value, standard=True)


def hours_of(text: str) -> tuple[time, time]:
    """`08:00-13:00`."""
    try:
        opens, closes = (time.fromisoformat(one.strip()) for one in text.split("-"))
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write hours as 08:00-13:00") from None
    return opens, closes


def characteristic(text: str) -> tuple[str, str]:
    """`NAME=VALUE`."""
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise typer.BadParameter(f"{text!r}: write a name, = and a value, such as SERVICE_ID=S-1")
    return name.strip().upper(), value.strip()


_CODES = ", ".join(sorted(PROBLEM_CODES))
Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="The work order, such as NW1-10000001.")]
Text = Annotated[str | None, typer.Option(help="What the tenant reads.")]
TextNeeded = Annotated[str, typer.Option(help="What the tenant reads.")]
Problem = Annotated[
    str | None, typer.Option(metavar="CODE", callback=problem_code, help=f"Why, as a problem code: {_CODES}.")
]
ProblemNeeded = Annotated[
    str, typer.Option(metavar="CODE", callback=problem_code, help=f"Why, as a problem code: {_CODES}.")
]
Code = Annotated[list[str] | None, typer.Option(metavar="CODE", help="The network's own code; may be repeated.")]
Note = Annotated[list[str] | None, typer.Option(metavar="TEXT", help="An engineer's note to send along; repeat it.")]
Day = Annotated[
    str | None, typer.Option(metavar="WHEN", help="A day, such as 2025-07-16, or an instant, 2025-07-16T13:00.")
]
