"""How far a reading has come: told to a terminal, and to nothing else."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from vpc_guardrail.cli.progress import counted

if TYPE_CHECKING:
    from collections.abc import Iterator


class Terminal(StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def terminal_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def shown(file: StringIO, items: list[str]) -> str:
    """What the file gets while the items come."""
    assert [*counted(iter(items), len(items), "VPCs scored", Console(file=file))] == items
    return file.getvalue()


def test_a_terminal_shows_how_many_of_how_many() -> None:
    text = shown(Terminal(), ["a", "b", "c"])

    assert "VPCs scored" in text
    assert "0/3" in text
    assert "3/3" in text


def test_it_is_gone_in_the_end() -> None:
    text = shown(Terminal(), ["a", "b"])

    assert text.endswith("\x1b[1A\x1b[2K")


def test_one_alone_is_not_counted() -> None:
    assert shown(Terminal(), ["a"]) == ""


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "TTY_INTERACTIVE", ""])
def test_a_file_or_a_pipe_gets_nothing(forced: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if forced:
        monkeypatch.setenv(forced, "1")

    assert shown(StringIO(), ["a", "b"]) == ""


def test_a_terminal_that_cannot_move_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")

    assert shown(Terminal(), ["a", "b"]) == ""


def test_an_error_on_the_way_comes_out_and_leaves_no_bar() -> None:
    terminal = Terminal()

    def failing() -> Iterator[str]:
        yield "a"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        [*counted(failing(), 2, "VPCs scored", Console(file=terminal))]
    assert terminal.getvalue().endswith("\x1b[1A\x1b[2K")
