"""`fibregate supplier objections`: whose objections our network takes when a line goes to another tenant."""

from enum import StrEnum
from typing import Annotated

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.db import WORK_ROLE
from fibregate.errors import Invalid
from fibregate.suppliers.network.switches import store
from fibregate.tenants import audit


class Objections(StrEnum):
    """Of which switches."""

    NONE = "none"
    TAKEOVER = "takeover"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("objections", epilog="Example: fibregate supplier objections NETWORK1 takeover")(set_objections)


def set_objections(
    supplier: Annotated[str, typer.Argument(metavar="SUPPLIER", help="The network.")],
    taken: Annotated[Objections, typer.Argument(help="To no switch, to takeovers, or to all.")],
    *,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say to which switches a tenant that loses a line may object, by cancelling its cease; counts from now on."""

    async def work(bench: Workbench) -> None:
        async with bench.db.tx(None) as tx:
            if not await store.set_objections(tx, supplier, taken.name):
                raise Invalid(f"supplier: there is no {supplier}")
            by = operator_here()
            await audit.record(
                tx,
                tenant=None,
                actor=by.name,
                act="supplier.objections",
                subject=supplier,
                origin=by.origin,
                details={"taken": taken.name},
            )

    run(work, data, database, role=WORK_ROLE)
    say(f"{supplier}: objections are taken to {'no switch' if taken is Objections.NONE else taken.value}.")
