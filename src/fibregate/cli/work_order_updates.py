"""Everything that a network says of an order, one command each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Final

import typer

from fibregate import calendars
from fibregate.cli import work_order_building as building
from fibregate.cli.desk import Data, Database
from fibregate.cli.work_order_charge import charge
from fibregate.cli.work_order_desk import Found, Words, say_it, speak, worded, words_of
from fibregate.cli.work_order_options import (
    Code,
    Day,
    Note,
    Problem,
    ProblemNeeded,
    Reference,
    Text,
    TextNeeded,
    characteristic,
    moment,
    timeslot,
)
from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.suppliers.port import Draft
from fibregate.vocabulary import OrderStatus, OrderType, Reason


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for name, function, example in (
        ("acknowledge", acknowledge, ""),
        ("commit", commit, " --date 2025-07-16"),
        ("update", update, ' --text "Duct cleared" --note "Rodded 40 m"'),
        ("additional", additional, " --provision"),
        ("warn", warn, " --problem CAPACITY_ISSUE"),
        ("delay", delay, " --problem NETWORK_ISSUE --code 2004 --target 2025-07-18"),
        ("resume", resume, ""),
        ("ask", ask, ' --text "Which floor is the flat on?"'),
        ("charge", charge, " --construction 5150.00 --included 2800.00 --answer-by 2025-08-15"),
        ("reappoint", reappoint, " --problem ACCESS_ISSUE --code 1001"),
        ("reappointed", reappointed, " --date 2025-07-18 --hours 08:00-13:00"),
        ("reject", reject, ' --text "Duplicate order" --code 8002'),
        ("cancel", cancel, " --problem NO_LONGER_REQUIRED"),
        ("complete", complete, ""),
    ):
        app.command(name, epilog=f"Example: fibregate work-order {name} NW1-10000001{example}")(function)


def acknowledge(
    reference: Reference, text: Text = None, note: Note = None, data: Data = None, database: Database = None
) -> None:
    """The network has taken the order."""
    words = Words(text or f"Order received, our reference {reference}.", notes=tuple(note or ()))
    draft = Draft(reason=Reason.ACKNOWLEDGED, status=OrderStatus.ACKNOWLEDGED, supplier_reference=reference)
    say_it(reference, "acknowledge", draft, words, data, database)


def commit(
    reference: Reference,
    *,
    date_: Annotated[
        str | None, typer.Option("--date", metavar="WHEN", help="The promised day; else the visit's, or the wish.")
    ] = None,
    text: Text = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Promise a date. It moves later only by the tenant's or the customer's doing."""
    words, day = Words(text, notes=tuple(note or ())), moment(date_)

    async def compose(_: Tx, found: Found, now: datetime) -> Draft:
        promised = day or _promised(found)
        draft = Draft(
            reason=Reason.COMMITTED,
            status=OrderStatus.IN_PROGRESS,
            committed_at=promised,
            target_at=promised,
            text=f"Service expected on {calendars.spoken_day(promised)}.",
        )
        return worded(draft, words, now)

    speak(reference, "commit", compose, data, database)


def _promised(found: Found) -> datetime:
    if found.row["ends_at"]:
        return found.row["ends_at"]
    wish: date | None = found.row["requested_completion_date"]
    if wish is None:
        raise Invalid("--date: needed, because the order has neither a visit nor a wish")
    return calendars.end_of_day(wish)


def update(
    reference: Reference,
    *,
    text: Text = None,
    target: Day = None,
    settles: Annotated[
        OrderStatus | None, typer.Option(help="Ends a wait: the state that the order was in before it.")
    ] = None,
    problem: Problem = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Tell news; a new target date ends a hold."""
    draft = Draft(reason=Reason.UPDATE, status=settles, target_at=moment(target))
    say_it(reference, "update", draft, words_of(text, problem, code, note), data, database)


def additional(
    reference: Reference,
    *,
    provision: Annotated[bool, typer.Option("--provision", help="Set the service up and send what it got.")] = False,
    fact: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A characteristic; repeat it.")] = None,
    text: Text = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Send new facts: with --provision the service id, ONT, port and VLAN."""
    given = dict(characteristic(one) for one in fact or ())
    words = Words(text, notes=tuple(note or ()))

    async def compose(tx: Tx, found: Found, now: datetime) -> Draft:
        facts, says = given, None
        if provision:
            set_up, says = await building.set_up(tx, found)
            facts = {**set_up, **given}
        return worded(Draft(reason=Reason.ADDITIONAL, facts=facts, text=says), words, now)

    speak(reference, "additional", compose, data, database)


def warn(
    reference: Reference,
    problem: ProblemNeeded,
    *,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Something may go wrong."""
    say_it(reference, "warn", Draft(reason=Reason.WARNING), words_of(text, problem, code, note), data, database)


def delay(
    reference: Reference,
    problem: ProblemNeeded,
    *,
    target: Day = None,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """The network cannot go on: the order is held."""
    draft = Draft(reason=Reason.DELAY, target_at=moment(target))
    say_it(reference, "delay", draft, words_of(text, problem, code, note), data, database)


def resume(
    reference: Reference, text: Text = None, note: Note = None, data: Data = None, database: Database = None
) -> None:
    """The hold is over, and the dates stand."""
    say_it(reference, "resume", Draft(reason=Reason.RESUMED), words_of(text, None, None, note), data, database)


def ask(
    reference: Reference,
    text: TextNeeded,
    *,
    answer_by: Day = None,
    problem: Problem = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Ask the tenant something: the order waits for the answer."""
    draft = Draft(reason=Reason.INFORMATION_REQUIRED, answer_by=moment(answer_by))
    say_it(reference, "ask", draft, words_of(text, problem, code, note), data, database)


def reappoint(
    reference: Reference,
    problem: ProblemNeeded,
    *,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """The visit cannot be, and the tenant must book another: its place is free at once."""
    say_it(reference, "reappoint", Draft(reason=Reason.REAPPOINT), words_of(text, problem, code, note), data, database)


def reappointed(
    reference: Reference,
    date_: Annotated[
        datetime, typer.Option("--date", metavar="DAY", formats=["%Y-%m-%d"], help="The new visit's day.")
    ],
    hours: Annotated[str, typer.Option(metavar="08:00-13:00", help="Its hours, those of a band, UK time.")],
    *,
    problem: Problem = None,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """The network has moved the visit itself."""
    slot = timeslot(date_.date(), hours)
    words = words_of(text, problem, code, note)
    says = f"The visit is now on {calendars.spoken_day(slot.starts_at)}, {hours.replace('-', '–')}."
    draft = Draft(reason=Reason.REAPPOINTED, appointment=slot, target_at=slot.ends_at)
    say_it(reference, "reappointed", draft, replace(words, text=text or says), data, database)


def reject(
    reference: Reference,
    text: TextNeeded,
    *,
    problem: Problem = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Refuse the order before it was acknowledged; the visit's place goes back to the tenant."""
    say_it(
        reference, "reject", Draft(reason=Reason.ORDER_REJECTED), words_of(text, problem, code, note), data, database
    )


def cancel(
    reference: Reference,
    problem: ProblemNeeded,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="It ends as FAILED: the network gives up.")] = False,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """End the order without a service."""
    draft = Draft(reason=Reason.CANCELLED, status=OrderStatus.FAILED if failed else None)
    say_it(reference, "cancel", draft, words_of(text, problem, code, note), data, database)


def complete(
    reference: Reference,
    *,
    partial: Annotated[bool, typer.Option("--partial", help="It ends as PARTIAL.")] = False,
    text: Text = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """The order is done: the service works, is changed or has ended. What was not set up yet is, and is told."""
    status, words = OrderStatus.PARTIAL if partial else None, Words(text, notes=tuple(note or ()))

    async def compose(tx: Tx, found: Found, now: datetime) -> Draft:
        facts = await building.untold(tx, found)
        says = _DONE.get(found.row["order_type"], "Service active.")
        return worded(Draft(reason=Reason.COMPLETED, status=status, facts=facts, text=says), words, now)

    speak(reference, "complete", compose, data, database)


_DONE: Final[Mapping[str, str]] = {
    OrderType.MODIFY: "Service changed.",
    OrderType.CEASE: "Service ended.",
    OrderType.UNSOLICITED_CEASE: "Service ended.",
}
