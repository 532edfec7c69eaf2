"""What a story's file may hold: steps, forks, blocks, replies to amendments, and the story around them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from fibregate.sandbox import times
from fibregate.sandbox.replying import Reply
from fibregate.sandbox.shapes import Deed, Money, Speaker, Time, Uprns, Written
from fibregate.vocabulary import OrderStatus, OrderType, Reason, ServiceType

MACHINE_MADE = frozenset(
    {Reason.ACKNOWLEDGED, Reason.COMMITTED, Reason.ADDITIONAL, Reason.COMPLETED, Reason.ORDER_REJECTED}
)

LETTERS: Mapping[Reason, str] = {
    Reason.CREATED: "CREATED",
    Reason.ACKNOWLEDGED: "A",
    Reason.COMMITTED: "C",
    Reason.UPDATE: "U",
    Reason.ADDITIONAL: "+",
    Reason.DELAY: "D",
    Reason.RESUMED: "R",
    Reason.WARNING: "W",
    Reason.REAPPOINT: "P",
    Reason.REAPPOINTED: "M",
    Reason.INFORMATION_REQUIRED: "I",
    Reason.AMENDED: "a",
    Reason.AMENDMENT_REJECTED: "n",
    Reason.CANCELLED: "X",
    Reason.ORDER_REJECTED: "J",
    Reason.COMPLETED: "E",
}


Condition = Literal[
    "again",
    "charge_covered",
    "committed",
    "pair",
    "shut",
    "twin",
    "visit_ahead",
    "visit_over",
    "wayleave_owner",
    "with_visit",
]


class Aftermath(Written):
    """What can no longer be had at some premises once a step was said; no UPRNs: at the order's own."""

    uprns: Uprns = ()
    readiness: str
    text: str | None = None


class Step(Written):
    """Something that the network says, and when.

    `visit` is the day of a new visit that the network books by itself, in `band` or else at the same times as before.
    `unless_past`: left out where its time lies before the step before it. `latest`: left out from then on. `requires`:
    left out unless that was said. `answer_by`: when the network stops waiting for the tenant. `silence`: part of such a
    wait, which `X-Kci-Delay` does not shorten.

    `quoted`: left out unless the order quotes an appointment that it does not need. `charged`: with the story's charge.

    `number` is its place in the supplier's sequence where a messenger gives it: it then comes as over the updates door.
    `overtaken`: brought after the step before it here, although it was said at its own time. `twice`: brought twice.
    `after_the_end`: brought although the order has ended, and left out where the order ended before the story did.
    """

    at: Time
    say: Reason
    text: str
    problem: str | None = None
    codes: tuple[str, ...] = ()
    by: Speaker | None = None
    status: OrderStatus | None = None
    target: Time | None = None
    committed: Time | None = None
    answer_by: Time | None = None
    visit: Time | None = None
    band: Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] | None = None
    does: Deed | None = None
    unless_past: bool = False
    latest: Time | None = None
    requires: Reason | None = None
    silence: bool = False
    quoted: bool = False
    charged: bool = False
    number: Annotated[int, Field(ge=1)] | None = None
    overtaken: bool = False
    twice: bool = False
    after_the_end: bool = False
    aftermath: Aftermath | None = None

    @model_validator(mode="after")
    def _is_numbered_to_be_muddled(self) -> "Step":
        if self.number is None and (self.overtaken or self.twice or self.after_the_end):
            raise ValueError(f"{self.say} at {self.at}: only a message with a number can be muddled")
        return self

    @property
    def speaker(self) -> Speaker:
        """Who says it: that decides at which hours it can be said."""
        if self.by is not None:
            return self.by
        if self.say in MACHINE_MADE:
            return "machine"
        return "visit" if times.parse(self.at).anchor in {"V", "W", "eve"} else "person"


class Choice(Written):
    """A fork: the story goes on in the branch named, or, where none is, with the next item."""

    choose: Condition
    then: str | None = None
    otherwise: str | None = None


class BlockUse(Written):
    """A block's steps put here, at other times where `at` gives them."""

    block: str
    at: tuple[Time, ...] = ()
    text: str | None = None


class Block(Written):
    """Steps that many stories share.

    Where no engineer comes, those `without_visit` are said instead, or those `by_type` of the order's type.
    """

    steps: tuple[Step, ...]
    without_visit: tuple[Step, ...] | None = None
    by_type: Mapping[OrderType, tuple[Step, ...]] = Field(default_factory=dict[OrderType, tuple[Step, ...]])

    def told(self, kind: OrderType, *, visit: bool) -> tuple[Step, ...] | None:
        """What is said instead of the steps, if so."""
        return None if visit else self.by_type.get(kind, self.without_visit)


def _by_its_keys(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    kind = Choice if "choose" in item else BlockUse if "block" in item else Step
    return kind.model_validate(item)


Item = Annotated[Step | Choice | BlockUse, BeforeValidator(_by_its_keys)]


BANDS: Mapping[str, Decimal] = {
    "A": Decimal("250.00"),
    "B": Decimal("500.00"),
    "C": Decimal("1000.00"),
    "D": Decimal("2500.00"),
    "E": Decimal("5000.00"),
}


class Charge(Written):
    """What is to be paid for construction, and what each charge band agrees to, in pounds without VAT.

    `included` is what the price includes of the construction; the amount is the rest of it.
    """

    amount: Money
    included: Money = Decimal("0.00")
    bands: Mapping[str, Money] = BANDS

    @property
    def construction(self) -> Decimal:
        """What the building costs."""
        return self.amount + self.included


class Story(Written):
    """One file of `stories/`. `plays` borrows another story's course.

    At its UPRNs it is played for orders of its `order_types`; for others the default is. A story of Ethernet is played
    where the first site of its `role` is at one of its UPRNs or NADs, and those of a B-END come before those of an
    A-END. `reference` is what the network calls the first order of it.

    `kcis` are the updates in the letters of `LETTERS`, `afterwards` those that come when the order has ended; `losing`
    are those of the tenant that loses a line, `unanswered` all of them where nobody amends or objects. `agreed` are the
    working hours after which the gateway's own watch expects news, by status; where the story means to fall silent, it
    is not `watched`. `replies` come before those that all stories share. `refuses_late`: an amendment after its
    deadline is taken in, and refused by an update.
    """

    id: str
    name: str
    service_type: ServiceType = ServiceType.BROADBAND
    uprns: Uprns = ()
    nads: tuple[str, ...] = ()
    role: Literal["A-END", "B-END"] = "A-END"
    order_types: tuple[OrderType, ...] = (OrderType.NEW,)
    scenario: str | None = None
    reference: str | None = None
    address: str = ""
    needs: str = "N"
    availability: str = "standard"
    happens: str
    isp: str
    kcis: str
    afterwards: str = ""
    losing: str = ""
    ends: str
    unanswered: str | None = None
    ends_unanswered: str = "CANCELLED"
    promise: str
    default_problem: str | None = None
    agreed: Mapping[OrderStatus, int] = Field(default_factory=dict[OrderStatus, int])
    watched: bool = True
    charge: Charge | None = None
    replies: tuple[Reply, ...] = ()
    refuses_late: bool = False
    plays: str | None = None
    course: tuple[Item, ...] = ()
    branches: Mapping[str, tuple[Item, ...]] = Field(default_factory=dict[str, tuple[Item, ...]])

    @property
    def visited(self) -> bool:
        """Whether it is about an engineer's visit, unless the order quotes none."""
        return self.order_types[0] is OrderType.NEW and self.service_type is ServiceType.BROADBAND

    @property
    def all_kcis(self) -> str:
        """Every update, the last ones after the end."""
        return f"{self.kcis} {self.afterwards}".rstrip()

    @model_validator(mode="after")
    def _has_one_course(self) -> "Story":
        if bool(self.course) == (self.plays is not None):
            raise ValueError(f"{self.id}: give a course or the story that it plays")
        return self


class SpecialAnswer(Written):
    """An address at which something is special before any order."""

    id: str
    name: str
    uprn: int
    happens: str
    isp: str
