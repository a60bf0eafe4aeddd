"""The circuit breaker: never more stops within an hour than it is told, whoever else counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW
from tests.laws import law
from vpc_guardrail.app.circuit_breaker import (
    ATTEMPTS,
    WINDOW,
    RecordChangedError,
    SlidingBreaker,
    StopRecord,
    TooManyStopsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Records:
    """Stop records in memory; `rivals` write between a reading and the next writing."""

    def __init__(self) -> None:
        self.record = StopRecord({}, 0)
        self.rivals: list[str] = []

    def read(self) -> StopRecord:
        return self.record

    def write(self, stops: Mapping[str, datetime], after: int) -> None:
        if self.rivals:
            rival = {self.rivals.pop(0): NOW}
            self.record = StopRecord({**self.record.stops, **rival}, self.record.version + 1)
        if after != self.record.version:
            raise RecordChangedError
        self.record = StopRecord(dict(stops), after + 1)


class Breaking:
    """A breaker with a clock of its own."""

    def __init__(self) -> None:
        self.time = NOW
        self.records = Records()
        self.breaker = SlidingBreaker(self.records, lambda: self.time)

    def lets_through(self, key: str, limit: int = 2) -> bool:
        try:
            self.breaker.admit(key, limit)
        except TooManyStopsError:
            return False
        return True


def test_so_many_stops_are_let_through_and_no_more() -> None:
    breaking = Breaking()

    assert [breaking.lets_through(key) for key in "abcd"] == [True, True, False, False]


def test_the_same_stop_counts_once() -> None:
    breaking = Breaking()

    assert [breaking.lets_through(key) for key in "aaab"] == [True] * 4
    assert breaking.lets_through("a")


def test_zero_lets_none_through() -> None:
    assert not Breaking().lets_through("a", limit=0)


def test_a_stop_is_forgotten_after_an_hour() -> None:
    breaking = Breaking()
    breaking.lets_through("a", limit=1)

    breaking.time = NOW + WINDOW - timedelta(microseconds=1)
    assert not breaking.lets_through("b", limit=1)

    breaking.time = NOW + WINDOW
    assert breaking.lets_through("b", limit=1)
    assert breaking.records.record.stops.keys() == {"b"}


def test_a_stop_that_another_counts_meanwhile_is_not_lost() -> None:
    breaking = Breaking()
    breaking.records.rivals = ["rival"]

    assert not breaking.lets_through("a", limit=1)
    assert breaking.records.record.stops.keys() == {"rival"}


def test_where_others_count_without_end_the_order_comes_back_later() -> None:
    breaking = Breaking()
    breaking.records.rivals = [f"rival-{number}" for number in range(ATTEMPTS)]

    with pytest.raises(RecordChangedError):
        breaking.lets_through("a", limit=100)


@law
@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 50)), max_size=20),
)
def test_no_hour_sees_more_stops_than_are_allowed(
    limit: int, orders: list[tuple[str, int]]
) -> None:
    breaking = Breaking()
    stopped: dict[str, datetime] = {}
    for key, minutes in orders:
        breaking.time += timedelta(minutes=minutes)
        if breaking.lets_through(key, limit):
            stopped.setdefault(f"{key} {breaking.records.record.stops[key]}", breaking.time)

    for start in stopped.values():
        assert sum(start <= each < start + WINDOW for each in stopped.values()) <= limit
