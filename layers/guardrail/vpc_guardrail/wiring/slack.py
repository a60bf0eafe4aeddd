"""Builds the Slack teller from the function's environment; the only one that knows slack_sdk."""

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.slack import SlackWebhook
from vpc_guardrail.adapters.slack_queue import SlackQueue
from vpc_guardrail.adapters.webhook_secret import WebhookSecret
from vpc_guardrail.app.notification import MalformedNotificationError, notification_of
from vpc_guardrail.app.slack import Patience, SlackNotNowError, SlackRefusedError, SlackTeller
from vpc_guardrail.report.alert_document import MalformedAlertError
from vpc_guardrail.report.plain import one_line
from vpc_guardrail.report.slack import slack_message
from vpc_guardrail.wiring.batches import process_records
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.settings import required

DESTINATIONS = ("ALL", "URGENT")
"""Each has variables `SLACK_ALL_QUEUE_ARN`, ...; they are empty where it is not deployed."""

FOR_GOOD = (MalformedAlertError, MalformedNotificationError, SlackRefusedError)
"""What sending again does not mend: the message is set aside at once, with its reason."""

FIRST_WAIT, LONGEST_WAIT = 15, 900
"""Seconds until a message comes back; with each time twice as many. Thirty times take six hours."""

SPREAD = 0.5
"""By how much of it a wait is longer for one message than for another. Else those that came
together would come back together for ever, when a busy Slack takes one of them."""

LAST_RECEIVE = 30
"""How often a message is received at most: `maxReceiveCount` of the queues."""

REASON_LENGTH = 500


class UnknownQueueError(LookupError):
    """A batch of a queue that is no destination's."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One channel, with the queue of its alerts."""

    name: str
    queue: SlackQueue
    channel: SlackWebhook


@dataclass(frozen=True, slots=True)
class SlackParts:
    """What lasts as long as the process."""

    ledger: LedgerTable
    destinations: Mapping[str, Destination]
    """By the ARN of the queue."""


@cache
def slack_parts() -> SlackParts:
    """The parts, made once."""
    return parts_from(os.environ, Clients())


def parts_from(environment: Mapping[str, str], clients: Clients) -> SlackParts:
    """The parts that the function's environment names; raises `SettingsError`."""
    provider = SecretsProvider(boto3_client=clients.secretsmanager)

    def destination(name: str) -> Destination:
        def variable(part: str) -> str:
            return required(environment, f"SLACK_{name}_{part}")

        queue = SlackQueue(clients.sqs, variable("QUEUE_URL"), variable("DEAD_LETTERS_URL"))
        test_server = environment.get("SLACK_TEST_SERVER", "")
        secret = WebhookSecret(provider, variable("SECRET_ARN"), test_server)
        return Destination(name.lower(), queue, SlackWebhook(secret))

    arns = {name: environment.get(f"SLACK_{name}_QUEUE_ARN", "") for name in DESTINATIONS}
    return SlackParts(
        ledger=LedgerTable(clients.dynamodb, required(environment, "LEDGER_TABLE")),
        destinations={arn: destination(name) for name, arn in arns.items() if arn},
    )


def tell_batch(event: dict[str, Any], context: Any, parts: SlackParts | None = None) -> Any:
    """Tell the alerts of an SQS event, all of one queue; gives the partial batch response."""
    made = parts or slack_parts()
    queue_arn = event["Records"][0]["eventSourceARN"]
    destination = made.destinations.get(queue_arn)
    if destination is None:
        raise UnknownQueueError(f"no destination in Slack is set for {queue_arn}")
    patience = Patience(time.sleep, lambda: context.get_remaining_time_in_millis() / 1000)
    teller = SlackTeller(
        destination.name, destination.channel, made.ledger.during(context), patience
    )
    return process_records(event, context, _handler(destination, teller))


def _handler(destination: Destination, teller: SlackTeller) -> Callable[[Mapping[str, Any]], None]:
    def set_aside(body: str, reason: str) -> None:
        destination.queue.set_aside(body, reason)
        logger().error("The alert is set aside", reason=reason, destination=destination.name)

    def handle(record: Mapping[str, Any]) -> None:
        try:
            notification = notification_of(record["body"])
            teller.tell(notification.id, slack_message(notification.document))
        except FOR_GOOD as error:
            set_aside(record["body"], one_line(str(error), REASON_LENGTH))
        except SlackNotNowError as error:
            received = times_received(record)
            if received >= LAST_RECEIVE:
                # SQS would take it at its next receive, and could not say why.
                reason = one_line(str(error), REASON_LENGTH)
                set_aside(record["body"], f"{reason} (received {received} times)")
                return
            wait = seconds_until(error.retry_after, record)
            destination.queue.come_back(record["receiptHandle"], wait)
            raise
        except IdempotencyAlreadyInProgressError:
            # A second delivery: the first may yet fail, or die while it holds the alert.
            destination.queue.come_back(record["receiptHandle"], seconds_until(None, record))
            raise
        else:
            logger().info("The alert is told", alert=notification.id, destination=destination.name)

    return handle


def seconds_until(retry_after: float | None, record: Mapping[str, Any]) -> int:
    """Ever longer, by how often the message came; never less than what Slack asks for."""
    received = times_received(record)
    doubled: int = FIRST_WAIT * 2 ** min(received - 1, 10)
    least = max(min(doubled, LONGEST_WAIT), retry_after or 0.0)
    drawn = crc32(f"{record['messageId']} {received}".encode()) / 2**32
    return math.ceil(least * (1 + SPREAD * drawn))


def times_received(record: Mapping[str, Any]) -> int:
    """How often a message was received, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])
