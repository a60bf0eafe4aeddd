"""SNS messages about what was mended, and the digest."""

import json
from collections.abc import Mapping, Set
from typing import Any

from vpc_guardrail.app.alert_book import AllMended
from vpc_guardrail.app.digest import Digest
from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.decision import Action
from vpc_guardrail.report.messages import (
    ATTRIBUTE_CHARACTERS,
    BODY_BYTES,
    EMAIL_BYTES,
    NO_VPC,
    Message,
    message_body,
    message_subject,
    shortest,
)
from vpc_guardrail.report.news_documents import digest_document, mended_document
from vpc_guardrail.report.news_text import news_lines, news_title
from vpc_guardrail.report.plain import cut_bytes, one_line

LINE_CHARACTERS = 1000
EVER_FEWER = (100, 30, 10, 0)
"""How many problems a message tells of each kind, that would be too large with more."""


def mended_message(news: AllMended, *, for_amazon_q: bool = False) -> Message:
    """The message about what is open no more."""
    return _message(mended_document(news), news.vpc_id, news.routes, for_amazon_q)


def digest_message(digest: Digest, *, for_amazon_q: bool = False) -> Message:
    """The digest of a day."""
    return _message(digest_document(digest), NO_VPC, ON_DEFAULT_ROUTE, for_amazon_q)


def _message(
    whole: Mapping[str, Any], vpc_id: str, routes: Set[str], for_amazon_q: bool
) -> Message:
    documents = (
        *(_shortened(whole, count) for count in EVER_FEWER),
        shortest(_shortened(whole, 0)),
    )
    bodies = ((each, message_body(each, _email(each), for_amazon_q)) for each in documents)
    document, body = next(pair for pair in bodies if len(pair[1].encode()) <= BODY_BYTES)
    return Message(
        subject=message_subject(news_title(document)),
        body=body,
        attributes={
            "message_type": document["message_type"],
            "action": Action.NONE.value,
            "severity": document["severity"],
            "account": document["account"],
            "vpc_id": one_line(vpc_id, ATTRIBUTE_CHARACTERS) or NO_VPC,
            "routes": sorted(routes),
        },
    )


def _shortened(whole: Mapping[str, Any], count: int) -> dict[str, Any]:
    """The document with no more than so many entries of each list, and how many it leaves out."""
    lists = {name: each for name, each in whole.items() if isinstance(each, list)}
    left_out = sum(max(0, len(each) - count) for each in lists.values())
    shorter = {name: each[:count] for name, each in lists.items()}
    return {**whole, **shorter, "left_out": whole["left_out"] + left_out}


def _email(document: Mapping[str, Any]) -> str:
    lines = (_indented(line) for line in news_lines(json.loads(json.dumps(document))))
    return cut_bytes("\n".join(lines) + "\n", EMAIL_BYTES)


def _indented(line: str) -> str:
    """The line made harmless, with its indent kept."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + one_line(line, LINE_CHARACTERS)
