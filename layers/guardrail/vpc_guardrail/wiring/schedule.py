"""Events of a schedule, as the queues of its functions carry them."""

import json
from datetime import UTC, datetime

from vpc_guardrail.wiring.events import MalformedEventError


def scheduled_time(text: str) -> datetime:
    """The time that an event of the schedule stands for; raises `MalformedEventError`."""
    try:
        time = datetime.fromisoformat(json.loads(text)["time"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MalformedEventError("the message is no event of the schedule") from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
