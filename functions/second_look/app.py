"""Lambda: asks for second looks at the jobs that open problems were told with."""

from typing import Any

from vpc_guardrail.wiring.second_look import second_look_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Handle a batch of the schedule's events; the receipt names those to deliver again."""
    return second_look_batch(event, context)
