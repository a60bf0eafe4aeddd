"""SNS notifications as SQS queues carry them, without raw delivery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


class MalformedNotificationError(ValueError):
    """A message that is no notification with a JSON structure in it."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One published message: SNS gives it the same id however often it delivers it."""

    id: str
    document: Mapping[str, Any]
    timestamp: object = field(default=None, compare=False)
    """When SNS took it, as the envelope has it."""

    @property
    def published_at(self) -> datetime:
        """When SNS took it; raises `MalformedNotificationError` if no time is told."""
        try:
            time = datetime.fromisoformat(str(self.timestamp))
        except ValueError as error:
            raise MalformedNotificationError("the notification has no Timestamp") from error
        return time if time.tzinfo else time.replace(tzinfo=UTC)


def notification_of(body: str) -> Notification:
    """The notification of a queue message's body; raises `MalformedNotificationError` alone.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
    """
    envelope = _structure(body, "the message")
    message_id, message = envelope.get("MessageId"), envelope.get("Message")
    if not isinstance(message_id, str) or not message_id or not isinstance(message, str):
        raise MalformedNotificationError("the message is not an SNS notification")
    document = _structure(message, "what was published")
    return Notification(message_id, document, envelope.get("Timestamp"))


def _structure(text: str, what: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedNotificationError(f"{what} is not JSON") from error
    if not isinstance(values, dict):
        raise MalformedNotificationError(f"{what} is not a JSON structure")
    return values
