"""The record of who called which AWS API, so that tests can prove it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 100_000
"""Calls kept; older ones fall out, so that a server left running does not grow without end."""


@dataclass(frozen=True)
class CallRecord:
    """One call that was answered."""

    service: str
    operation: str
    principal: str
    """ARN of the caller, or its access key when the key belongs to nobody."""
    status: int
    at: float
    """Epoch seconds at which the answer was ready."""


class CallLog:
    """Calls since the last reset, oldest first."""

    def __init__(self) -> None:
        self._records: deque[CallRecord] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, record: CallRecord) -> None:
        with self._lock:
            self._records.append(record)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()

    def as_documents(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(record) for record in self._records]
