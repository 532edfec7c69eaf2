"""The bugs that T17 must catch."""

from typing import Final

from proof.seeds import Bug, Change

_STATES: Final = "orders/states.py"
_ANSWER: Final = "answers that the model does not expect"
_ORDER: Final = "orders that stand otherwise than in the model"
_BOOKING: Final = "bookings and places that stand otherwise than in the model"
_KCI: Final = "KCIs that are told otherwise than in the model"
_ENDPOINT: Final = "endpoints that fare otherwise than in the model"


def _bug(name: str, breaks: tuple[str, ...], file: str, old: str, new: str) -> Bug:
    return Bug(name=name, proof="T17", breaks=breaks, changes=(Change(file, old, new),))


BUGS: Final = (
    _bug(
        "an order that was never committed can complete",
        (_ORDER, _KCI),
        _STATES,
        "Move(Reason.COMPLETED, frozenset({S.IN_PROGRESS})",
        "Move(Reason.COMPLETED, frozenset({S.IN_PROGRESS, S.ACKNOWLEDGED})",
    ),
    _bug(
        "a delay over a question is taken",
        (_ORDER, _KCI),
        _STATES,
        "Move(Reason.DELAY, WORKING | {S.HELD}, S.HELD",
        "Move(Reason.DELAY, WORKING | {S.HELD, S.PENDING, S.SENT_TO_SUPPLIER}, S.HELD",
    ),
    _bug(
        "a hold that is over leads to what was asked for, not back",
        (_ORDER, _KCI),
        _STATES,
        "        To.BACK: back,\n",
        "        To.BACK: S.IN_PROGRESS,\n",
    ),
    _bug(
        "what waits for the network no longer lies over the order's own state",
        (_ORDER, _KCI, _ANSWER),
        _STATES,
        "        if waits is None or plain in ENDED:\n",
        "        if waits is None or plain in ENDED or plain is S.IN_PROGRESS:\n",
    ),
    _bug(
        "an order that is held can be amended",
        (_ANSWER,),
        "orders/changes/deadlines.py",
        "{OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS, OrderStatus.PENDING, OrderStatus.PENDING_AMENDMENT}",
        "{OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS, OrderStatus.PENDING, OrderStatus.PENDING_AMENDMENT, "
        "OrderStatus.HELD, OrderStatus.SENT_TO_SUPPLIER}",
    ),
    _bug(
        "a commitment that skips the acknowledgement tells one KCI less",
        (_KCI,),
        "orders/updates.py",
        "        order = await _apply(tx, order, _missing_acknowledgement(update), now)\n",
        "        pass\n",
    ),
    _bug(
        "a question leaves the visit where it was",
        (_BOOKING,),
        "orders/updates.py",
        "    elif order.status in _FAILED or update.reason is Reason.REAPPOINT:\n",
        "    elif order.status in _FAILED:\n",
    ),
    _bug(
        "an update that comes too early is read at once",
        (_ORDER, _KCI, _ANSWER),
        "inbox/actions.py",
        '        if head["sequence_number"] > standing["last_applied"] + 1 and released_at > now:\n',
        '        if head["sequence_number"] > standing["last_applied"] + 9 and released_at > now:\n',
    ),
    _bug(
        "the tenant door gives numbers that the wholesale door has used",
        (_ANSWER,),
        "tenants/numbers/store.py",
        "u.tenant_id = $1 and u.id = $3{only}) then $3",
        "u.tenant_id = $1 and u.id = $3 and false{only}) then $3",
    ),
    _bug(
        "an idempotency key goes with any body",
        (_ANSWER,),
        "tenants/replays/actions.py",
        '    if row["body_hash"] != asked.body_hash:\n',
        '    if row["body_hash"] == b"":\n',
    ),
)
