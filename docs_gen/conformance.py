"""`conformance.md`, from the clauses themselves."""

from docs_gen.markdown import code, heading, table
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Clause

_RUN = """\
```
fibregate supplier conformance https://test.altnet.example --tenant GATEWAY1 --client-id … --uprn 100120012001
```

`CONFORMANCE_SECRET` in the environment keeps the secret out of the list of processes. Every option is told with
[the command](cli.md).

A supplier's *test* system, never a live network: the suite books visits, places an order, and cancels it where that is
offered. `--read-only` books and orders nothing, and skips what needs it. `--listen` takes the order's updates, where
the supplier has been told that address as ours; without it, they are not tried.

A MUST that is broken fails the suite, with exit code 1; a SHOULD warns. What a supplier does not offer is skipped and
said to be: reading an order, releasing a visit, amendments, Ethernet. Ethernet is tried between two ends that are named
by `--ethernet-site 999900002001,'FB1 3AA'`, twice; its order is cancelled, too. At the end stands how a lost answer can
be found out there: `READ` (it is looked up), `REPLAY` (asked again under the same id) or `NONE`.
"""


def page() -> str:
    """Every clause, and how the suite is run."""
    top = heading(
        "What a supplier must do, and how to try it",
        "`src/fibregate/suppliers/conformance/clauses.py`",
        "The rules of the wholesale dialect for a network that is called by a gateway. How to connect one that keeps "
        "to them, and how to write an adapter for one that speaks otherwise: "
        "[adding a supplier](../adding-a-supplier.md).",
    )
    rows = [_row(number, one) for number, one in enumerate(clauses.ALL, 1)]
    return "\n".join(
        [top, "## Trying a supplier\n", _RUN, "## The clauses\n", table(["", "clause", "", "rule", "tried by"], rows)]
    )


def _row(number: int, one: Clause) -> list[str]:
    return [str(number), code(one.name), one.level.value, one.text, one.how]
