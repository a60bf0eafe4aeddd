"""Verdicts and enforcements over sns:Publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sns import SNSClient

    from vpc_guardrail.app.alert_book import AllMended, Recurrence
    from vpc_guardrail.app.digest import Digest
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

    judgement: Callable[[Judgement, Recurrence | None], Message]
    enforcement: Callable[[Enforcement], Message]
    mended: Callable[[AllMended], Message]
    digest: Callable[[Digest], Message]


class SnsPublisher:
    """The port `Publisher`, over one topic."""

    def __init__(self, sns: SNSClient, topic_arn: str, renderers: Renderers) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._renderers = renderers

    def tell_judgement(self, judgement: Judgement, recurrence: Recurrence | None = None) -> None:
        """Publish the verdict on a job, and how many met the same since it was told last."""
        self._publish(self._renderers.judgement(judgement, recurrence))

    def tell_mended(self, mended: AllMended) -> None:
        """Publish what is open no more."""
        self._publish(self._renderers.mended(mended))

    def tell_digest(self, digest: Digest) -> None:
        """Publish what was seen in a day."""
        self._publish(self._renderers.digest(digest))

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
