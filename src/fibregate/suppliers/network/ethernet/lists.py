"""A price list as its file says it: read whole, judged whole, and put in place of the one before. TOML."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import IO, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.ethernet import store
from fibregate.suppliers.network.ethernet.model import Bandwidth, Roles
from fibregate.vocabulary import SupplierId

MOST: Final = 64 * 1024
"""Bytes of a file."""

Money = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]
Percent = Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)]
Code = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]$")]
Days = Annotated[int, Field(ge=0, le=500)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Offer(_Part):
    """What a bandwidth costs: a month at 100 per cent and without distance, and once."""

    monthly: Money
    connection: Money


class ProductListed(_Part):
    """A product, with its bandwidths by their codes."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,50}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    roles: Roles
    bandwidths: Annotated[dict[Code, Offer], Field(min_length=1, max_length=50)]


class Step(_Part):
    """What a service costs more a month from so far on."""

    from_metres: Annotated[int, Field(ge=0, le=2_000_000)]
    monthly: Money


class LeadDays(_Part):
    """Working days: without a survey, with one, and where something is built."""

    none: Days
    survey: Days
    civils: Days


class Listed(_Part):
    """A whole price list. `terms` are per cent of the monthly price by months; a cease has notice in days."""

    validity_days: Annotated[int, Field(ge=1, le=365)]
    included_construction: Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
    lead_days: LeadDays
    cease_notice_days: Annotated[int, Field(ge=0, le=365)] = 30
    terms: Annotated[dict[Annotated[int, Field(ge=1, le=120)], Percent], Field(min_length=1, max_length=20)]
    distances: Annotated[list[Step], Field(min_length=1, max_length=50)]
    products: Annotated[list[ProductListed], Field(min_length=1, max_length=50)]


def read(file: IO[bytes]) -> Listed:
    """The list of a file. Raises `Invalid` with every fault, each naming its place."""
    raw = file.read(MOST + 1)
    if len(raw) > MOST:
        raise Invalid(f"the file is longer than {MOST} bytes")
    try:
        said: Mapping[str, Any] = tomllib.loads(raw.decode(), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"the file is no TOML in UTF-8: {error}") from error
    try:
        found = Listed.model_validate(said)
    except ValidationError as wrong:
        raise Invalid([_words(one["loc"], one["msg"]) for one in wrong.errors(include_url=False)]) from wrong
    faults = list(_faults(found))
    if faults:
        raise Invalid(faults)
    return found


def _words(place: Sequence[int | str], message: str) -> str:
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place).removeprefix(".")
    return f"{path}: {message}"


def _faults(found: Listed) -> Iterator[str]:
    """What only several numbers tell: prices that would go the wrong way."""
    days = (found.lead_days.none, found.lead_days.survey, found.lead_days.civils)
    if list(days) != sorted(days):
        yield "lead_days: none, survey and civils must not fall"
    for (months, percent), (longer, more) in pairwise(sorted(found.terms.items())):
        if more > percent:
            yield f"terms.{longer}: {more} per cent is more than the {percent} of {months} months; it must not rise"
    yield from _of_distances(found.distances)
    ids = Counter(one.id for one in found.products)
    yield from (f"products: {one!r} is there {times} times" for one, times in ids.items() if times > 1)
    for place, product in enumerate(found.products):
        yield from (f"products[{place}].{fault}" for fault in _of_product(product))


def _of_distances(steps: Sequence[Step]) -> Iterator[str]:
    if steps[0].from_metres != 0:
        yield "distances[0].from_metres: the first step begins at 0"
    for near, far in pairwise(steps):
        if far.from_metres <= near.from_metres or far.monthly < near.monthly:
            yield f"distances: what comes after {near.from_metres} metres must be longer and cost no less"


def _of_product(product: ProductListed) -> Iterator[str]:
    for less, more in pairwise(sorted(_bandwidths(product), key=lambda one: one.size)):
        if more.monthly < less.monthly:
            yield f"bandwidths.{more.code}: costs less than {less.code}; it must not"


def _bandwidths(product: ProductListed) -> list[Bandwidth]:
    return [
        Bandwidth(code=code, monthly=offer.monthly, connection=offer.connection)
        for code, offer in product.bandwidths.items()
    ]


async def put(tx: Tx, supplier: SupplierId, found: Listed) -> None:
    """In place of what was sold under this code before; quotes that were given stay as they are."""
    lead = found.lead_days
    await store.put_prices(
        tx,
        supplier,
        validity_days=found.validity_days,
        included=str(found.included_construction),
        lead_days=(lead.none, lead.survey, lead.civils),
        cease_notice_days=found.cease_notice_days,
    )
    await store.empty(tx, supplier)
    await store.put_products(
        tx, supplier, [{"id": one.id, "name": one.name, "roles": one.roles.value} for one in found.products]
    )
    await store.put_bandwidths(
        tx,
        supplier,
        [
            {"product": product.id, "code": one.code, "monthly": str(one.monthly), "connection": str(one.connection)}
            for product in found.products
            for one in _bandwidths(product)
        ],
    )
    await store.put_terms(
        tx, supplier, [{"months": months, "percent": str(percent)} for months, percent in found.terms.items()]
    )
    await store.put_distances(
        tx, supplier, [{"from_metres": one.from_metres, "monthly": str(one.monthly)} for one in found.distances]
    )
