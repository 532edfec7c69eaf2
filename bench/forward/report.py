"""The table of calls that are passed on, and what they come to."""

from collections.abc import Iterator
from statistics import median

from rich.table import Table

from bench.forward.parts import ALONE, AVAILABILITY, BESIDE, BOOKING, FAN_OUT, SLOW_CALLS
from bench.report import Floor
from bench.rounds import Bench

TITLES = {
    FAN_OUT: "availability of five suppliers, 100 ms each",
    AVAILABILITY: "availability of one supplier",
    BOOKING: "booking at one supplier",
    ALONE: "availability, nothing slow in flight",
    BESIDE: f"the same beside {SLOW_CALLS:,} calls of 10 s",
}


def table(bench: Bench) -> Table | None:
    found = {title: bench.series[name] for name, title in TITLES.items() if name in bench.series}
    if not found:
        return None
    made = Table(title="calls passed on to suppliers")
    for name in ("", "a second", "Python µs", "CPU µs", "p50 ms", "p99 ms"):
        made.add_column(name, justify="right" if name else "left")
    for title, one in found.items():
        whose = [one.python, one.cpu] if title != TITLES[BESIDE] else []  # the slow calls' as well
        cpu = [f"{median(each) * 1e6:.0f}" for each in whose] or ["", ""]
        made.add_row(title, f"{one.rate:,.0f}", *cpu, f"{median(one.p50) * 1e3:.1f}", f"{median(one.p99) * 1e3:.1f}")
    return made


def floors(bench: Bench) -> Iterator[Floor]:
    series = bench.series
    if FAN_OUT in series:
        yield _most("fan-out to five suppliers of 100 ms, p50 ms", median(series[FAN_OUT].p50) * 1e3, 115, "{:.1f}")
    if AVAILABILITY in series:
        yield _most(
            "Python CPU of a forwarded availability, µs", median(series[AVAILABILITY].python) * 1e6, 600, "{:.0f}"
        )
    if BOOKING in series:
        yield _most("Python CPU of a forwarded booking, µs", median(series[BOOKING].python) * 1e6, 1000, "{:.0f}")
    if BESIDE in series:
        shares = [one / other for one, other in zip(series[BESIDE].p99, series[ALONE].p99, strict=True)]
        yield _most(f"p99 beside {SLOW_CALLS:,} slow calls, of its own alone", median(shares), 1.5, "{:.2f}")


def _most(text: str, figure: float, bound: float, form: str) -> Floor:
    return Floor(text, figure, bound, below_is_well=True, form=form)
