"""Lambda: checks the settings document while the stack is deployed, and fails a wrong one."""

from typing import Any

from vpc_guardrail.wiring.guard import guard_settings


def handler(event: dict[str, Any], context: Any) -> None:
    """Answer CloudFormation's request about the custom resource that holds the document."""
    guard_settings(event)
