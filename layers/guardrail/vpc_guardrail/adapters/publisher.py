"""Verdicts and enforcements over sns:Publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sns import SNSClient

    from vpc_guardrail.app.enforcement import Enforcement
    from vpc_guardrail.core.decision import Judgement


class Message(Protocol):
    """What is published; `body` is the JSON text that MessageStructure json asks for."""

    @property
    def subject(self) -> str:
        """The subject of the e-mail."""

    @property
    def body(self) -> str:
        """A body for each protocol, as one JSON text."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """What filter policies of subscriptions look at."""


@dataclass(frozen=True, slots=True)
class Renderers:
    """How messages are written; adapters and reports do not know each other, wiring joins them."""

    judgement: Callable[[Judgement], Message]
    enforcement: Callable[[Enforcement], Message]


class SnsPublisher:
    """The port `Publisher`, over one topic."""

    def __init__(self, sns: SNSClient, topic_arn: str, renderers: Renderers) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._renderers = renderers

    def tell_judgement(self, judgement: Judgement) -> None:
        """Publish the verdict on a job."""
        self._publish(self._renderers.judgement(judgement))

    def tell_enforcement(self, enforcement: Enforcement) -> None:
        """Publish what became of an order to stop a job."""
        self._publish(self._renderers.enforcement(enforcement))

    def _publish(self, message: Message) -> None:
        self._sns.publish(
            TopicArn=self._topic_arn,
            Subject=message.subject,
            Message=message.body,
            MessageStructure="json",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.attributes.items()
            },
        )
