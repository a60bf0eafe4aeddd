"""Calls side by side, over few connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vpc_guardrail.adapters.clients import PARALLEL_CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for parallel calls; a fault in one call takes back those that have not begun."""
    threads = ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="ec2")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
