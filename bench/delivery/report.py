"""The tables of the deliveries, and what they come to."""

from collections.abc import Iterator
from statistics import median

from rich.table import Table

from bench.delivery.found import Deliveries, Waited
from bench.delivery.parts import ratio
from bench.report import Floor

CLIENT = "client"


def tables(found: Deliveries) -> Iterator[Table]:
    if found.drained:
        yield _drained(found)
    if found.waited:
        yield _waited(found)


def _drained(found: Deliveries) -> Table:
    sizes, client = found.sizes, found.drained.get(CLIENT)
    table = _table(f"{sizes.orders} orders with {sizes.each} KCIs each, one worker process; posts a second", "who")
    for name in ("posts", "of the client", "CPU µs", "delivered", "twice"):
        table.add_column(name, justify="right")
    for name, one in found.drained.items():
        table.add_row(
            name,
            f"{median(one.per_second):,.0f}",
            f"{ratio(one.per_second, client.per_second):.2f}" if client else "",
            f"{median(one.cpu) * 1e6:.0f}" if one.cpu else "",
            f"{one.delivered:,}",
            str(one.twice),
        )
    return table


def _waited(found: Deliveries) -> Table:
    table = _table(
        f"from commit to arrival; {found.sizes.steady_rate:g} KCIs a second, quiet {found.sizes.quiet_rate:g}"
    )
    for name in ("p50 ms", "p99 ms", "told late", "delivered", "twice"):
        table.add_column(name, justify="right")
    for name, one in found.waited.items():
        table.add_row(name, _ms(one.p50), _ms(one.p99), f"{one.late:,}", f"{one.delivered:,}", str(one.twice))
    return table


def _table(title: str, first: str = "who") -> Table:
    table = Table(title=title)
    table.add_column(first)
    return table


def _ms(seconds: list[float]) -> str:
    return f"{median(seconds) * 1e3:.1f}"


def floors(found: Deliveries) -> Iterator[Floor]:
    drained, waited = found.drained, found.waited
    if "gateway" in drained and CLIENT in drained:
        share = ratio(drained["gateway"].per_second, drained[CLIENT].per_second)
        yield Floor("ordered deliveries, of the client alone", share, 0.35)
    if "gateway" in waited:
        yield _most("commit to arrival, p50 ms", median(waited["gateway"].p50) * 1e3, 20)
        yield _most("commit to arrival, p99 ms", median(waited["gateway"].p99) * 1e3, 200)
    if found.claimed.p50:
        came = f"claiming 50 ({median(found.claimed.came):g} came), {found.claimed.blocked:,} orders blocked, ms"
        yield _most(came, median(found.claimed.p50) * 1e3, 10)
        yield _most("the same, p95 ms", median(found.claimed.p95) * 1e3, 10)
    alone, beside = waited.get("quiet, alone"), waited.get("quiet, beside")
    if alone and beside:
        yield _most(
            f"a quiet tenant's p99 beside {found.sizes.backlog:,} lanes, of its own alone", _of(beside, alone), 1.5
        )


def _of(one: Waited, other: Waited) -> float:
    return ratio(one.p99, other.p99)


def _most(text: str, figure: float, bound: float) -> Floor:
    return Floor(text, figure, bound, below_is_well=True)
