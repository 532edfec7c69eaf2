"""`fibregate kci skip`: let an order's lane go on without the KCI that an endpoint does not take."""

from typing import Annotated
from uuid import UUID

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.kcis.skips import actions as skips
from fibregate.tenants import actions as tenants

_SAID = {
    "SKIPPING": "is skipped as soon as a worker has its lane",
    "SKIPPED": "was skipped before",
    "DELIVERED": "was delivered, so there is nothing to skip",
}


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(
        "skip",
        epilog=(
            "Example: fibregate kci skip ISP1 127 --endpoint 0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7 --number 2 "
            '--because "agreed with ISP1 by telephone"'
        ),
    )(skip)


def skip(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Whose order it is.")],
    order: Annotated[int, typer.Argument(metavar="ORDER", min=1, help="The number that the tenant knows it by.")],
    *,
    endpoint: Annotated[UUID, typer.Option(help="Which endpoint shall not have it.")],
    number: Annotated[int, typer.Option(min=1, help="The KCI's sequence number: the next one to be sent.")],
    because: Annotated[str, typer.Option(help="Why; kept in the tenant's audit.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Skip the KCI that an endpoint does not take, so that the next can be sent. It stays in the feed."""
    reason = because.strip()
    if not reason:
        raise typer.BadParameter("--because must say why")

    async def work(bench: Workbench) -> str:
        whose = (await tenants.get(bench.db, tenant)).tenant_id
        async with bench.db.tx(whose) as tx:
            return await skips.skip(
                tx, whose, order, endpoint=endpoint, number=number, because=reason, by=operator_here()
            )

    state = run(work, data, database)
    say(f"KCI {number} of order {order} {_SAID[state]}.")
