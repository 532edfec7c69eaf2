"""The plan of a trial, as data: what is shot, in which order, and what the receiver should believe afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from uuid import uuid4

from fibregate.cli.certify import clauses, shots
from fibregate.cli.certify.clauses import Clause
from fibregate.cli.certify.shots import FAR, IDENTITY, NEAR, SIGNATURE, STAMP, Shot, Wanted, Write
from fibregate.cli.certify.telling import Kci, Teller

ORDERS: Final = 16
"""Numbers that a whole trial uses, one after the other."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is tried. Volleys follow each other, the shots of one go out at the same moment.

    `pauses` before each volley but the first. `forges`: needs a secret that the receiver knows.
    """

    name: str
    title: str
    clause: Clause
    volleys: tuple[tuple[Shot, ...], ...]
    pauses: bool = False
    forges: bool = False


@dataclass(frozen=True, slots=True)
class Belief:
    """What a receiver should say of an order: its last number, its status, how many KCIs of it were acted on."""

    order: int
    sequence: int
    status: str
    seen: int
    once: Clause = clauses.ONCE
    stands: Clause = clauses.LATE


@dataclass(slots=True)
class Plan:
    """All checks, and the beliefs that they should leave."""

    checks: list[Check] = field(default_factory=list[Check])
    beliefs: list[Belief] = field(default_factory=list[Belief])

    @property
    def shots(self) -> int:
        return sum(len(volley) for check in self.checks for volley in check.volleys)


def planned(teller: Teller, first_order: int, *, forged: bool) -> Plan:
    """Every check; those that need a secret which the receiver knows only where it was given."""
    orders, plan = count(first_order), Plan()
    for part in (_story, _duplicates, _interleaved, _late, _fresh, _rotation, _unknown, _others):
        for check, beliefs in part(teller, orders):
            plan.checks.append(check)
            plan.beliefs += beliefs
    if forged:
        for check, beliefs in _forged(teller, orders):
            plan.checks.append(check)
            plan.beliefs += beliefs
    return plan


Parts = Iterator[tuple[Check, Sequence[Belief]]]


def _one_by_one(kcis: Sequence[Kci], how: str = "", write: Write = shots.well) -> tuple[tuple[Shot, ...], ...]:
    return tuple((Shot(one, how, write),) for one in kcis)


def _belief(kcis: Sequence[Kci], **clause: Clause) -> Belief:
    last = max(kcis, key=lambda one: one.number)
    return Belief(last.order, last.number, last.status, len(kcis), **clause)


def _story(teller: Teller, orders: Iterator[int]) -> Parts:
    told = teller.story(next(orders))
    yield (
        Check("story", "a clean install, told in order", clauses.TAKEN, _one_by_one(told[:-1])),
        (),
    )
    yield (
        Check(
            "after-the-end", "an ADDITIONAL for an order that has ended", clauses.AFTER_THE_END, _one_by_one(told[-1:])
        ),
        [_belief(told, stands=clauses.AFTER_THE_END)],
    )


def _duplicates(teller: Teller, orders: Iterator[int]) -> Parts:
    first, second, *_ = teller.story(next(orders))
    again = (*_one_by_one([first, second]), *_one_by_one([second], "again"), *_one_by_one([first], "again, days later"))
    yield Check("duplicate", "the same KCI once more", clauses.ONCE, again), [_belief([first, second])]
    twin = teller.story(next(orders))[0]
    at_once = (Shot(twin, "", shots.well), Shot(twin, "at the same moment", shots.well))
    yield Check("twins", "the same KCI twice at the same moment", clauses.ONCE, (at_once,)), [_belief([twin])]


def _interleaved(teller: Teller, orders: Iterator[int]) -> Parts:
    told = [teller.story(next(orders))[:4] for _ in range(3)]
    places = (0, 1, 0, 2, 1, 1, 2, 0, 2, 0, 2, 1)
    heads = [iter(one) for one in told]
    mixed = [next(heads[place]) for place in places]
    yield (
        Check("shuffled", "three orders told in between each other", clauses.IN_ORDER, _one_by_one(mixed)),
        [_belief(one, stands=clauses.IN_ORDER) for one in told],
    )
    pair = [teller.story(next(orders))[0] for _ in range(2)]
    at_once = tuple(Shot(one, "with another order's at the same moment", shots.well) for one in pair)
    yield (
        Check("two-at-once", "two orders at the same moment", clauses.IN_ORDER, (at_once,)),
        [_belief([one], stands=clauses.IN_ORDER) for one in pair],
    )


def _late(teller: Teller, orders: Iterator[int]) -> Parts:
    first, second, third, *_ = teller.story(next(orders))
    volleys = (
        *_one_by_one([second, third], "after a skip of the first"),
        (Shot(first, "late, in a replay", shots.replayed),),
    )
    yield Check("late", "an earlier number that comes late", clauses.LATE, volleys), [_belief([first, second, third])]
    first, second, *_ = teller.story(next(orders))
    yield (
        Check(
            "delayed",
            "KCIs of last week, and a pause",
            clauses.OLD,
            _one_by_one([first, second], "days old"),
            pauses=True,
        ),
        [_belief([first, second])],
    )


def _fresh(teller: Teller, orders: Iterator[int]) -> Parts:
    first, second, *_ = teller.story(next(orders))
    volleys = (
        (Shot(first, "its timestamp 4 minutes old", shots.at(-NEAR)),),
        (Shot(second, "its timestamp 4 minutes ahead", shots.at(NEAR)),),
    )
    yield Check("near-clock", "clocks that differ a little", clauses.FRESH, volleys), [_belief([first, second])]


def _rotation(teller: Teller, orders: Iterator[int]) -> Parts:
    first, second, *_ = teller.story(next(orders))
    volleys = (
        (Shot(first, "signed with two secrets", shots.in_rotation),),
        (Shot(second, "with signatures of unknown versions beside the good one", shots.among_unknown_versions),),
    )
    yield Check("rotation", "one good signature among several", clauses.ROTATION, volleys), [_belief([first, second])]


def _unknown(teller: Teller, orders: Iterator[int]) -> Parts:
    order = next(orders)
    strange = [teller.with_unknown_fields(order), teller.with_unknown_reason(order)]
    rest = teller.story(order)[2:4]
    volleys = (
        *_one_by_one(strange[:1], "with fields that nobody knows"),
        *_one_by_one(strange[1:], "its reason unknown"),
        *_one_by_one(rest),
    )
    yield (
        Check("unknown", "codes and fields of a later release", clauses.UNKNOWN, volleys),
        [_belief([*strange, *rest])],
    )


def _others(teller: Teller, orders: Iterator[int]) -> Parts:
    cease, large = teller.cease(next(orders)), teller.large(next(orders))
    yield (
        Check("cease", "an unsolicited cease", clauses.UNSOLICITED, _one_by_one([cease])),
        [_belief([cease])],
    )
    size = f"of {len(large.body) // 1024} KiB"
    yield Check("large", "a large body", clauses.SIZE, _one_by_one([large], size)), [_belief([large])]


def _forged(teller: Teller, orders: Iterator[int]) -> Parts:
    """Refused are all that lie between two good ones; those must be taken all the same."""
    good, aim, *_ = teller.story(next(orders))

    def volleys(tries: Sequence[tuple[str, Write]]) -> tuple[tuple[Shot, ...], ...]:
        return tuple((Shot(aim, how, write, Wanted.REFUSED),) for how, write in tries)

    yield Check("before-forgeries", "a good KCI", clauses.TAKEN, _one_by_one([good])), ()
    yield Check("forged", "bad signatures", clauses.SIGNED, volleys(_FORGED), forges=True), ()
    yield Check("unsigned", "missing headers", clauses.SIGNED, volleys(_UNSIGNED), forges=True), ()
    yield Check("stale", "timestamps of another hour", clauses.FRESH, volleys(_STALE), forges=True), ()
    yield (
        Check(
            "after-forgeries",
            "the KCI that was forged, now good",
            clauses.SIGNED,
            _one_by_one([aim], "after its forgeries"),
        ),
        [_belief([good, aim], once=clauses.SIGNED, stands=clauses.SIGNED)],
    )


_FORGED: tuple[tuple[str, Write], ...] = (
    ("signed with a key that is not yours", shots.with_a_wrong_key),
    ("its body altered after signing", shots.with_an_altered_body),
    ("its id altered after signing", shots.with_a_changed(IDENTITY, lambda _: str(uuid4()))),
    ("its timestamp altered after signing", shots.with_a_changed(STAMP, lambda stamp: str(int(stamp) + 1))),
    ("its signature cut short", shots.with_a_changed(SIGNATURE, lambda text: text.split(" ")[0][:-8])),
    (
        "its signature under a version that nobody knows",
        shots.with_a_changed(SIGNATURE, lambda text: f"v9{text.split(' ')[0][2:]}"),
    ),
    ("its signature without a version", shots.with_a_changed(SIGNATURE, lambda text: text.split(" ")[0][3:])),
    ("its timestamp no number", shots.with_a_changed(STAMP, lambda _: "yesterday")),
)
_UNSIGNED: tuple[tuple[str, Write], ...] = (
    ("without a signature", shots.without(SIGNATURE)),
    ("with an empty signature", shots.with_a_changed(SIGNATURE, lambda _: "")),
    ("without a timestamp", shots.without(STAMP)),
    ("without an id", shots.without(IDENTITY)),
    ("without any of the three headers", shots.without(SIGNATURE, STAMP, IDENTITY)),
)
_STALE: tuple[tuple[str, Write], ...] = (
    ("signed well, its timestamp 10 minutes old", shots.at(-FAR)),
    ("signed well, its timestamp 10 minutes ahead", shots.at(FAR)),
)
