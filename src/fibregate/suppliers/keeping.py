"""A question as it is kept with the intent to ask it, and asked again from: plain JSON, equal after reading."""

from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from fibregate.suppliers.ethernet import EthernetAsked
from fibregate.suppliers.questions import AmendmentAsked, BookingAsked, CancellationAsked, Cease, Modify, Provide

Kept = Provide | Modify | Cease | EthernetAsked | BookingAsked | AmendmentAsked | CancellationAsked
Question = TypeVar("Question", bound=Kept)

_KINDS: Final = {
    kind.__name__: TypeAdapter[Any](kind)
    for kind in (Provide, Modify, Cease, EthernetAsked, BookingAsked, AmendmentAsked, CancellationAsked)
}


def dump(asked: Kept) -> dict[str, Any]:
    """Holds personal data: contacts and notes."""
    kind = type(asked).__name__
    return {"kind": kind, "asked": _KINDS[kind].dump_python(asked, mode="json")}


def load(kept: dict[str, Any], wanted: type[Question]) -> Question:
    """Raises TypeError where it is another question than the one that is wanted."""
    found: object = _KINDS[kept["kind"]].validate_python(kept["asked"])
    if not isinstance(found, wanted):
        raise TypeError(f"{kept['kind']} was kept, and not {wanted.__name__}")
    return found
