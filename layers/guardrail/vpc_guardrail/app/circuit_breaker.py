"""The circuit breaker: a guardrail that stops ever more jobs is more likely wrong than right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

WINDOW = timedelta(hours=1)


class TooManyStopsError(Exception):
    """As many jobs as may be were stopped within the last hour."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} jobs were stopped within an hour")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class StopRecord:
    """The stops that are remembered, by their keys, and the version that they were read at."""

    stops: Mapping[str, datetime]
    version: int


class RecordChangedError(Exception):
    """Another invocation wrote the record meanwhile; it is to be read again."""


class StopRecords(Protocol):
    """Where the stops of the last hour are remembered."""

    def read(self) -> StopRecord:
        """The record as it is now; empty at version 0 where there is none."""

    def write(self, stops: Mapping[str, datetime], after: int) -> None:
        """Replace the record of this version; raises `RecordChangedError`."""


class CircuitBreaker(Protocol):
    """Lets stops through, up to a number within an hour."""

    def admit(self, key: str, limit: int) -> None:
        """Count the stop of this key, once; raises `TooManyStopsError`."""


ATTEMPTS = 10
"""Each is lost to another stop that was counted: only a few run at once."""


@dataclass(frozen=True, slots=True)
class SlidingBreaker:
    """A `CircuitBreaker` that looks back over one hour, whenever it is asked."""

    records: StopRecords
    now: Callable[[], datetime]

    def admit(self, key: str, limit: int) -> None:
        """Count the stop of this key, once; raises `TooManyStopsError`.

        It is counted before it is done: a stop that fails and is tried again counts once.
        """
        if limit == 0:
            raise TooManyStopsError(limit)
        for attempt in range(ATTEMPTS):
            try:
                self._count(key, limit)
            except RecordChangedError:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def _count(self, key: str, limit: int) -> None:
        record, now = self.records.read(), self.now()
        recent = {name: at for name, at in record.stops.items() if at > now - WINDOW}
        if key in recent:
            return
        if len(recent) >= limit:
            raise TooManyStopsError(limit)
        self.records.write({**recent, key: now}, record.version)
