"""The table of behaviours: what may go wrong between a gateway and a supplier, a thousand addresses each."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

from fibregate.sandbox.remote import hearsay, replies, sending
from fibregate.sandbox.remote.behaviour import FAIRLY, Behaviour, Call
from fibregate.sandbox.remote.memory import AREA
from fibregate.sandbox.remote.premises import FIRST

_ACKNOWLEDGED: Final[Mapping[str, Any]] = {"at_once": "ACKNOWLEDGED"}
_TAKEN: Final = "takes an order"


def _rows() -> Iterator[Behaviour]:
    numbers = count()

    def row(name: str, does: str, *on: Call, **how: Any) -> Behaviour:
        return Behaviour(number=next(numbers), name=name, does=does, on=frozenset(on), **how)

    yield row(FAIRLY, "does everything as it should; so do all addresses of no other behaviour")
    yield from _lost(row)
    yield from _broken(row)
    yield from _wrong(row)
    yield from _again(row)
    yield from _told(row)
    yield from _honest(row)
    yield from _quoted(row)


def _lost(row: Any) -> Iterator[Behaviour]:
    book, order, amend, cancel = Call.BOOKING, Call.ORDER, Call.AMENDMENT, Call.CANCELLATION
    gone = "and closes the connection without a word, however often it is asked"
    yield row("drops-booking-reply", f"books {gone}", book, sends=sending.dropped)
    yield row("drops-order-reply", f"{_TAKEN} {gone}", order, sends=sending.dropped)
    yield row("drops-amendment-reply", f"takes an amendment {gone}", amend, sends=sending.dropped, lingers=True)
    yield row("drops-cancellation-reply", f"takes a cancellation {gone}", cancel, sends=sending.dropped, lingers=True)
    reset = "and resets the connection in the middle of the answer's body"
    yield row("resets-in-body", f"{_TAKEN} {reset}", order, sends=sending.reset_in_body, **_ACKNOWLEDGED)
    yield row("answers-late", f"{_TAKEN} and answers after `--late` seconds", order, sends=sending.late)
    yield row("books-late", "books and answers after `--late` seconds", book, sends=sending.late)
    nothing = replies.says(503, "not now")
    text = "does nothing with an order and answers 503 after `--late` seconds, the first time"
    yield row("late-and-undone", text, order, instead=nothing, sends=sending.late, times=1)
    yield row(
        "never-answers", "does nothing with an order and says nothing", order, instead=nothing, sends=sending.never
    )


def _broken(row: Any) -> Iterator[Behaviour]:
    book, order = Call.BOOKING, Call.ORDER
    yield row("done-then-500", f"{_TAKEN} and answers 500", order, rewrites=replies.says(500, "an unexpected fault"))
    yield row("done-then-502", f"{_TAKEN} and answers 502", order, rewrites=replies.says(502, "no answer from within"))
    yield row("done-then-page", f"{_TAKEN} and answers a proxy's 504 in HTML", order, rewrites=replies.as_page(504))
    busy = "refuses a booking and an order with 503 the first time, having done nothing"
    yield row("busy", busy, book, order, instead=replies.says(503, "busy"), times=1)
    after = replies.says(503, "busy", Retry_After="1")
    yield row("busy-until", f"{busy}, with `Retry-After: 1`", book, order, instead=after, times=1)
    text = "refuses an order with 400 and does nothing"
    yield row("refuses-400", text, order, instead=replies.says(400, "body: is not to our taste"))
    text = "throws the token away, answers 401 and does nothing with an order, the first time"
    bad = replies.says(401, "Authorization: the token is not good any more")
    yield row("token-gone", text, order, instead=bad, times=1, throws_token_away=True)
    text = f"{_TAKEN} and answers 422 that it did not"
    yield row("lies-422", text, order, rewrites=replies.says(422, "address: nothing can be had there"))
    text = "answers an order with 500, and takes it two seconds afterwards, the first time"
    wrong = replies.says(500, "an unexpected fault")
    yield row("done-afterwards", text, order, instead=wrong, times=1, afterwards=2.0)
    for status in (302, 307):
        text = f"does nothing with an order and answers {status} to another port, where calls are noted"
        yield row(f"redirects-{status}", text, order, instead=replies.redirect(status))


def _wrong(row: Any) -> Iterator[Behaviour]:
    """All of these take an order and answer 201 where they should, but for what is said here."""

    def order(name: str, does: str, **how: Any) -> Behaviour:
        return row(name, f"{_TAKEN} and {does}", Call.ORDER, **_ACKNOWLEDGED, **how)

    twice = sending.twice("supplierOrderReference")
    yield order(
        "answers-twice", "answers twice on one connection, the second time with another's reference", sends=twice
    )
    yield order("garbage", "answers 201 with bytes that mean nothing", rewrites=replies.garbage)
    yield order("truncated", "answers 201 with half of its JSON", rewrites=replies.truncated)
    yield order("as-text", "answers the right 201 as `text/plain`", rewrites=replies.as_text)
    yield order("as-page", "answers 200 with a page in HTML", rewrites=replies.as_page(200))
    text = "answers 201 with the reference of an earlier order of the tenant"
    yield order("earlier-reference", text, rewrites=replies.earlier_reference)
    text = "answers 201 with the reference of another tenant's order"
    yield order("other-tenants-reference", text, rewrites=replies.other_reference)
    text = "answers 201 with another tenant, its number and its reference"
    yield order("other-tenants-order", text, rewrites=replies.other_order)
    yield order("no-reference", "answers 201 without a reference", rewrites=replies.without_reference)
    yield order("answers-200", "answers 200 instead of 201", rewrites=replies.with_status(200))
    yield order("huge", "answers 201 with ten mebibytes", rewrites=replies.huge)
    yield order("drips", "answers 201 a few bytes at a time, for `--late` seconds", sends=sending.dripped)
    yield order("bomb", "answers 201 with a mebibyte of gzip that unfolds to a gibibyte", rewrites=replies.bomb)


def _again(row: Any) -> Iterator[Behaviour]:
    text = f"{_TAKEN} and closes the connection without a word; a number that comes again is done again"
    yield row("not-idempotent", text, Call.ORDER, sends=sending.dropped, again=True)
    text = (
        f"{_TAKEN}, closes the connection without a word, and answers 404 to who looks it up in the next five seconds"
    )
    yield row("forgets", text, Call.ORDER, sends=sending.dropped, forgets=True)


def _told(row: Any) -> Iterator[Behaviour]:
    all_of = {"batched": True}
    yield row("told-first", "tells the first update of an order before it answers it", Call.ORDER, tells_first=True)
    yield row("shuffled", "tells the updates of an order in another order", tells=hearsay.shuffled, **all_of)
    yield row("doubled", "tells each update twice", tells=hearsay.twice)
    yield row("renumbered", "tells each update once more with its number and another id", tells=hearsay.renumbered)
    yield row(
        "second-late", "tells the second update `--gap` seconds after the last", tells=hearsay.second_late, **all_of
    )
    yield row("committed-first", "tells COMMITTED before ACKNOWLEDGED", bends=hearsay.committed_first)
    yield row("of-nobody", "tells each update of an order that there is not as well", tells=hearsay.of_nobody)
    yield row("of-another-tenant", "tells each update of another tenant as well", tells=hearsay.of_another_tenant)
    yield row("unknown-codes", "tells a WARNING with codes that nobody knows", bends=hearsay.warned)
    yield row("silent", "does everything and tells nothing", tells=hearsay.silent)
    text = "takes the completed service away again: an unsolicited cease, from CREATED on"
    yield row("takes-away", text, takes_service_away=True)


def _honest(row: Any) -> Iterator[Behaviour]:
    """What a supplier may well do."""
    changes = (Call.AMENDMENT, Call.CANCELLATION)
    yield row("acknowledges-at-once", "answers an order with 201 ACKNOWLEDGED", Call.ORDER, **_ACKNOWLEDGED)
    yield row(
        "commits-at-once", "answers an order with 201 IN_PROGRESS and its dates", Call.ORDER, at_once="IN_PROGRESS"
    )
    yield row("rejects", "takes an order with 202 and tells ORDER_REJECTED", bends=hearsay.rejected)
    no = replies.says(422, "address: the network has no room there")
    yield row("refuses-422", "refuses an order with 422 and does nothing", Call.ORDER, instead=no)
    text = "grants amendments and cancellations at once, with 201"
    yield row("changes-at-once", text, *changes, at_once="COMPLETED", lingers=True)
    yield row("refuses-changes", "takes changes with 202 and tells that they are rejected", agrees=False, lingers=True)
    gone = replies.says(409, "timeslot: its last place has gone; ask for available appointments again")
    yield row("slot-gone", "answers 409 to a booking the first time", Call.BOOKING, instead=gone, times=1)
    text = "answers availability and timeslots after `--late` seconds"
    yield row("slow-to-look", text, Call.AVAILABILITY, Call.SLOTS, sends=sending.late)
    text = "answers availability and timeslots with bytes that mean nothing"
    yield row("garbled-to-look", text, Call.AVAILABILITY, Call.SLOTS, rewrites=replies.garbage)


def _quoted(row: Any) -> Iterator[Behaviour]:
    quote = Call.QUOTE
    yield row(
        "drops-quote-reply",
        "answers a quote by closing the connection without a word, however often it is asked",
        quote,
        sends=sending.dropped,
    )
    text = "answers a quote with no more than the documents say: no price"
    yield row("tells-no-price", text, quote, rewrites=replies.without_price)
    text = "answers a quote with a monthly total that its charges do not come to"
    yield row("miscounts", text, quote, rewrites=replies.miscounted)


BEHAVIOURS: Final = tuple(_rows())
BY_NAME: Final = {one.name: one for one in BEHAVIOURS}
WELL: Final = BY_NAME[FAIRLY]
LONGEST_NAME: Final = max(len(one.name) for one in BEHAVIOURS)


def at(uprn: int) -> Behaviour:
    """The behaviour of an address."""
    number = (uprn - FIRST) // AREA
    return BEHAVIOURS[number] if 0 <= number < len(BEHAVIOURS) else WELL


def first_uprn(behaviour: Behaviour) -> int:
    """The first of its addresses."""
    return FIRST + behaviour.number * AREA
