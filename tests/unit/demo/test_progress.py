"""While the demo goes: drawn over on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from demo.outcome import Outcome, VpcResult
from demo.progress import Display, can_animate


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_only_a_terminal_is_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert can_animate(Console(file=Terminal()))
    assert not can_animate(Console(file=io.StringIO()))

    monkeypatch.setenv("TERM", "dumb")
    assert not can_animate(Console(file=Terminal()))


def test_in_a_pipe_each_change_of_a_job_is_one_line() -> None:
    file = io.StringIO()
    running = Outcome("", inspections=0)
    with Display(Console(file=file, width=100)) as display:
        with display.step("Jobs start"):
            display.jobs({"sound": running})
            display.jobs({"sound": running})
            display.jobs({"sound": replace(running, verdict="compliant", inspections=1)})
        display.jobs({"sound": replace(running, verdict="compliant", inspections=2)})

    *lines, last = [" ".join(line.split()) for line in file.getvalue().splitlines()]
    assert lines == [
        "sound not yet inspected, running",
        "sound compliant, running",
    ]
    assert re.fullmatch(r"✓ [0-9.]+ s Jobs start", last)
    assert "\x1b" not in file.getvalue()


def test_in_a_pipe_each_score_of_the_vpc_is_one_line() -> None:
    file = io.StringIO()
    with Display(Console(file=file, width=100)) as display:
        display.vpc("no S3 endpoint", VpcResult("NON_COMPLIANT", "Score 69 of 100. HIGH x: y."))
        display.vpc("an S3 endpoint", VpcResult("COMPLIANT", "Score 100 of 100."))

    assert [" ".join(line.split()) for line in file.getvalue().splitlines()] == [
        "no S3 endpoint NON_COMPLIANT, score 69 of 100",
        "an S3 endpoint COMPLIANT, score 100 of 100",
    ]


def test_a_step_that_fails_is_marked_and_the_error_goes_on() -> None:
    file = io.StringIO()

    with (
        pytest.raises(ValueError, match="burns"),
        Display(Console(file=file, width=100)) as display,
        display.step("It goes wrong"),
    ):
        raise ValueError("It burns.")

    assert file.getvalue().startswith("✗")


def test_on_a_terminal_the_cursor_comes_back_after_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    file = Terminal()

    with (
        pytest.raises(KeyboardInterrupt),
        Display(Console(file=file, width=100, force_terminal=True)) as display,
        display.step("It is interrupted"),
    ):
        raise KeyboardInterrupt

    hidden, shown_again = "\x1b[?25l", "\x1b[?25h"
    assert file.getvalue().rindex(shown_again) > file.getvalue().index(hidden)
