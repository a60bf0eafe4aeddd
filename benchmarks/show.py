"""The figures as tables."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from benchmarks import figures
from benchmarks.imports import by_package
from benchmarks.subjects import INSPECTOR, PLAIN_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from benchmarks.emulator import ColdStart
    from benchmarks.figures import Series, Spread
    from benchmarks.imports import Import

LEAST_WIDTH = 110
"""Columns that the table of times needs."""

HIGHEST_RATIO = 1.3
"""What the inspector may cost, beside a handler that only makes the clients it needs."""

IMPORTS_SHOWN = 15


def times(console: Console, series: Mapping[str, Series], rounds: int) -> None:
    """Medians with the least and the most, and ratios taken round by round."""
    yardstick = series[PLAIN_CLIENTS]
    table = Table(
        title=f"Cold start: median, and least to most, of {rounds} interleaved rounds",
        caption="Times in ms. First: the first invocation; both: with init before it. "
        f"Ratios: to {PLAIN_CLIENTS} of the same round.",
    )
    table.add_column("function", no_wrap=True)
    for heading in (
        *("init", "first", "init, ratio", "both, ratio"),
        *("both, CPU", "CPU, ratio", "peak MB", "calls"),
    ):
        table.add_column(heading, justify="right")
    for each in series.values():
        table.add_row(
            each.name,
            _spread(each.spread(figures.init), 0),
            _spread(each.spread(figures.first_invocation), 0),
            _spread(each.ratio(yardstick, figures.init), 2),
            _spread(each.ratio(yardstick, figures.both), 2),
            _spread(each.spread(figures.processor), 0),
            _spread(each.ratio(yardstick, figures.processor), 2),
            f"{each.spread(figures.peak).median:.0f}",
            str(each.calls.total()),
            style="bold" if each.name == INSPECTOR else "",
        )
    console.print(table)


def calls(console: Console, inspector: Series) -> None:
    """What the first invocation asked of AWS."""
    counts = inspector.calls
    names = [name if count == 1 else f"{name} x {count}" for name, count in counts.items()]
    console.print(Text(f"First invocation, {counts.total()} calls: {', '.join(names)}."))
    console.print(
        "Of its time the answering server itself took at most "
        f"{_spread(figures.Spread.of(inspector.answering), 1, ' ms: ')}."
    )


def artifact(console: Console, sizes: Mapping[str, tuple[float, float]]) -> None:
    """The sizes of what is deployed."""
    parts = [f"{name} {here:.2f} MB ({packed:.2f} MB packed)" for name, (here, packed)
             in sizes.items()]  # fmt: skip
    console.print(f"Artifact: {', '.join(parts)}.")


def imports(console: Console, found: list[Import]) -> None:
    """The costliest imports, and what each package cost."""
    modules = Table(title=f"Imports: the {IMPORTS_SHOWN} costliest, with what they brought in, ms")
    modules.add_column("module")
    modules.add_column("in all", justify="right")
    modules.add_column("own", justify="right")
    for each in found[:IMPORTS_SHOWN]:
        modules.add_row(each.module, f"{each.in_all:.1f}", f"{each.own:.1f}")
    console.print(modules)
    packages = Table(title="Imports by package, ms of their own")
    packages.add_column("package")
    packages.add_column("own", justify="right")
    for package, own in by_package(found).most_common():
        packages.add_row(package, f"{own:.1f}")
    console.print(packages)


def judgement(console: Console, series: Mapping[str, Series]) -> bool:
    """Whether the inspector keeps within its bound, both ways."""
    inspector, yardstick = series[INSPECTOR], series[PLAIN_CLIENTS]
    kept = []
    measures: dict[str, Callable[[ColdStart], float]] = {
        "init": figures.init,
        "init and first invocation": figures.both,
    }
    for name, figure in measures.items():
        ratio = inspector.ratio(yardstick, figure).median
        kept.append(ratio <= HIGHEST_RATIO)
        console.print(
            f"{INSPECTOR}, {name}: {ratio:.2f} times {PLAIN_CLIENTS}, "
            f"{'within' if kept[-1] else 'ABOVE'} {HIGHEST_RATIO}."
        )
    return all(kept)


def machine(console: Console) -> None:
    """Where it was measured."""
    console.print(f"{platform.system()} {platform.machine()}; times drift by load, ratios hold.")


def _spread(spread: Spread, digits: int, separator: str = "\n") -> str:
    least, most = f"{spread.least:.{digits}f}", f"{spread.most:.{digits}f}"
    return f"{spread.median:.{digits}f}{separator}{least} to {most}"
