"""Builds the guard of the settings document: CloudFormation's request in, its answer out."""

from typing import Any

from vpc_guardrail.adapters.cloudformation_answers import send
from vpc_guardrail.app.guard_settings import Answer, checked, response
from vpc_guardrail.wiring.logs import logger


def guard_settings(event: dict[str, Any]) -> None:
    """Answer a request about the custom resource; one without an answer blocks a stack for an hour.

    The request is not logged: its ResponseURL lets whoever has it answer.
    """
    try:
        answer = checked(event)
    except Exception as error:
        # The outermost boundary: a fault of ours fails the deployment, and says so.
        logger().exception("The settings could not be checked")
        answer = Answer(succeeded=False, reason=f"The settings could not be checked: {error}")
    send(event["ResponseURL"], response(event, answer))
    logger().info("The settings are checked", right=answer.succeeded, reason=answer.reason)
