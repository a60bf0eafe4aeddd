"""Verdicts and enforcements over sns:Publish."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

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
    def attributes(self) -> Mapping[str, str | Sequence[str]]:
        """What filter policies of subscriptions look at: a text, or several."""


@dataclass(frozen=True, slots=True)
class Renderers:
    """How messages are written; adapters and reports do not know each other, wiring joins them."""

    judgement: Callable[[Judgement, Set[str], Recurrence | None], Message]
    enforcement: Callable[[Enforcement], Message]
    mended: Callable[[AllMended], Message]
    digest: Callable[[Digest], Message]


class SnsPublisher:
    """The port `Publisher`, over one topic."""

    def __init__(self, sns: SNSClient, topic_arn: str, renderers: Renderers) -> None:
        self._sns = sns
        self._topic_arn = topic_arn
        self._renderers = renderers

    def tell_judgement(
        self,
        judgement: Judgement,
        routes: Set[str],
        recurrence: Recurrence | None = None,
    ) -> None:
        """Publish the verdict on a job to routes, and how many met the same since it was told."""
        self._publish(self._renderers.judgement(judgement, routes, recurrence))

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
                name: _attribute(value) for name, value in message.attributes.items()
            },
        )


def _attribute(value: str | Sequence[str]) -> MessageAttributeValueTypeDef:
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    return {"DataType": "String.Array", "StringValue": json.dumps(value)}
