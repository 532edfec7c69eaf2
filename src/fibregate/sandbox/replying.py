"""How the network takes what a tenant asks of an order in a story."""

from collections.abc import Container, Mapping
from typing import Literal

from pydantic import Field

from fibregate.sandbox.shapes import Deed, Speaker, Time, Written
from fibregate.vocabulary import Reason

Bring = Literal["appointment", "charge", "hazards", "notes", "notes_or_contact", "port_or_vlan"]


class Declined(Written):
    """How the network ends an order whose tenant cancels it instead of answering."""

    at: Time = "p+2min"
    problem: str
    text: str


class Reply(Written):
    """How the network takes an amendment.

    `after` is the question that stands; without one, it is of the tenant's own accord. `brings` is what the amendment
    must bring, each with the words in which it is refused without; a visit that it quotes may not be before
    `not_before`, or it is refused as `too_early`. A story goes on in the branch `goes_to`, or where it was. `declined`:
    what a cancellation means while that question stands.

    `once` and `before`: it is so only when the one was said, and not the other. `committed`: what is promised with it,
    because the tenant was the one who was waited for.
    """

    after: Reason | None = None
    once: Reason | None = None
    before: Reason | None = None
    at: Time = "p+2min"
    by: Speaker = "machine"
    brings: Mapping[Bring, str] = Field(default_factory=dict[Bring, str])
    not_before: Time | None = None
    too_early: str = ""
    text: str = "Changed as asked."
    text_with_visit: str = "New visit on {date}, {band}."
    does: Deed | None = None
    goes_to: str | None = None
    declined: Declined | None = None
    committed: Time | None = None

    def applies(self, question: Reason | None, said: Container[Reason]) -> bool:
        """Whether it is the network's reply while this question stands, or none, when so much was said."""
        in_time = (self.once is None or self.once in said) and (self.before is None or self.before not in said)
        return self.after is question and in_time
