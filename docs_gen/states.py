"""`states.md`, from the table of orders and the shared vocabulary."""

from enum import StrEnum
from inspect import cleandoc
from typing import Final

from docs_gen import told
from docs_gen.markdown import code, heading
from fibregate import vocabulary
from fibregate.orders.states import AFTER_THE_END, CHANGING, MOVES, OWN_MOVES, Move, To
from fibregate.vocabulary import ENDED, OrderStatus, Reason

_LEFT_OUT: Final = "Left out of the picture: updates that leave the order where it is."
_RETURNS: Final = (
    "`PENDING` and `HELD` remember where they came from. A `PENDING` order that came from `HELD` returns to "
    "`IN_PROGRESS` if it was committed, else to `ACKNOWLEDGED`. `CREATED` "
    "begins an order that a network makes, an [unsolicited cease](lines.md#a-line-that-goes-to-another-tenant).\n"
)
_CHANGES: Final = """## An amendment or a cancellation

```mermaid
stateDiagram-v2
    [*] --> RECEIVED_BY_GATEWAY
    RECEIVED_BY_GATEWAY --> PENDING: with the network
    RECEIVED_BY_GATEWAY --> FAILED_TO_SEND
    PENDING --> COMPLETED: AMENDED, CANCELLED
    PENDING --> REJECTED: AMENDMENT_REJECTED, CANCELLATION_REJECTED
    RECEIVED_BY_GATEWAY --> REJECTED: the order ended
    PENDING --> REJECTED: the order ended
    COMPLETED --> [*]
    REJECTED --> [*]
    FAILED_TO_SEND --> [*]
```

While one is `PENDING`, its order is `PENDING_AMENDMENT` or, where there is a cancellation among several,
`PENDING_CANCELLATION`. That lies over the order's own state, which goes on beneath it by the table above; the last
decision uncovers it.
"""


def page() -> str:
    """The table, its picture, and every word that a field may hold."""
    top = heading(
        "States and words",
        "`src/fibregate/orders/states.py` and `src/fibregate/vocabulary.py`",
        "An order moves only by a row of this table, one update of its network at a time. An update without a row is "
        "kept with the reason why it was refused, and changes nothing. The rules around it are in "
        "[orders.md](orders.md) and [updates.md](updates.md).",
    )
    after = " and ".join(code(one) for one in sorted(AFTER_THE_END))
    ended = ", ".join(code(one) for one in OrderStatus if one in ENDED)
    return "\n".join(
        [
            top,
            "## An order\n",
            _picture(),
            f"{_LEFT_OUT} Ended: {ended}. After the end, {after} are still told, and change no state.\n",
            told.section(),
            _RETURNS,
            _CHANGES,
            "## Words\n",
            *(_words(kind) for kind in enums()),
            _problems(),
        ]
    )


def enums() -> list[type[StrEnum]]:
    """The enumerations of the vocabulary, in their order there."""
    found = [one for one in vars(vocabulary).values() if isinstance(one, type) and issubclass(one, StrEnum)]
    return [one for one in found if one is not StrEnum]


def _ordered(states: frozenset[OrderStatus]) -> list[OrderStatus]:
    return [one for one in OrderStatus if one in states]


def _picture() -> str:
    arrows: dict[tuple[OrderStatus, str], list[Reason]] = {}
    for move in MOVES:
        for source in _ordered(move.source):
            for target in _drawn(move, source):
                arrows.setdefault((source, target), []).append(move.reason)
    lines = [
        f"    {source.value} --> {target}: {', '.join(dict.fromkeys(one.value for one in reasons))}"
        for (source, target), reasons in arrows.items()
        if source.value != target
    ]
    ends = [f"    {one.value} --> [*]" for one in OrderStatus if one in ENDED and _reached(one, arrows)]
    begins = [
        f"    {source} --> {move.target.value}: {move.says}"
        for move in OWN_MOVES
        for source in ([one.value for one in _ordered(move.source)] or ["[*]"])
        if move.target not in CHANGING
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *begins, *lines, *ends, "```\n"])


def _drawn(move: Move, source: OrderStatus) -> list[str]:
    """Where the arrow points; the way back from a wait is drawn to the two states that are usual."""
    match move.target:
        case To.SAME | To.BENEATH:
            return []
        case To.AGREED if source is not OrderStatus.PENDING:
            return []
        case To.AGREED | To.BACK | To.SAME_OR_BACK:
            return [OrderStatus.ACKNOWLEDGED.value, OrderStatus.IN_PROGRESS.value]
        case To.ENDED_HOW:
            return [OrderStatus.CANCELLED.value, OrderStatus.FAILED.value]
        case To.DONE_HOW:
            return [OrderStatus.COMPLETED.value, OrderStatus.PARTIAL.value]
        case _:
            return [move.target.value]


def _reached(state: OrderStatus, arrows: dict[tuple[OrderStatus, str], list[Reason]]) -> bool:
    return any(target == state.value for _, target in arrows)


def _words(kind: type[StrEnum]) -> str:
    says = cleandoc(kind.__doc__ or "")
    return f"### {kind.__name__}\n\n{says}\n\n{', '.join(code(one.value) for one in kind)}\n"


def _problems() -> str:
    codes = ", ".join(code(one) for one in sorted(vocabulary.PROBLEM_CODES))
    return (
        f"### Problem codes\n\nThose that are documented: {codes}.\n\nAn update with another code is kept and told as "
        "it came.\n"
    )
