"""A pace for calls: so many at once, then so many a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Lets calls through as a token bucket does; not for use by several threads."""

    def __init__(
        self,
        at_once: int,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._left = float(at_once)
        self._seen_at = clock()

    def wait(self) -> None:
        """Wait until one more call may be made."""
        self._refill()
        if self._left < 1:
            self._sleep((1 - self._left) / self._per_second)
            self._refill()
        self._left -= 1

    def _refill(self) -> None:
        now = self._clock()
        self._left += (now - self._seen_at) * self._per_second
        self._left = min(self._left, self._at_once)
        self._seen_at = now
