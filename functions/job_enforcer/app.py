"""Lambda: obeys the orders of the enforcement queue. The only function that may stop a job."""

from typing import Any

from vpc_guardrail.wiring.enforce import enforce_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Obey a batch of stop orders; the receipt names the messages to deliver again."""
    return enforce_batch(event, context)
