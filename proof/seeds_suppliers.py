"""The bug that T6 must catch."""

from typing import Final

from proof.seeds import Bug, Change
from proof.t6_judge import DUPLICATES

BUGS: Final = (
    Bug(
        name="a blind retry after a lost reply: what was sent and not answered is simply sent again",
        proof="T6",
        breaks=(DUPLICATES,),
        changes=(
            Change(
                "suppliers/ledger/actions.py",
                "    if call.state is CallState.INTENT:\n        return Next.SEND\n    if ways.looks_up:\n",
                "    if call.state is not CallState.CONFIRMED:\n        return Next.SEND\n    if ways.looks_up:\n",
            ),
        ),
    ),
)
