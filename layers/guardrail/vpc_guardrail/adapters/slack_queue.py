"""What becomes of a queue message that Slack did not take: it comes back later, or is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

REASON = "reason"
"""The attribute of a dead letter that says why it is one."""


class SlackQueue:
    """The queue of one destination, and its dead letters."""

    def __init__(self, sqs: SQSClient, url: str, dead_letters_url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letters_url = dead_letters_url

    def come_back(self, receipt_handle: str, seconds: int) -> None:
        """Let a message that is being handled, and will fail, come back after these seconds."""
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )

    def set_aside(self, body: str, reason: str) -> None:
        """Keep a message with its reason; the caller then acknowledges it."""
        self._sqs.send_message(
            QueueUrl=self._dead_letters_url,
            MessageBody=body,
            MessageAttributes={REASON: {"DataType": "String", "StringValue": reason}},
        )
