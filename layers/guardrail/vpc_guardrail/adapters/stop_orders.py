"""Stop orders over sqs:SendMessage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.app.order_codec import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient

    from vpc_guardrail.app.enforcement import StopOrder


class SqsStopOrders:
    """The port `StopOrders`, over the enforcement queue; `sqs` makes the client at an order."""

    def __init__(self, sqs: Callable[[], SQSClient], queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def send(self, order: StopOrder) -> None:
        """Send one order; the enforcer obeys its repetitions once."""
        self._sqs().send_message(QueueUrl=self._queue_url, MessageBody=encode(order))
