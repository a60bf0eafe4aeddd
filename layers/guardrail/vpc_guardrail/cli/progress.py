"""How far a long reading has come, told on standard error where a person watches."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console

T = TypeVar("T")


def counted(items: Iterable[T], total: int, what: str, console: Console) -> Iterator[T]:
    """The items as they come; a terminal shows their number meanwhile, anything else nothing.

    What is no terminal is told to be one by FORCE_COLOR: the file itself is asked too.
    """
    if total <= 1 or not (console.is_interactive and console.file.isatty()):
        yield from items
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=total)
