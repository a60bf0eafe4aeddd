"""Telling Slack: once, and only what Slack took counts as told. Fault 13 of the peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.fakes import FakeLedger, LedgerBusyError
from vpc_guardrail.app.slack import (
    SECONDS_TO_POST,
    Patience,
    SlackNotNowError,
    SlackRefusedError,
    SlackTeller,
)

if TYPE_CHECKING:
    from vpc_guardrail.app.ports import Json

PAYLOAD = {"text": "noncompliant"}


@dataclass
class FakeChannel:
    """A channel that meets these errors first; `taken` holds what it took then."""

    coming: list[Exception] = field(default_factory=list)
    taken: list[Json] = field(default_factory=list)
    asked: int = 0

    def post(self, payload: Json) -> None:
        self.asked += 1
        if self.coming:
            raise self.coming.pop(0)
        self.taken.append(payload)


@dataclass
class FakeTime:
    """The time of one invocation; waiting uses it up."""

    left: float = 60.0
    waited: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.left -= seconds
        self.waited.append(seconds)

    @property
    def patience(self) -> Patience:
        return Patience(self.pause, lambda: self.left)


@dataclass
class Telling:
    """A teller among fakes."""

    channel: FakeChannel = field(default_factory=FakeChannel)
    time: FakeTime = field(default_factory=FakeTime)
    ledger: FakeLedger = field(default_factory=FakeLedger)

    def batch(self, destination: str = "all") -> SlackTeller:
        return SlackTeller(destination, self.channel, self.ledger, self.time.patience)


def busy(seconds: float) -> SlackNotNowError:
    return SlackNotNowError("429", retry_after=seconds, concerns_all=True)


def test_an_alert_is_told_once_however_often_it_comes() -> None:
    telling = Telling()

    for _ in range(3):
        telling.batch().tell("alert-1", PAYLOAD)
    telling.batch().tell("alert-2", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD] * 2


def test_two_destinations_are_told_once_each() -> None:
    telling = Telling()

    telling.batch("all").tell("alert-1", PAYLOAD)
    telling.batch("urgent").tell("alert-1", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD] * 2


def test_another_that_tells_it_now_is_not_joined() -> None:
    telling = Telling()
    telling.ledger.hold("slack all alert-1")

    with pytest.raises(LedgerBusyError):
        telling.batch().tell("alert-1", PAYLOAD)

    assert telling.channel.asked == 0


def test_it_waits_as_long_as_slack_asks_for() -> None:
    telling = Telling(FakeChannel([busy(3), busy(7)]))

    telling.batch().tell("alert-1", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD]
    assert telling.time.waited == [3, 7]


def test_fault_13_where_there_is_no_time_to_wait_the_alert_comes_back() -> None:
    telling = Telling(FakeChannel([busy(60)]))

    with pytest.raises(SlackNotNowError, match="429"):
        telling.batch().tell("alert-1", PAYLOAD)
    telling.batch().tell("alert-1", PAYLOAD)

    assert telling.time.waited == []
    assert telling.channel.taken == [PAYLOAD]


def test_the_wait_leaves_time_for_the_post_itself() -> None:
    telling = Telling(FakeChannel([busy(5)]), FakeTime(left=SECONDS_TO_POST + 5))

    telling.batch().tell("alert-1", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD]


def test_nothing_is_begun_that_could_not_be_ended() -> None:
    telling = Telling(time=FakeTime(left=SECONDS_TO_POST - 0.1))

    with pytest.raises(SlackNotNowError, match="no time is left"):
        telling.batch().tell("alert-1", PAYLOAD)

    assert telling.channel.asked == 0


@pytest.mark.parametrize(
    "error", [busy(3600), SlackNotNowError("no answer", concerns_all=True)], ids=str
)
def test_while_slack_takes_nothing_the_rest_of_the_batch_is_not_sent(
    error: SlackNotNowError,
) -> None:
    telling = Telling(FakeChannel([error]))
    batch = telling.batch()

    for alert in ("alert-1", "alert-2", "alert-3"):
        with pytest.raises(SlackNotNowError):
            batch.tell(alert, PAYLOAD)

    assert telling.channel.asked == 1
    assert "slack all alert-2" not in telling.ledger


def test_a_fault_with_one_alert_holds_up_no_other() -> None:
    telling = Telling(FakeChannel([SlackNotNowError("500"), SlackRefusedError("400")]))
    batch = telling.batch()

    with pytest.raises(SlackNotNowError):
        batch.tell("alert-1", PAYLOAD)
    with pytest.raises(SlackRefusedError):
        batch.tell("alert-2", PAYLOAD)
    batch.tell("alert-3", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD]


def test_fault_13_what_was_refused_is_not_remembered_as_told() -> None:
    """Once the owner has mended the webhook and sends the dead letter again, it is told."""
    telling = Telling(FakeChannel([SlackRefusedError("404 no_service")]))

    with pytest.raises(SlackRefusedError):
        telling.batch().tell("alert-1", PAYLOAD)
    telling.batch().tell("alert-1", PAYLOAD)

    assert telling.channel.taken == [PAYLOAD]
