"""Three-valued truth: what holds, what does not, and what hangs on something unknown."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tri(IntEnum):
    """Kleene's three values; `min` is and, `max` is or."""

    NO = 0
    MAYBE = 1
    YES = 2

    @property
    def opposite(self) -> Tri:
        """Not; of what is unknown, unknown."""
        return Tri(Tri.YES - self)


def tri(value: bool | None) -> Tri:
    """A truth value of which None is unknown."""
    if value is None:
        return Tri.MAYBE
    return Tri.YES if value else Tri.NO


def every(values: Iterable[Tri]) -> Tri:
    """And, over all of them; of none, YES."""
    return min(values, default=Tri.YES)


def some(values: Iterable[Tri]) -> Tri:
    """Or, over all of them; of none, NO."""
    return max(values, default=Tri.NO)


def agreed(values: Iterable[Tri]) -> Tri:
    """What they all say, and MAYBE where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else Tri.MAYBE
