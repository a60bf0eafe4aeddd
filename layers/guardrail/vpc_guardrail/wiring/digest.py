"""Builds the teller of the daily digest from the function's environment."""

from typing import Any

from vpc_guardrail.app.daily_digest import DailyDigest
from vpc_guardrail.wiring.batches import process
from vpc_guardrail.wiring.events import Home
from vpc_guardrail.wiring.logs import logger
from vpc_guardrail.wiring.parts import parts
from vpc_guardrail.wiring.schedule import scheduled_time


def digest_batch(event: dict[str, Any], context: Any) -> Any:
    """Tell the digest for each event of the schedule, if it is due; gives the batch response."""
    made = parts()
    home = Home.of_function(context.invoked_function_arn)
    digest = DailyDigest(
        book=made.alert_book(home),
        ledger=made.ledger.during(context),
        publisher=made.publisher,
        settings=made.settings(),
        place=(home.account, home.region),
    )

    def handle(body: str) -> None:
        scheduled = scheduled_time(body)
        due = digest.tell(scheduled)
        logger().info(
            "The digest is told" if due else "No digest is due", scheduled=scheduled.isoformat()
        )

    return process(event, context, handle)
