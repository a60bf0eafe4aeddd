"""Read what a deployed function wrote to CloudWatch Logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3


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
