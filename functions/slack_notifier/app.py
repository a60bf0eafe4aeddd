"""Lambda: tells the alerts of a Slack destination's queue to its channel."""

from typing import Any

from vpc_guardrail.wiring.slack import tell_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Tell a batch of alerts; the receipt names the messages to deliver again."""
    return tell_batch(event, context)
