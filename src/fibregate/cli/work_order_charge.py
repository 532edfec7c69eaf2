"""`fibregate work-order charge`: what building costs, asked of the tenant."""

from decimal import Decimal
from typing import Annotated

import typer

from fibregate.cli.desk import Data, Database
from fibregate.cli.work_order_desk import say_it, words_of
from fibregate.cli.work_order_options import Code, Day, Note, Reference, Text, moment, pounds
from fibregate.suppliers.port import Cost, Draft
from fibregate.vocabulary import Reason


def charge(
    reference: Reference,
    construction: Annotated[
        str, typer.Option(metavar="POUNDS", callback=pounds, help="What building costs, without VAT.")
    ],
    *,
    included: Annotated[
        str, typer.Option(metavar="POUNDS", callback=pounds, help="How much of it the price includes.")
    ] = "0.00",
    answer_by: Day = None,
    text: Text = None,
    code: Code = None,
    note: Note = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Ask the tenant to pay what building costs beyond what is included: the order waits for the answer."""
    cost = Cost(Decimal(construction), Decimal(included))
    to_pay = cost.construction - cost.included
    if to_pay <= 0:
        raise typer.BadParameter(f"{construction} is within the {included} that are included: nothing is to be paid")
    usual = f"Construction {construction}, of which {included} is included: {to_pay:.2f} to pay. Accept or decline."
    draft = Draft(reason=Reason.INFORMATION_REQUIRED, answer_by=moment(answer_by), charge=cost)
    say_it(reference, "charge", draft, words_of(text or usual, "COST_ISSUE", code, note), data, database)
