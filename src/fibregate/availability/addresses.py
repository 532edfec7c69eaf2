"""Look addresses up: those of our own network's premises, in reach or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from fibregate.availability import own, store
from fibregate.db import Row, Statements
from fibregate.suppliers.answers import Address
from fibregate.suppliers.questions import Identifier

MOST: Final = 100
_READ: Final = 1000
"""Premises of one postcode that are looked through."""

GOLD: Final = "Gold"
"""The address itself is known, not only its surroundings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """By UPRN, by postcode, or by both; the parts narrow it down, in any case of letters."""

    uprn: int | None = None
    postcode: str | None = None
    parts: Mapping[str, str]


async def look_up(on: Statements, wanted: Wanted, *, source: str) -> tuple[list[Address], bool]:
    """At most 100, by street and number; and whether there are more."""
    postcode = _plain(wanted.postcode) if wanted.postcode else None
    if wanted.uprn is not None:
        rows = await store.list_at_uprn(on, wanted.uprn)
    else:
        rows = await store.list_at_postcode(on, postcode or "", limit=_READ)
    fitting = [row for row in rows if _fits(row["address"], postcode, wanted.parts)]
    return [_address(row, source) for row in fitting[:MOST]], len(fitting) > MOST or len(rows) == _READ


def _fits(known: Mapping[str, Any], postcode: str | None, parts: Mapping[str, str]) -> bool:
    if postcode is not None and _plain(str(known.get("postcode") or "")) != postcode:
        return False
    return all(str(known.get(name) or "").casefold() == said.strip().casefold() for name, said in parts.items())


def _plain(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def _address(row: Row, source: str) -> Address:
    known = cast("Mapping[str, Any]", row["address"])
    more = cast("list[Mapping[str, str]]", known.get("identifier", {}).get("additionalIdentifiers") or [])
    further = tuple(Identifier(one["id"], one["type"]) for one in more)
    identifier = Identifier(str(row["uprn"]), "UPRN", further)
    return replace(own.address(identifier, known), qualifier=GOLD, source=source)
