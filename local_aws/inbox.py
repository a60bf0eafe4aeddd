"""A subscriber of an SNS topic: a queue of its own that keeps what arrives."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3

SECONDS_TO_ARRIVE = 30.0
POLL_SECONDS = 1
MAX_MESSAGES = 10
"""Most messages that one ReceiveMessage gives."""


@dataclass(frozen=True)
class Notification:
    """One SNS message as an SQS subscriber gets it."""

    body: str
    """The text for SQS: under MessageStructure=json the `sqs` entry, or else `default`."""
    attributes: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


class Inbox:
    """Everything that a topic delivered since the inbox was opened, oldest first."""

    def __init__(
        self,
        session: boto3.Session,
        topic_arn: str,
        *,
        filter_policy: Mapping[str, Any] | None = None,
    ) -> None:
        self._sqs = session.client("sqs")
        self._url: str = self._sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex[:12]}")[
            "QueueUrl"
        ]
        queue_arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        self._sqs.set_queue_attributes(
            QueueUrl=self._url,
            Attributes={"Policy": json.dumps(_admits(topic_arn, queue_arn))},
        )
        attributes = {"FilterPolicy": json.dumps(filter_policy)} if filter_policy else {}
        session.client("sns").subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes
        )
        self._arrived: list[Notification] = []

    def notifications(self) -> list[Notification]:
        """What has arrived up to now; does not wait."""
        while self._receive(seconds=0):
            pass
        return list(self._arrived)

    def wait_for(
        self, wanted: Callable[[Notification], bool], *, seconds: float = SECONDS_TO_ARRIVE
    ) -> Notification:
        """The first notification that is wanted; `TimeoutError` with what came if none is."""
        deadline = time.monotonic() + seconds
        while True:
            found = next((note for note in self._arrived if wanted(note)), None)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                seen = "\n".join(note.body for note in self._arrived) or "(nothing at all)"
                raise TimeoutError(f"No such notification after {seconds:.0f} s:\n{seen}")
            self._receive(seconds=POLL_SECONDS)

    def _receive(self, seconds: int) -> int:
        messages = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=MAX_MESSAGES, WaitTimeSeconds=seconds
        ).get("Messages", [])
        for message in messages:
            envelope = json.loads(message["Body"])
            attributes = {
                name: str(attribute["Value"])
                for name, attribute in envelope.get("MessageAttributes", {}).items()
            }
            self._arrived.append(Notification(envelope["Message"], attributes))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)


def _admits(topic_arn: str, queue_arn: str) -> dict[str, Any]:
    """The queue policy without which SNS may not deliver, here as on AWS."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
            }
        ],
    }
