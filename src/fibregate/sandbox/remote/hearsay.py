"""Updates told otherwise than they should be: in another order, twice, late, or about somebody else."""

import random
from collections.abc import Sequence
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from fibregate.sandbox.remote.behaviour import Cue, Telling
from fibregate.sandbox.remote.model import Json, Order, Step

NOBODYS_ORDER: Final = 8_999_999_999_999_999
NOBODYS_TENANT: Final = "NOBODYS_ISP"
_FEW: Final = 2


def silent(_updates: Sequence[Json], _order: Order, _cue: Cue) -> list[Telling]:
    return []


def shuffled(updates: Sequence[Json], order: Order, _cue: Cue) -> list[Telling]:
    """The first is never first; the same for one order whenever it is told."""
    found = list(updates)
    if len(found) < _FEW:
        return [Telling(one) for one in found]
    random.Random(order.reference).shuffle(found)  # noqa: S311 - chance that can be repeated
    if found[0] is updates[0]:
        found.append(found.pop(0))
    return [Telling(one) for one in found]


def twice(updates: Sequence[Json], _order: Order, _cue: Cue) -> list[Telling]:
    return [Telling(one) for one in updates for _ in range(2)]


def renumbered(updates: Sequence[Json], order: Order, _cue: Cue) -> list[Telling]:
    """Each once more, with its number and another id."""
    return [telling for one in updates for telling in (Telling(one), _forged(one, order, "again"))]


def second_late(updates: Sequence[Json], _order: Order, cue: Cue) -> list[Telling]:
    """The second when everybody has stopped waiting for it."""
    first, *rest = updates
    if not rest:
        return [Telling(first)]
    return [Telling(one) for one in (first, *rest[1:])] + [Telling(rest[0], after=cue.paces.gap)]


def of_nobody(updates: Sequence[Json], order: Order, _cue: Cue) -> list[Telling]:
    """Before each, the same of an order that there is not."""
    return [
        telling
        for one in updates
        for telling in (
            _forged(one, order, "nobody", id=NOBODYS_ORDER, supplierOrderReference=f"{order.reference}-NOBODY"),
            Telling(one),
        )
    ]


def of_another_tenant(updates: Sequence[Json], order: Order, cue: Cue) -> list[Telling]:
    """Before each, the same naming another tenant: one who orders here too, if there is one."""
    tenant = cue.other.tenant if cue.other else NOBODYS_TENANT
    return [telling for one in updates for telling in (_forged(one, order, "tenant", tenant=tenant), Telling(one))]


def _forged(update: Json, order: Order, how: str, **entity: object) -> Telling:
    """Says in its text that it is forged, so that nobody who was told of it can be mistaken."""
    shape = order.shape.value
    forged = {
        **update,
        "id": str(uuid5(NAMESPACE_URL, f"{update['id']}/{how}")),
        "text": f"FORGED {update.get('text', '')}",
        shape: {**update[shape], **entity},
    }
    return Telling(forged, forged=True)


def committed_first(course: list[Step]) -> list[Step]:
    return [course[1], course[0], *course[2:]]


def warned(course: list[Step]) -> list[Step]:
    """With a warning whose codes nobody knows."""
    return [*course[:2], Step("WARNING"), *course[2:]]


def rejected(_: list[Step]) -> list[Step]:
    return [Step("ORDER_REJECTED")]
