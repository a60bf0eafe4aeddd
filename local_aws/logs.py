"""Read what a deployed function wrote to CloudWatch Logs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

SECONDS_TO_APPEAR = 20.0
SECONDS_BETWEEN_LOOKS = 0.1


def log_lines(session: boto3.Session, log_group: str) -> list[str]:
    """All lines of the group, oldest first; none while the group is not there."""
    logs = session.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=log_group)
    try:
        events = [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in sorted(events, key=lambda event: event["timestamp"])]


def log_records(session: boto3.Session, log_group: str) -> list[dict[str, Any]]:
    """The structured lines of the group: those that are JSON objects."""
    records = []
    for line in log_lines(session, log_group):
        if line.startswith("{"):
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return records


def wait_for_line(
    session: boto3.Session,
    log_group: str,
    wanted: Callable[[str], bool],
    *,
    seconds: float = SECONDS_TO_APPEAR,
) -> str:
    """The first line that is wanted; `TimeoutError` with the lines that came if none is."""
    deadline = time.monotonic() + seconds
    while True:
        lines = log_lines(session, log_group)
        found = next((line for line in lines if wanted(line)), None)
        if found is not None:
            return found
        if time.monotonic() > deadline:
            seen = "\n".join(lines) or "(no line at all)"
            raise TimeoutError(f"No such line in {log_group} after {seconds:.0f} s:\n{seen}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
