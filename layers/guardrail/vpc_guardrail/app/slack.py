"""Tell one alert to one Slack channel: once, and it counts as told only when Slack took it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vpc_guardrail.app.ports import Json, Ledger

SECONDS_TO_POST = 10.0
"""The longest that one post takes: nothing is begun with less time left."""


class SlackRefusedError(Exception):
    """Slack, or the secret with its address, will not take the alert however often it is sent."""


class SlackNotNowError(Exception):
    """Slack did not take the alert this time."""

    def __init__(
        self, reason: str, *, retry_after: float | None = None, concerns_all: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """After how many seconds Slack asks to be called again, if it says so."""
        self.concerns_all = concerns_all
        """True if any other alert would not be taken now either."""


class SlackChannel(Protocol):
    """One channel of Slack."""

    def post(self, payload: Json) -> None:
        """Post a message; raises `SlackRefusedError` and `SlackNotNowError`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long there is time to wait."""

    pause: Callable[[float], None]
    seconds_left: Callable[[], float]


class SlackTeller:
    """The use case, for the alerts of one batch to one destination."""

    def __init__(
        self, destination: str, channel: SlackChannel, ledger: Ledger, patience: Patience
    ) -> None:
        self._destination = destination
        self._channel = channel
        self._ledger = ledger
        self._patience = patience
        self._closed: SlackNotNowError | None = None

    def tell(self, alert_id: str, payload: Json) -> None:
        """Post an alert unless it was taken before; raises what `SlackChannel.post` does.

        After an error the ledger knows nothing of the alert, so that it is sent when it comes
        again. Where Slack took it and its answer was lost, it is told twice: at least once.
        """
        key = f"slack {self._destination} {alert_id}"
        self._ledger.once(key, lambda: self._post(payload))

    def _post(self, payload: Json) -> None:
        while True:
            if self._closed:
                raise self._closed
            if self._patience.seconds_left() < SECONDS_TO_POST:
                raise SlackNotNowError("no time is left in this invocation")
            try:
                self._channel.post(payload)
            except SlackNotNowError as error:
                self._wait_or_close(error)
            else:
                return

    def _wait_or_close(self, error: SlackNotNowError) -> None:
        """Wait as long as Slack asks for, if there is time; else nothing more is sent for now."""
        wait = error.retry_after
        if wait is not None and wait + SECONDS_TO_POST <= self._patience.seconds_left():
            self._patience.pause(wait)
            return
        if error.concerns_all:
            self._closed = error
        raise error
