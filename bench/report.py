"""The table, and what it comes to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.rounds import Bench, Series


@dataclass(frozen=True, slots=True)
class Floor:
    """One promise: a figure, and what it must not be below (or above)."""

    text: str
    figure: float
    bound: float
    below_is_well: bool = False
    form: str = "{:.2f}"

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound if self.below_is_well else self.figure >= self.bound


SIDES = (
    ("availability read", "read", "read-peer"),
    ("availability read, a million", "million", "million-peer"),
    ("booking", "book", "book-peer"),
    ("order", "order", "order-peer"),
    ("door alone, read", "door-read", "bare-read"),
    ("door alone, booking", "door-book", "bare-book"),
)


def show(
    console: Console, bench: Bench, tables: Iterable[Table] = (), more: Iterable[Floor] = (), *, strict: bool
) -> int:
    """Prints all; 1 when rows and answers differ, or where `strict` and a floor is missed."""
    if any(ours in bench.series for _, ours, _ in SIDES):
        console.print(_rates(bench))
    for table in tables:
        console.print(table)
    floors = [*_floors(bench), *more]
    console.print(_verdicts(floors))
    checked = ", ".join(f"{count:,} {what}" for what, count in bench.checked.items())
    if checked:
        console.print(f"rows compared with the answers: {checked}")
    for fault in bench.faults:
        console.print(f"[red]WRONG[/red] {fault}")
    if bench.faults:
        return 1
    return int(strict and not all(one.holds for one in floors))


def _rates(bench: Bench) -> Table:
    table = Table(title=f"medians of {bench.rounds} rounds; rates in requests or transactions a second")
    for name in ("", "gateway", "beside it", "ratio", "CPU µs", "p50 ms", "p99 ms", "MB"):
        table.add_column(name, justify="right" if name else "left")
    for title, ours, theirs in SIDES:
        if ours in bench.series:
            table.add_row(title, *_cells(bench.series[ours], bench.series.get(theirs)))
    return table


def _cells(ours: Series, theirs: Series | None) -> list[str]:
    ratio = f"{_ratio(ours, theirs):.2f}" if theirs else ""
    beside = f"{theirs.rate:,.0f}" if theirs else ""
    return [
        f"{ours.rate:,.0f}",
        beside,
        ratio,
        f"{median(ours.cpu) * 1e6:.0f}",
        f"{median(ours.p50) * 1e3:.1f}",
        f"{median(ours.p99) * 1e3:.1f}",
        f"{max(ours.megabytes):.0f}",
    ]


def _ratio(ours: Series, theirs: Series) -> float:
    """The median of the rounds' own ratios: what slows the machine down for a while slows both sides of a round."""
    return median(one / other for one, other in zip(ours.per_second, theirs.per_second, strict=True))


def _floors(bench: Bench) -> list[Floor]:
    found: list[Floor] = []
    series = bench.series

    def add(needs: tuple[str, ...], make: Callable[[], Floor]) -> None:
        if all(one in series for one in needs):
            found.append(make())

    for title, ours, theirs, bound in (
        ("availability read, of pgbench", "read", "read-peer", 0.15),
        ("booking, of pgbench", "book", "book-peer", 0.45),
        ("order, of pgbench", "order", "order-peer", 0.35),
    ):
        add((ours, theirs), lambda t=title, o=ours, p=theirs, b=bound: Floor(t, _ratio(series[o], series[p]), b))
    for what in ("read", "book"):
        add(
            (f"door-{what}", f"bare-{what}"),
            lambda w=what: Floor(
                f"CPU of the door, of a bare Starlette ({w})",
                median(series[f"door-{w}"].cpu) / median(series[f"bare-{w}"].cpu),
                1.4,
                below_is_well=True,
            ),
        )
    if "book" in series and series["book"].commits:
        add(
            ("book",),
            lambda: Floor("commits a booking", median(series["book"].commits), 1.02, below_is_well=True, form="{:.3f}"),
        )
    memory = [max(one.megabytes) for name, one in series.items() if name in {"read", "book", "order"} and one.megabytes]
    if memory:
        found.append(Floor("resident MB under load", max(memory), 130, below_is_well=True, form="{:.0f}"))
    add(
        ("million", "read"),
        lambda: Floor("a million premises, of ten thousand", _ratio(series["million"], series["read"]), 0.7),
    )
    return found


def _verdicts(floors: list[Floor]) -> Table:
    table = Table(title="floors")
    for name in ("", "figure", "floor", ""):
        table.add_column(name)
    for one in floors:
        sign = "<=" if one.below_is_well else ">="
        verdict = "[green]PASS[/green]" if one.holds else "[red]BELOW[/red]"
        table.add_row(one.text, one.form.format(one.figure), f"{sign} {one.bound:g}", verdict)
    return table
