"""Watch SQS queues of a deployed stack, such as its dead-letter queues."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3

SECONDS_TO_ARRIVE = 60.0
POLL_SECONDS = 1
MAX_MESSAGES = 10
"""Most messages that one ReceiveMessage gives."""


def give_up_soon(
    session: boto3.Session, queue_url: str, *, receives: int = 2, seconds: int = 5
) -> None:
    """Let a message that its function fails on go to the dead-letter queue in seconds.

    The template gives it several receives, minutes apart. `seconds` is the visibility timeout: it
    must stay longer than an invocation takes, a cold start on a busy machine included, or the
    message is handed out twice at once.
    """
    sqs = session.client("sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    redrive["maxReceiveCount"] = receives
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={"VisibilityTimeout": str(seconds), "RedrivePolicy": json.dumps(redrive)},
    )


def take_messages(
    session: boto3.Session, queue_url: str, *, count: int = 1, seconds: float = SECONDS_TO_ARRIVE
) -> list[str]:
    """Bodies of the next messages, deleted from the queue; `TimeoutError` when too few come."""
    sqs = session.client("sqs")
    bodies: list[str] = []
    deadline = time.monotonic() + seconds
    while len(bodies) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"{queue_url} gave {len(bodies)} of {count} messages in {seconds:.0f} s: {bodies}"
            )
        received = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=MAX_MESSAGES, WaitTimeSeconds=POLL_SECONDS
        )
        for message in received.get("Messages", []):
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def message_count(session: boto3.Session, queue_url: str) -> int:
    """Messages in the queue, those in flight included."""
    attributes = session.client("sqs").get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["All"]
    )["Attributes"]
    waiting = int(attributes["ApproximateNumberOfMessages"])
    return waiting + int(attributes["ApproximateNumberOfMessagesNotVisible"])
