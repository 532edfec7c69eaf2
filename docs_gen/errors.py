"""`errors.md`, from `errors.py` and the dialects of the doors."""

from collections.abc import Iterator

from docs_gen.doors import doors
from docs_gen.markdown import code, heading, table
from fibregate.errors import GatewayError
from fibregate.web.dialect import Dialect


def page() -> str:
    """What may go wrong, and how each door says it."""
    dialects = list({door.dialect.name: door.dialect for door in doors()}.values())
    top = heading(
        "Errors",
        "`src/fibregate/errors.py` and each door's `errors.py`",
        "An answer that is not 2xx carries `uuid`, `code` and `messages`: one message for each fault, naming the field "
        "and what is accepted. Quote the `uuid` when you ask about it; the log has it too. The token endpoint answers "
        "in OAuth's shape instead, with `error` and `error_description`.",
        "If any fault of a request is of the 400 kind, the status is 400, and all faults of both kinds are named. "
        "A 503 carries `Retry-After`, in seconds. A 409 adds `alternatives`: free timeslots.",
    )
    rows = [[code(kind.__name__), _says(kind), *(_spelt(kind, dialect) for dialect in dialects)] for kind in kinds()]
    faults = ["*a bug of ours*", "Logged once under its uuid; the cause is never told.", *map(_fault, dialects)]
    heads = ["error", "means", *(one.title for one in dialects)]
    return f"{top}\n{table(heads, [*rows, faults])}"


def kinds() -> list[type[GatewayError]]:
    """Every error that a caller may be told, in the order of their definition."""
    doors()  # loads those that only one door has
    return list(_below(GatewayError))


def _below(kind: type[GatewayError]) -> Iterator[type[GatewayError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _says(kind: type[GatewayError]) -> str:
    return (kind.__doc__ or "").strip()


def _spelt(kind: type[GatewayError], dialect: Dialect) -> str:
    """Nothing where another door alone has this error."""
    if ".doors." in kind.__module__ and kind not in dialect.spelling:
        return ""
    status, word = dialect.spell(kind)
    return f"{status} `{word}`"


def _fault(dialect: Dialect) -> str:
    status, word = dialect.fault
    return f"{status} `{word}`"
