"""What the network remembers, and the file that a killed one finds it in again.

Every change appends the whole thing as one line, before anybody is answered; a start reads the last line of each and
writes the file anew. A line that a kill cut off is nothing that anybody was told.
"""

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from fibregate.sandbox.remote.model import Booking, Change, ChangeKind, Kept, Order, Quote, Shape

AREA: Final = 1000
"""So many addresses share a book of visits, and a behaviour."""

_KEPT: Final[TypeAdapter[Kept]] = TypeAdapter(Kept)


class Memory:
    """Everything, by whoever's number and by our own reference."""

    def __init__(self, prefix: str, file: Path | None = None) -> None:
        self._prefix = prefix
        self._path = file
        self._file: BinaryIO | None = None
        self._numbers = itertools.count(int(time.time() * 10))  # a network that forgot gives no reference twice
        self._bookings: dict[tuple[str, int], Booking] = {}
        self._orders: dict[tuple[str, int], Order] = {}
        self._eldest: dict[str, Order] = {}
        self._services: dict[tuple[str, str], Order] = {}
        self._changes: dict[tuple[ChangeKind, str, int], Change] = {}
        self._quotes: dict[tuple[str, int], Quote] = {}
        self._at_slot: defaultdict[tuple[int, datetime], dict[str, Booking]] = defaultdict(dict[str, Booking])
        self._by_reference: dict[str, Kept] = {}

    def open(self) -> None:
        """Read the file, where there is one, and go on writing it."""
        if self._path is None:
            return
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                self._read(line)
            self._numbers = itertools.count(max(map(self._number, self._by_reference), default=next(self._numbers)) + 1)
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_bytes(b"".join(_KEPT.dump_json(one) + b"\n" for one in self._by_reference.values()))
        fresh.replace(self._path)
        self._file = self._path.open("ab", buffering=0)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, line: bytes) -> None:
        try:
            self._index(_KEPT.validate_json(line))
        except ValidationError:
            return  # cut off by a kill, so nobody was told of it

    def _number(self, reference: str) -> int:
        return int(reference.rpartition("-")[2])

    def reference(self, letter: str = "") -> str:
        """Our own name for something new, which nothing else has."""
        return f"{self._prefix}-{letter}{'-' if letter else ''}{next(self._numbers)}"

    def keep(self, thing: Kept) -> None:
        """Remember it as it is now."""
        self._index(thing)
        if self._file is not None:
            self._file.write(_KEPT.dump_json(thing) + b"\n")

    def _index(self, thing: Kept) -> None:
        self._by_reference[thing.reference] = thing
        if isinstance(thing, Booking):
            self._bookings[thing.tenant, thing.id] = thing
            self._at_slot[area(thing.uprn), thing.starts_at][thing.reference] = thing
        elif isinstance(thing, Change):
            self._changes[thing.what, thing.tenant, thing.id] = thing
        elif isinstance(thing, Quote):
            self._quotes[thing.tenant, thing.id] = thing
        else:
            self._index_order(thing)

    def _index_order(self, order: Order) -> None:
        if order.id is not None and not order.twin:
            self._orders[order.tenant, order.id] = order
            self._eldest.setdefault(order.tenant, order)
        if order.shape is Shape.PROVIDE and order.service_id:
            self._services[order.tenant, order.service_id] = order

    def booking(self, tenant: str, number: int) -> Booking | None:
        return self._bookings.get((tenant, number))

    def order(self, tenant: str, number: int) -> Order | None:
        return self._orders.get((tenant, number))

    def change(self, what: ChangeKind, tenant: str, number: int) -> Change | None:
        return self._changes.get((what, tenant, number))

    def quote(self, tenant: str, number: int) -> Quote | None:
        return self._quotes.get((tenant, number))

    def named(self, reference: str) -> Kept | None:
        return self._by_reference.get(reference)

    def everything(self) -> Iterator[Kept]:
        yield from self._by_reference.values()

    def orders(self) -> Iterator[Order]:
        """All of them, the oldest first."""
        return (one for one in self._by_reference.values() if isinstance(one, Order))

    def eldest(self, tenant: str) -> Order | None:
        """The first order with a number of a tenant."""
        return self._eldest.get(tenant)

    def eldest_of_others(self, tenant: str) -> Order | None:
        """The first order with a number of some other tenant."""
        return next((one for code, one in self._eldest.items() if code != tenant), None)

    def service(self, tenant: str, service_id: str) -> Order | None:
        """The order that made a live service of this tenant."""
        found = self._services.get((tenant, service_id))
        return found if found is not None and found.status == "COMPLETED" and not found.ceased else None

    def taken(self, uprn: int, starts_at: datetime, now: datetime) -> int:
        """How many places of a timeslot are held."""
        return sum(one.holds(now) for one in self._at_slot[area(uprn), starts_at].values())


def area(uprn: int) -> int:
    return uprn // AREA
