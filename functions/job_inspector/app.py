"""Lambda: inspects the training jobs that the inspection queue announces. It cannot stop one."""

from typing import Any

from vpc_guardrail.wiring.inspect import inspect_batch


def handler(event: dict[str, Any], context: Any) -> Any:
    """Inspect a batch of events; the receipt names the messages to deliver again."""
    return inspect_batch(event, context)
