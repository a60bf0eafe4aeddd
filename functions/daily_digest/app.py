"""Lambda: tells the digest of a day in the hour that the settings name."""

from typing import Any

from vpc_guardrail.wiring.digest import digest_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Handle a batch of the schedule's events; the receipt names those to deliver again."""
    return digest_batch(event, context)
