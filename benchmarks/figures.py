"""From single cold starts to figures that hold on a noisy machine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.emulator import ColdStart


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of measured values."""
        return cls(median(values), min(values), max(values))


@dataclass(slots=True)
class Series:
    """The cold starts of one subject, in the order of the rounds."""

    name: str
    starts: list[ColdStart] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    """What the last first invocation asked of AWS."""
    answering: list[float] = field(default_factory=list)
    """Milliseconds that the answering server itself needed, in each round."""

    def spread(self, figure: Callable[[ColdStart], float]) -> Spread:
        """The spread of one figure."""
        return Spread.of([figure(start) for start in self.starts])

    def ratio(self, to: Series, figure: Callable[[ColdStart], float]) -> Spread:
        """The spread of this figure over another's, round by round."""
        pairs = zip(self.starts, to.starts, strict=True)
        return Spread.of([figure(mine) / figure(other) for mine, other in pairs])


def init(start: ColdStart) -> float:
    """Milliseconds of init."""
    return start.init


def first_invocation(start: ColdStart) -> float:
    """Milliseconds of the first invocation."""
    return start.first_invocation


def both(start: ColdStart) -> float:
    """Milliseconds of both together."""
    return start.both


def processor(start: ColdStart) -> float:
    """Milliseconds on a processor, of both together."""
    return start.processor


def peak(start: ColdStart) -> float:
    """Peak memory in MB."""
    return start.peak_megabytes
