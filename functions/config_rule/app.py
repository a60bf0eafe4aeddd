"""Lambda: the AWS Config rule that gives every VPC its score. It cannot stop a job."""

from typing import Any

from vpc_guardrail.wiring.config_rule import evaluate


def handler(event: dict[str, Any], context: Any) -> Any:
    """Score the VPCs that a message of AWS Config bears on; the receipt says which."""
    return evaluate(event, context)
