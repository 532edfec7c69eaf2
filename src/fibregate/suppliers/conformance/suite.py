"""All trials in their order, then a judgement of every answer; and what an operator may conclude."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal

from fibregate.suppliers.calls import Network
from fibregate.suppliers.conformance import clauses, form
from fibregate.suppliers.conformance.model import (
    Broken,
    Clause,
    Level,
    Outcome,
    Skipped,
    Stage,
    Terms,
    Try,
    Verdict,
)
from fibregate.suppliers.conformance.trials import booking, changing, circuits, entrance, finding, ordering
from fibregate.suppliers.conformance.wire import Heard, Wire
from fibregate.suppliers.failures import Failure, SupplierFailed
from fibregate.suppliers.questions import Trace

MOST_TOLD: Final = 5
MOST_SILENT: Final = 3
"""After so many trials in a row without any answer the rest is not worth the wait."""
USUAL: Final = Trace("conformance")
BEFORE_UPDATES: Final = (*entrance.TRIALS, *finding.TRIALS, *booking.TRIALS, *ordering.TRIALS)


@dataclass(slots=True)
class Result:
    """A verdict for each clause; `offers` are the extensions and changes that were seen to be there."""

    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    offers: set[str] = field(default_factory=set[str])
    milliseconds: list[float] = field(default_factory=list[float])

    @property
    def passed(self) -> bool:
        return not any(one.outcome is Outcome.FAIL for one in self.verdicts)

    def of(self, clause: Clause) -> Verdict:
        return next(one for one in self.verdicts if one.clause is clause)

    @property
    def looks_up(self) -> Literal["READ", "REPLAY", "NONE"]:
        """How a lost answer can be found out: by reading, by asking again under the same id, or not at all."""
        if "READ_ORDER" in self.offers:
            return "READ"
        replays = (clauses.BOOKING_AGAIN, clauses.ORDER_AGAIN)
        known = {one.clause.name: one.outcome for one in self.verdicts}
        return "REPLAY" if all(known.get(one.name) is Outcome.PASS for one in replays) else "NONE"


async def nobody_listens(_: Stage) -> str:
    """Where nothing takes the network's updates."""
    raise Skipped("nothing listened for updates")


async def run(
    network: Network,
    terms: Terms,
    *,
    trace: Trace = USUAL,
    wire: Wire | None = None,
    listen: Try = nobody_listens,
    told: Callable[[Clause], None] = lambda _: None,
) -> Result:
    """Try everything; `told` is called after each clause. Without a `wire` what needs it is skipped.

    `listen` says what came of the updates of the order that was placed, and whether they are right.
    """
    stage, result = Stage(network=network, terms=terms, trace=trace, ids=count(terms.first_id), wire=wire), Result()
    silent = 0
    for clause, trial in (*BEFORE_UPDATES, (clauses.UPDATES, listen), *changing.TRIALS, *circuits.TRIALS):
        verdict, answers = await _tried(clause, trial if silent < MOST_SILENT else _given_up, stage)
        silent = 0 if answers else silent + 1
        result.verdicts.append(verdict)
        told(clause)
    heard = wire.recorder.heard if wire else []
    for clause, judge in form.JUDGES:
        result.verdicts.append(_judged(clause, judge, heard))
        told(clause)
    result.offers = stage.offers
    result.milliseconds = sorted(one.answered.timings.total_ms for one in heard)
    return result


async def _given_up(_: Stage) -> str:
    raise Skipped("the network does not answer")


async def _tried(clause: Clause, trial: Try, stage: Stage) -> tuple[Verdict, bool]:
    """The verdict, and whether the network gave any answer."""
    try:
        note = await trial(stage)
    except Skipped as why:
        return Verdict(clause, Outcome.SKIP, str(why)), trial is not _given_up
    except Broken as what:
        return Verdict(clause, broken(clause), str(what)), True
    except SupplierFailed as failed:
        outcome = Outcome.SKIP if failed.kind is Failure.NOT_IMPLEMENTED else broken(clause)
        return Verdict(clause, outcome, str(failed)), failed.status is not None
    return Verdict(clause, Outcome.PASS, note or ""), True


def broken(clause: Clause) -> Outcome:
    """How bad it is."""
    return Outcome.FAIL if clause.level is Level.MUST else Outcome.WARN


def _judged(clause: Clause, judge: form.Judge, heard: list[Heard]) -> Verdict:
    if not heard:
        return Verdict(clause, Outcome.SKIP, "seen only over HTTP, and this adapter was tried through the port")
    wrong = list(dict.fromkeys(f"{one.told}, {what}" for one in heard if (what := judge(one))))
    more = f"; and {len(wrong) - MOST_TOLD} more like these" if len(wrong) > MOST_TOLD else ""
    if wrong:
        return Verdict(clause, broken(clause), "; ".join(wrong[:MOST_TOLD]) + more)
    return Verdict(clause, Outcome.PASS, f"{len(heard)} answers")
