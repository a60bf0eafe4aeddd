"""Shows the demo while it goes: each step, and the jobs as they change.

On a terminal the running step and the jobs are drawn anew ten times a second below the steps that
are done. Elsewhere (a pipe, CI) each step and each change of a job is one plain line.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from demo.scenario import JOBS, VPC_STEPS
from demo.show import job_line, say, vpc_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from demo.outcome import Outcome, VpcResult

FRAMES_PER_SECOND = 10
LONGEST_NAME = max(len(name) for name in (*(p.name for p in JOBS), *(s.what for s in VPC_STEPS)))


def can_animate(console: Console) -> bool:
    """Whether lines can be drawn over: never in a pipe, whatever `FORCE_COLOR` says."""
    return console.file.isatty() and console.is_interactive and not console.is_dumb_terminal


class Display:
    """Shows the demo while it goes; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = ""
        self._spinner: Spinner | None = None
        self._began = self._step_began = time.monotonic()
        self._jobs: dict[str, Outcome] = {}
        self._vpc: tuple[str, Text] | None = None
        self._live: Live | None = None
        if can_animate(console):
            self._live = Live(
                get_renderable=self._frame,
                console=console,
                refresh_per_second=FRAMES_PER_SECOND,
                transient=True,
            )

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    @property
    def seconds(self) -> float:
        """Since the display was made."""
        return time.monotonic() - self._began

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """One step: spinning while it goes, then one line with the time it took."""
        self._step, self._step_began = text, time.monotonic()
        self._spinner = Spinner("line" if self._ascii else "dots", style="cyan")
        try:
            yield
        except BaseException:
            self._close_step("x" if self._ascii else "✗", "red")
            raise
        self._close_step("+" if self._ascii else "✓", "green")

    def jobs(self, outcomes: Mapping[str, Outcome]) -> None:
        """What is known of the jobs by now."""
        changed = {name: now for name, now in outcomes.items() if now != self._jobs.get(name)}
        told = {name: job_line(was) for name, was in self._jobs.items()}
        self._jobs = {**self._jobs, **changed}
        if self._live:
            return
        for name, now in changed.items():
            if told.get(name) != job_line(now):
                say(self._console, _indented(name, job_line(now)))

    def vpc(self, what: str, result: VpcResult) -> None:
        """What AWS Config says of the VPC by now."""
        line = vpc_line(result)
        if self._live:
            self._vpc = (what, line)
        else:
            say(self._console, _indented(what, line))

    @property
    def _ascii(self) -> bool:
        return self._console.options.ascii_only

    def _close_step(self, mark: str, style: str) -> None:
        line = _step_line(Text(mark, style=style), self._step, self._step_began)
        self._spinner = None
        say(self._console, line)

    def _frame(self) -> RenderableType:
        parts: list[RenderableType] = []
        if self._spinner:
            mark = self._spinner.render(time.monotonic())
            parts.append(_step_line(mark, self._step, self._step_began))
        if self._jobs:
            parts.append(Text())
            parts += [_indented(name, job_line(outcome)) for name, outcome in self._jobs.items()]
        if self._vpc:
            parts += [Text(), _indented(*self._vpc)]
        return Group(*parts)


def _indented(name: str, line: Text) -> RenderableType:
    """A line about a job, below the text of the steps."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=7)
    grid.add_column(width=LONGEST_NAME, style="bold")
    grid.add_row("", name, line)
    return grid


def _step_line(mark: RenderableType, text: str, began: float) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(justify="right", width=6, style="dim")
    grid.add_row(mark, f"{time.monotonic() - began:.1f} s", text)
    return grid
