"""How long alerts wait for a Slack that takes few or none: hours of it, on a virtual clock."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.fakes import FakeLedger
from vpc_guardrail.app.slack import Patience, SlackNotNowError, SlackTeller
from vpc_guardrail.wiring.slack import FIRST_WAIT, LAST_RECEIVE, LONGEST_WAIT, seconds_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from vpc_guardrail.app.ports import Json

HOUR = 3600.0
BATCH, INVOCATION_SECONDS, POST_SECONDS = 5, 60, 0.2


@dataclass
class SlackOfTime:
    """A channel that says at each time whether it takes a message; `taken` holds what it took."""

    says: Callable[[float], None]
    now: float = 0.0
    taken: list[Json] = field(default_factory=list)

    def post(self, payload: Json) -> None:
        self.now += POST_SECONDS
        self.says(self.now)
        self.taken.append(payload)

    def invocation(self) -> Patience:
        ends = self.now + INVOCATION_SECONDS
        return Patience(self.pause, lambda: ends - self.now)

    def pause(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Waiting:
    """An alert in the queue: when it can be received, and how often it was."""

    due: float
    alert: str
    received: int = 0


def deliver(alerts: int, slack: SlackOfTime) -> list[str]:
    """Deliver alerts that came all at once, as SQS and Lambda do; gives the dead letters."""
    ledger = FakeLedger()
    queue = [Waiting(0.0, f"alert-{number}") for number in range(alerts)]
    dead_letters: list[str] = []
    while queue:
        queue.sort(key=lambda each: each.due)
        slack.now = max(slack.now, queue[0].due)
        batch = [each for each in queue[:BATCH] if each.due <= slack.now]
        queue = queue[len(batch) :]
        teller = SlackTeller("all", slack, ledger, slack.invocation())
        for each in batch:
            received = each.received + 1
            try:
                teller.tell(each.alert, each.alert)
            except SlackNotNowError as error:
                if received == LAST_RECEIVE:
                    dead_letters.append(each.alert)
                    continue
                wait = seconds_until(error.retry_after, a_record(received, each.alert))
                queue.append(Waiting(slack.now + wait, each.alert, received))
    return dead_letters


def a_record(received: int, message_id: str = "message-1") -> dict[str, Json]:
    return {"messageId": message_id, "attributes": {"ApproximateReceiveCount": str(received)}}


def busy(retry_after: float) -> SlackNotNowError:
    return SlackNotNowError("429", retry_after=retry_after, concerns_all=True)


TROUBLES = {
    **{f"busy, asks for {seconds} s": busy(seconds) for seconds in (1, 5, 30, 60, 600, 3600)},
    "fails": SlackNotNowError("500"),
    "does not answer": SlackNotNowError("no answer", concerns_all=True),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_outage_of_six_hours_loses_nothing(trouble: str) -> None:
    """Fault: with a 429 that asked for seconds, an alert was a dead letter within half an hour."""

    def six_hours_of_it(now: float) -> None:
        if now < 6 * HOUR:
            raise TROUBLES[trouble]

    slack = SlackOfTime(six_hours_of_it)

    assert deliver(20, slack) == []
    assert sorted(slack.taken) == sorted({f"alert-{number}" for number in range(20)})
    assert slack.now < 7 * HOUR


@dataclass
class OneIn:
    """Takes one message in so many seconds, and says when it takes the next."""

    seconds: float
    free_at: float = 0.0

    def __call__(self, now: float) -> None:
        if now < self.free_at:
            raise busy(max(1, math.ceil(self.free_at - now)))
        self.free_at = now + self.seconds


@pytest.mark.parametrize(("alerts", "seconds"), [(1000, 1), (300, 10), (100, 60)])
def test_a_burst_is_told_in_whole_and_each_once(alerts: int, seconds: float) -> None:
    """Fault: those that waited alike came back at the same moment, when Slack took one of them."""
    slack = SlackOfTime(OneIn(seconds))

    assert deliver(alerts, slack) == []
    assert len(slack.taken) == len(set(slack.taken)) == alerts


@pytest.mark.parametrize("retry_after", [None, 1.0, 15.0, 77.5, 3600.0])
def test_it_waits_for_what_slack_asks_and_never_less_than_after_any_failure(
    retry_after: float | None,
) -> None:
    for received in range(1, LAST_RECEIVE + 1):
        least = max(retry_after or 0, min(FIRST_WAIT * 2 ** (received - 1), LONGEST_WAIT))
        assert least <= seconds_until(retry_after, a_record(received)) <= math.ceil(1.5 * least)


def test_those_who_came_together_come_back_apart() -> None:
    waits = {seconds_until(None, a_record(9, f"message-{number}")) for number in range(50)}

    assert len(waits) > 40
