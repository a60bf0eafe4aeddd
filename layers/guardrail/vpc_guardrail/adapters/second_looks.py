"""Second looks over sqs:SendMessageBatch, each delayed by its own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.app.second_look_codec import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs import SQSClient

    from vpc_guardrail.app.second_look import SecondLook

BATCH = 10
"""Source:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""


class SecondLooksNotSentError(Exception):
    """SQS took some of the messages and not the others; all are to be sent once more."""


class SqsSecondLooks:
    """The port `SecondLookOrders`, over the inspection queue."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def send(self, looks: Sequence[tuple[SecondLook, int]]) -> None:
        """Send them, each to come after its seconds; a repetition is looked at once an hour."""
        for first in range(0, len(looks), BATCH):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "MessageBody": encode(look), "DelaySeconds": seconds}
                    for number, (look, seconds) in enumerate(looks[first : first + BATCH])
                ],
            )
            failed = answer.get("Failed")
            if failed:
                codes = ", ".join(sorted({each["Code"] for each in failed}))
                raise SecondLooksNotSentError(f"{len(failed)} were refused: {codes}")
