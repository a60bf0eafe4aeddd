"""The address of a webhook from Secrets Manager, through Powertools Parameters."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.parameters import GetParameterError, SecretsProvider
from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.slack import SlackRefusedError

if TYPE_CHECKING:
    from typing import Any

SECONDS_KEPT = 300
"""A new secret is used after so long at most; at once, if the old one is refused."""

WEBHOOK = re.compile(r"https://hooks\.slack(-gov)?\.com/services/[A-Za-z0-9]+(/[A-Za-z0-9]+)+")
"""Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

LOOPBACK_SERVER = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")
"""A Slack of one's own machine, for tests; in Lambda nobody answers there."""

LOOPBACK_PATH = re.compile(r"/services/[A-Za-z0-9/]+")

NO_SUCH_SECRET = frozenset(
    {"DecryptionFailure", "InvalidRequestException", "ResourceNotFoundException"}
)
"""Codes of a secret that is not there, is being deleted or cannot be decrypted.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""


class WebhookSecret:
    """One secret: the address itself as a text, or as the member `url` of a JSON structure."""

    def __init__(self, provider: SecretsProvider, secret_arn: str, test_server: str = "") -> None:
        # At level DEBUG botocore logs the bodies of answers: the secret would be among them.
        logging.getLogger("botocore").setLevel(logging.INFO)
        self._provider = provider
        self._secret_arn = secret_arn
        self._test_server = test_server if LOOPBACK_SERVER.fullmatch(test_server) else ""

    def current(self) -> str:
        """The address as it was read last; raises `SlackRefusedError` where there is none."""
        return self._read(anew=False)

    def anew(self) -> str:
        """The address as it is now."""
        return self._read(anew=True)

    def _read(self, *, anew: bool) -> str:
        try:
            secret: Any = self._provider.get(
                self._secret_arn, max_age=SECONDS_KEPT, force_fetch=anew
            )
        except GetParameterError as error:
            cause = error.__context__
            if isinstance(cause, ClientError) and _is_final(cause):
                message = f"the webhook's secret cannot be read ({faults.code_of(cause)})"
                raise SlackRefusedError(message) from error
            raise
        url = _address(secret)
        if not self._is_slacks(url):
            raise SlackRefusedError("the secret does not hold the address of a Slack webhook")
        return url

    def _is_slacks(self, url: str) -> bool:
        if WEBHOOK.fullmatch(url):
            return True
        server = self._test_server
        own = bool(server) and url.startswith(server)
        return own and LOOPBACK_PATH.fullmatch(url[len(server) :]) is not None


def _is_final(error: ClientError) -> bool:
    return faults.is_denied(error) or faults.code_of(error) in NO_SUCH_SECRET


def _address(secret: object) -> str:
    if not isinstance(secret, str):
        return ""
    text = secret.strip()
    if not text.startswith("{"):
        return text
    try:
        url = json.loads(text).get("url")
    except (RecursionError, ValueError):
        return ""
    return url if isinstance(url, str) else ""
