"""Builds the asker for second looks from the function's environment."""

import os
from functools import cache
from typing import Any

from vpc_guardrail.adapters.alert_book import DynamoDbAlertBook
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.second_looks import SqsSecondLooks
from vpc_guardrail.app.second_look import SecondLooks
from vpc_guardrail.wiring.batches import process
from vpc_guardrail.wiring.clock import now
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.schedule import scheduled_time
from vpc_guardrail.wiring.settings import required


@cache
def _clients() -> Clients:
    return Clients()


def second_look_batch(event: dict[str, Any], context: Any) -> Any:
    """Ask for the second looks of each event of the schedule; gives the batch response."""
    clients, home = _clients(), Home.of_function(context.invoked_function_arn)
    table = required(os.environ, "ALERT_BOOK_TABLE")
    looks = SecondLooks(
        book=DynamoDbAlertBook(clients.dynamodb, table, home.account, home.region),
        orders=SqsSecondLooks(clients.sqs, required(os.environ, "INSPECTION_QUEUE_URL")),
    )

    def handle(body: str) -> None:
        scheduled = scheduled_time(body)
        came = looks.ask(scheduled, now())
        logger().info(
            "The hour is over, the next one looks"
            if came.too_late
            else "Second looks are asked for",
            scheduled=scheduled.isoformat(),
            asked=came.asked,
            left_out=came.left_out,
        )

    return process(event, context, handle)
