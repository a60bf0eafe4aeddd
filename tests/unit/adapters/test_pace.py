"""The pace of calls, on a clock of its own."""

from __future__ import annotations

import pytest

from vpc_guardrail.adapters.pace import Pace


class Clock:
    """A time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def waited(calls: int, *, at_once: int, per_second: float) -> float:
    """The seconds that so many calls, each of no time, take."""
    clock = Clock()
    pace = Pace(at_once, per_second, clock, clock.sleep)
    for _ in range(calls):
        pace.wait()
    return clock.now - 100


@pytest.mark.parametrize(
    ("calls", "seconds"), [(1, 0), (40, 0), (41, 0.125), (48, 1), (1000, 120), (2000, 245)]
)
def test_so_many_go_at_once_then_so_many_a_second(calls: int, seconds: float) -> None:
    assert waited(calls, at_once=40, per_second=8) == pytest.approx(seconds)


def test_what_was_not_used_is_kept_up_to_what_goes_at_once() -> None:
    clock = Clock()
    pace = Pace(2, 1, clock, clock.sleep)
    clock.sleep(1000)
    begun = clock.now

    for _ in range(3):
        pace.wait()

    assert clock.now - begun == pytest.approx(1)
