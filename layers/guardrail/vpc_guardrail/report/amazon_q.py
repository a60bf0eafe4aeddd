"""An alert in the form of a custom notification of Amazon Q Developer in chat applications.

It shows no other message in a channel. What it makes of the texts depends on the chat (Slack or
Microsoft Teams), so nothing is left in them that is markup in either.
Source: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

from collections.abc import Mapping
from typing import Any

from vpc_guardrail.report.alert_document import AlertDocument, news_of, text
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.slack_text import BROADCAST
from vpc_guardrail.report.text import CONSEQUENCE

SCHEMA_VERSION = "1.0"
MOST_FINDINGS, MOST_STEPS, MOST_NEWS_LINES = 10, 5, 25
TITLE_LENGTH, SENTENCE_LENGTH, COMMAND_LENGTH = 150, 300, 600
"""The page names no limits; these keep the whole below what Slack takes in one message."""

BRACKETS = str.maketrans(
    {
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "`": "'",
    }
)
MARKUP = BRACKETS | str.maketrans({"&": "+", "[": "(", "]": ")", "*": "\N{ASTERISK OPERATOR}"})
"""What makes a mention, a link, code or weight in Slack or Teams, and what stands for it."""


def amazon_q_notification(document: Mapping[str, Any]) -> dict[str, Any]:
    """The custom notification about a published document; raises `MalformedAlertError`."""
    news = news_of(document)
    if news:
        lines = [harmless(line, SENTENCE_LENGTH) for line in news[1] if line.strip()]
        content = {
            "title": harmless(news[0], TITLE_LENGTH),
            "description": "\n".join(lines[:MOST_NEWS_LINES]),
            "nextSteps": [],
            "keywords": [harmless(text(document, "severity"), TITLE_LENGTH)],
        }
        return _notification(content, "vpc-guardrail", text(document, "message_type"))
    alert = AlertDocument(document)
    content = {
        "title": _title(alert),
        "description": "\n".join(_description(alert)),
        "nextSteps": _steps(alert),
        "keywords": _keywords(alert),
    }
    # One thread for a job: its verdict, and what came of the stop.
    thread = harmless(text(alert.job, "arn"), TITLE_LENGTH) or "vpc-guardrail"
    return _notification(content, thread, "enforcement" if alert.is_enforcement else "verdict")


def _notification(content: dict[str, Any], thread: str, event_type: str) -> dict[str, Any]:
    return {
        "version": SCHEMA_VERSION,
        "source": "custom",
        "content": {"textType": "client-markdown", **content},
        "metadata": {"threadId": thread, "summary": content["title"], "eventType": event_type},
    }


def harmless(untrusted: str, limit: int) -> str:
    """One line without markup of any chat."""
    return one_line(BROADCAST.sub("@ ", untrusted).translate(MARKUP), limit)


def code(untrusted: str, limit: int) -> str:
    """Code, to be copied: as it is but for what ends code, or is a mention in Slack."""
    return f"`{one_line(BROADCAST.sub('@ ', untrusted).translate(BRACKETS), limit)}`"


def _title(alert: AlertDocument) -> str:
    said = text(alert.values, "outcome") or text(alert.values, "verdict")
    return harmless(f"{said}: {alert.kind.spoken} {alert.job_name}", TITLE_LENGTH)


def _description(alert: AlertDocument) -> list[str]:
    if alert.is_enforcement:
        lines = [text(alert.values, "message")]
    else:
        sentences = {each.value: sentence for each, sentence in CONSEQUENCE.items()}
        lines = [sentences.get(text(alert.values, "action"), "")]
    lines.append(alert.recurrence)
    lines.append(f"Started by {alert.starter}, in {alert.place}.")
    told = [
        f"{text(each, 'status')} {text(each, 'severity')} {text(each, 'check')}: "
        f"{text(each, 'message')}"
        for each in alert.findings
    ]
    more = len(told) - MOST_FINDINGS
    if more > 0:
        told = [*told[:MOST_FINDINGS], f"and {more} more findings."]
    return [harmless(line, SENTENCE_LENGTH) for line in [*lines, *told] if line]


def _steps(alert: AlertDocument) -> list[str]:
    remedies = dict.fromkeys(text(each, "remediation") for each in alert.findings)
    steps = [code(each, COMMAND_LENGTH) for each in remedies if each][:MOST_STEPS]
    return [*steps, *([alert.console_url] if alert.console_url else [])]


def _keywords(alert: AlertDocument) -> list[str]:
    words = (text(alert.values, name) for name in ("outcome", "verdict", "severity"))
    return [harmless(word, TITLE_LENGTH) for word in words if word]
