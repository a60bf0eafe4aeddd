"""An incoming webhook of Slack. Its address is a secret: it is in no log and in no error."""

from __future__ import annotations

import logging
import math
import re
import time
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Protocol

from slack_sdk.webhook import WebhookClient

from vpc_guardrail.adapters import one_answer
from vpc_guardrail.app.slack import SECONDS_TO_POST, SlackNotNowError, SlackRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.app.ports import Json

ANSWER_SECONDS = int(SECONDS_TO_POST) - 2
"""How long Slack may take, both times that it may be asked; it takes less than one."""

TAKEN = "ok"
"""The body of the answer to a message that Slack took.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

FOR_GOOD = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)
"""What Slack refuses with. Any other status may come of the way there, or pass.

Source: https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
"""

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 3600.0
"""Bounds of a Retry-After that is believed."""

LONGEST_REASON = 200


class WebhookUrls(Protocol):
    """Where the webhook's address comes from."""

    def current(self) -> str:
        """The address as it was read last; raises `SlackRefusedError` where there is none."""

    def anew(self) -> str:
        """The address as it is now."""


class SlackWebhook:
    """The port `SlackChannel`, over one webhook."""

    def __init__(self, urls: WebhookUrls) -> None:
        self.urls = urls
        one_answer.install()

    def post(self, payload: Json) -> None:
        """Post a message; if it is refused and the address has changed since, once more."""
        url, began = self.urls.current(), time.monotonic()
        try:
            _post(url, payload, ANSWER_SECONDS)
        except SlackRefusedError:
            changed = self.urls.anew()
            if changed == url:
                raise
            left = ANSWER_SECONDS - (time.monotonic() - began)
            _post(changed, payload, max(1, math.floor(left)))


def _post(url: str, payload: Json, seconds: int) -> None:
    client = WebhookClient(url, timeout=seconds, retry_handlers=[], logger=_mute())
    client.proxy = None  # Of the environment: what goes through it follows redirects.
    try:
        answer = client.send_dict(payload)
    except (HTTPException, LookupError, OSError, ValueError) as error:
        reason = f"Slack did not answer ({_printable(str(error)) or type(error).__name__})"
        raise SlackNotNowError(reason, concerns_all=True) from error
    judge_answer(answer.status_code, answer.headers, answer.body)


def judge_answer(status: int, headers: Mapping[str, str], body: str) -> None:
    """Nothing if Slack took the message; else raises what the answer means."""
    said = _printable(body)
    if status == HTTPStatus.OK and said == TAKEN:
        return
    reason = f"Slack answered {status}: {said}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise SlackNotNowError(reason, retry_after=_retry_after(headers), concerns_all=True)
    if status in FOR_GOOD:
        raise SlackRefusedError(reason)
    raise SlackNotNowError(reason)


def _retry_after(headers: Mapping[str, str]) -> float:
    named = {name.lower(): value for name, value in headers.items()}
    text = str(named.get("retry-after", "")).strip()
    seconds = float(text) if re.fullmatch(r"[0-9]{1,9}", text) else SHORTEST_WAIT
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()[:LONGEST_REASON]


def _mute() -> logging.Logger:
    """slack_sdk writes the address to its log at level DEBUG."""
    logger = logging.getLogger("vpc_guardrail.slack_sdk")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
