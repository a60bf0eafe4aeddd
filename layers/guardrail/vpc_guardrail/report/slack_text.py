"""Untrusted text made harmless for Slack, and cut to Slack's limits."""

import re
from collections.abc import Iterator
from typing import Any

from vpc_guardrail.report.plain import ELLIPSIS, one_line

ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
"""Links, mentions and commands to Slack stand in angle brackets.

Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
"""What old clients of Slack may take for a mention of everybody, without any brackets."""

FENCE = "```"
TWO_UNITS = 0x10000
"""Characters from here on are two of the units that Slack's own code counts."""


def escaped(text: object, limit: int) -> str:
    """One harmless line, never longer than the limit once it is escaped; empty for no text."""
    line = one_line(text, limit) if isinstance(text, str) else ""
    pieces = [ESCAPED.get(char, char) for char in BROADCAST.sub("@ ", line)]
    if sum(map(units, pieces)) <= limit:
        return "".join(pieces)
    return "".join(_fitting(pieces, limit - len(ELLIPSIS))) + ELLIPSIS


def units(text: str) -> int:
    """The length of a text as Slack counts it: in units of UTF-16."""
    return len(text) + sum(ord(char) >= TWO_UNITS for char in text)


def plain(text: str) -> dict[str, Any]:
    """A text object in which nothing is formatted; the text is escaped already."""
    return {"type": "plain_text", "text": text, "emoji": False}


def marked(text: str) -> dict[str, Any]:
    """A text object in our own markup; `verbatim` keeps Slack from finding links and names."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def fenced(text: str, limit: int) -> str:
    """Code: nothing in it is markup, and nothing in it ends it."""
    inner = escaped(text.replace("`", "'"), limit - 2 * len(FENCE))
    return f"{FENCE}{inner}{FENCE}"


def _fitting(pieces: list[str], limit: int) -> Iterator[str]:
    """The pieces that fit: an escaped character is never cut."""
    for piece in pieces:
        limit -= units(piece)
        if limit < 0:
            return
        yield piece
