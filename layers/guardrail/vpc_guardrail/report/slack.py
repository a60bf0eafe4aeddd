"""An alert as a Slack message: Block Kit, within Slack's limits, harmless whatever it tells."""

from collections.abc import Iterator, Mapping
from typing import Any

from vpc_guardrail.core.decision import Action
from vpc_guardrail.report.alert_document import (
    NOT_KNOWN,
    AlertDocument,
    exemption_of,
    news_of,
    text,
)
from vpc_guardrail.report.slack_text import escaped, fenced, marked, plain, units
from vpc_guardrail.report.text import CONSEQUENCE

MOST_BLOCKS = 50
"""Source: https://docs.slack.dev/reference/block-kit/blocks"""

HEADER_LENGTH = 150
"""Source: https://docs.slack.dev/reference/block-kit/blocks/header-block"""

TOTAL_LENGTH = 9_000
"""Of all texts together. Slack's limit is not documented: 9,597 were taken, 11,341 refused.

Source: https://github.com/slackapi/bolt-js/issues/2867
"""

FALLBACK_LENGTH = 500
FIELD_LENGTH = 200
CHECK_LENGTH, RANK_LENGTH, COMPONENT_LENGTH, SENTENCE_LENGTH, NOTE_LENGTH = 100, 20, 150, 320, 80
COMMAND_LENGTH = 800
NEWS_LINE_LENGTH, MOST_NEWS_LINES, NEWS_LINES_OF_A_SECTION = 240, 35, 10
FINDINGS_OF_A_CHECK, REMEDIES_OF_A_CHECK = 5, 3
"""Together below the 3,000 characters that Slack allows a text of a section."""

FOOTER_BLOCKS, FOOTER_LENGTH = 1, 300
"""What is kept free for the last block."""

Block = dict[str, Any]
Group = tuple[str, list[Mapping[str, Any]]]


def slack_message(document: Mapping[str, Any]) -> dict[str, Any]:
    """The payload for an incoming webhook; raises `MalformedAlertError`."""
    news = news_of(document)
    if news:
        return _message(news[0], [_header(news[0]), *_news_blocks(news[1])])
    alert = AlertDocument(document)
    title = _title(alert)
    blocks: list[Block] = [_header(title)]
    if alert.is_enforcement:
        blocks.append(_section(plain(escaped(text(alert.values, "message"), 1000) or "No reason.")))
    fields = [*_fields(alert)]
    blocks.append({"type": "section", "fields": fields})
    if alert.recurrence:
        blocks.append(_section(plain(escaped(alert.recurrence, NEWS_LINE_LENGTH))))
    if alert.console_url:
        link = f"<{alert.console_url}|Open the job in the SageMaker console>"
        blocks.append(_section(marked(link)))
    blocks += [*_told(alert, blocks)]
    return _message(f"{title}, started by {alert.starter}", blocks)


def _message(fallback: str, blocks: list[Block]) -> dict[str, Any]:
    """The payload; the fallback is what a notification on a screen shows."""
    return {
        "text": escaped(fallback, FALLBACK_LENGTH),
        "mrkdwn": False,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _header(title: str) -> Block:
    return {"type": "header", "text": plain(escaped(title, HEADER_LENGTH))}


def _news_blocks(lines: list[str]) -> Iterator[Block]:
    """A section for each few lines, and how many more there are."""
    kept = [each for each in (escaped(line, NEWS_LINE_LENGTH) for line in lines) if each]
    shown = kept[:MOST_NEWS_LINES]
    for start in range(0, len(shown), NEWS_LINES_OF_A_SECTION):
        yield _section(plain("\n".join(shown[start : start + NEWS_LINES_OF_A_SECTION])))
    if len(kept) > len(shown):
        yield _section(plain(f"and {len(kept) - len(shown)} more lines."))


def _title(alert: AlertDocument) -> str:
    if alert.is_enforcement:
        stopped = text(alert.values, "outcome") == "stopped"
        return f"{'Stopped' if stopped else 'Not stopped'}: {alert.kind.spoken} {alert.job_name}"
    severity, verdict = text(alert.values, "severity"), text(alert.values, "verdict")
    return f"{severity} {verdict}: {alert.kind.spoken} {alert.job_name}"


def _fields(alert: AlertDocument) -> Iterator[Block]:
    facts = {
        "Started by": alert.starter,
        "Role of the job": alert.role,
        "Account": alert.place,
        "VPC": text(alert.job, "vpc_id") or "none, several, or not known",
        **(_because(alert) if alert.is_enforcement else _done(alert)),
    }
    for label, fact in facts.items():
        yield plain(f"{label}\n{escaped(fact, FIELD_LENGTH) or NOT_KNOWN}")


def _done(alert: AlertDocument) -> dict[str, str]:
    action = text(alert.values, "action")
    sentences = {each.value: sentence for each, sentence in CONSEQUENCE.items()}
    return {"What was done": sentences.get(action, sentences[Action.NOTIFY.value])}


def _because(alert: AlertDocument) -> dict[str, str]:
    checks = alert.values.get("checks")
    names = [each for each in checks if isinstance(each, str)] if isinstance(checks, list) else []
    return {"Because of": ", ".join(names)}


def _told(alert: AlertDocument, above: list[Block]) -> Iterator[Block]:
    """The checks with their findings as far as there is room, and how many more there are."""
    blocks_left = MOST_BLOCKS - FOOTER_BLOCKS - len(above)
    length_left = TOTAL_LENGTH - FOOTER_LENGTH - length_of(above)
    shown = 0
    for check, findings in _by_check(alert.findings):
        blocks = [*_check_blocks(check, findings)]
        blocks_left -= len(blocks)
        length_left -= length_of(blocks)
        if blocks_left < 0 or length_left < 0:
            break
        yield from blocks
        shown += min(len(findings), FINDINGS_OF_A_CHECK)
    footer = _footer(alert, len(alert.findings) - shown)
    if footer:
        yield {"type": "context", "elements": [plain(footer)]}


def _by_check(findings: list[Mapping[str, Any]]) -> list[Group]:
    """The findings of each check together; the check with the worst comes first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        groups.setdefault(text(finding, "check"), []).append(finding)
    return [*groups.items()]


def _check_blocks(check: str, findings: list[Mapping[str, Any]]) -> Iterator[Block]:
    """What the check says of each component, then how to mend it."""
    lines = [escaped(check, CHECK_LENGTH) or NOT_KNOWN]
    for finding in findings[:FINDINGS_OF_A_CHECK]:
        rank = escaped(f"{text(finding, 'status')} {text(finding, 'severity')}", RANK_LENGTH)
        component = escaped(text(finding, "resource"), COMPONENT_LENGTH)
        sentence = escaped(text(finding, "message"), SENTENCE_LENGTH)
        note = escaped(exemption_of(finding), NOTE_LENGTH)
        lines.append(f"• {rank}, {component}: {sentence} {note}".rstrip())
    yield _section(plain("\n".join(lines)))
    remedies = [*dict.fromkeys(text(each, "remediation") for each in findings)]
    commands = [fenced(each, COMMAND_LENGTH) for each in remedies if each]
    if commands:
        yield _section(marked("\n".join(["Mend:", *commands[:REMEDIES_OF_A_CHECK]])))


def _footer(alert: AlertDocument, more: int) -> str:
    parts = [f"and {more} more findings."] if more else []
    if alert.is_cut:
        parts.append("The message was too large, and leaves findings out.")
    if parts:
        parts.append(f"All of them: vpc-guardrail check {escaped(alert.job_name, CHECK_LENGTH)}")
    return " ".join(parts)


def _section(text_object: Block) -> Block:
    return {"type": "section", "text": text_object}


def length_of(blocks: list[Block]) -> int:
    """The length of all texts of blocks, as Slack counts it."""
    return sum(units(each["text"]) for block in blocks for each in text_objects(block))


def text_objects(block: Block) -> list[Block]:
    """The text objects of one block."""
    own = [block["text"]] if "text" in block else []
    return [*own, *block.get("fields", ()), *block.get("elements", ())]
