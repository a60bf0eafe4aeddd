"""The events of a schedule, as the queues of its functions carry them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from vpc_guardrail.wiring.events import MalformedEventError
from vpc_guardrail.wiring.schedule import scheduled_time

SEVEN = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "time", ["2026-11-23T07:00:00Z", "2026-11-23T08:00:00+01:00", "2026-11-23T07:00:00"]
)
def test_the_hour_is_that_of_the_schedule(time: str) -> None:
    event = {"version": "0", "detail-type": "Scheduled Event", "time": time, "detail": {}}

    assert scheduled_time(json.dumps(event)) == SEVEN


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "{}", '{"time": 7}', '{"time": "seven"}', "[" * 100_000]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedEventError):
        scheduled_time(text)
