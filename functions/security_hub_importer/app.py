"""Lambda: imports what is published to the violations topic into Security Hub."""

from typing import Any

from vpc_guardrail.wiring.security_hub import import_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Import a batch of messages; the receipt names the messages to deliver again."""
    return import_batch(event, context)
