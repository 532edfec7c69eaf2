"""Products, prices and sites of our own network's Ethernet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fibregate.vocabulary import SupplierId

CODE: Final = re.compile(r"([1-9][0-9]{0,3}[MG])([1-9][0-9]{0,3}[MG])")
"""A bandwidth: rate, then bearer."""


class Roles(StrEnum):
    """Which sites a product joins: one A-END with one B-END, or any."""

    ENDS = "ENDS"
    ANY = "ANY"


class Work(StrEnum):
    """What is to be done at a site: nothing, look at it, build to it, or nobody knows."""

    NONE = "NONE"
    SURVEY = "SURVEY"
    CIVILS = "CIVILS"
    UNKNOWN = "UNKNOWN"


def mbps(text: str) -> int:
    """Of `100M` or `10G`."""
    return int(text[:-1]) * (1000 if text[-1] == "G" else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """A rate on a bearer. `monthly` is at a term of 100 per cent and before distance."""

    code: str
    monthly: Decimal
    connection: Decimal

    @property
    def rate(self) -> int:
        """Mbit/s."""
        return mbps(self._parts[0])

    @property
    def bearer(self) -> str:
        return self._parts[1]

    @property
    def size(self) -> tuple[int, int]:
        """By which one is greater than another."""
        return self.rate, mbps(self.bearer)

    @property
    def _parts(self) -> tuple[str, str]:
        found = CODE.fullmatch(self.code)
        if found is None:
            raise AssertionError("the schema keeps bandwidths in their form")
        return found[1], found[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A service between sites; its bandwidths from the least to the greatest."""

    id: str
    name: str
    roles: Roles
    bandwidths: Sequence[Bandwidth]

    def bandwidth(self, code: str) -> Bandwidth | None:
        return next((one for one in self.bandwidths if one.code == code), None)

    def best(self, *, rate: int, bearer: int) -> Bandwidth | None:
        """The greatest that is no faster than `rate` and needs no more than `bearer`, in Mbit/s."""
        fits = [one for one in self.bandwidths if one.rate <= rate and mbps(one.bearer) <= bearer]
        return max(fits, key=lambda one: one.size, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """What is sold under one code. Distances are steps in metres, ascending from 0; `lead_days` are working days."""

    supplier_id: SupplierId
    products: Mapping[str, Product]
    terms: Mapping[int, Decimal]
    distances: Sequence[tuple[int, Decimal]]
    lead_days: Mapping[Work, int]
    validity_days: int
    included_construction: Decimal
    cease_notice_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place on the national grid. `greatest_bearer`: no headend for more is within reach."""

    kind: str
    identifier: str
    name: str
    postcode: str
    easting: int
    northing: int
    work: Work
    construction: Decimal | None = None
    greatest_bearer: str | None = None
    validity_days: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.identifier


def plain(postcode: str) -> str:
    """As postcodes are compared: without the space, in capitals."""
    return postcode.replace(" ", "").upper()
