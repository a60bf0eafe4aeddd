"""What a deployed stack's own parameters set, where its settings document is silent."""

import re
from typing import Any

from vpc_guardrail.adapters.clients import client_config
from vpc_guardrail.app.settings_document import SettingsError
from vpc_guardrail.cli.documents import DocumentError, answer_of, client_for
from vpc_guardrail.cli.exit_codes import ExitCode
from vpc_guardrail.core.settings import Settings
from vpc_guardrail.report.settings_text import OF_THE_STACK
from vpc_guardrail.wiring.settings import settings_from

NAME = r"[A-Za-z][A-Za-z0-9-]{0,127}"
"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"""

OF_NAMES = (
    "it begins with a letter, and has letters, digits and hyphens, at most 128 characters;"
    " give the stack's name, not its ARN"
)
"""An ARN may be that of a stack long deleted, whose name, and SSM parameter, another has now."""

GONE = frozenset({"ValidationError"})
"""CloudFormation's code for a stack that is not there.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""


def settings_of_stack(name: str) -> Settings:
    """The settings by the stack's parameters alone, as its functions get them.

    Raises `DocumentError`.
    """
    if not re.fullmatch(NAME, name):
        raise DocumentError(ExitCode.BAD_INPUT, f"no name of a stack: {name[:200]!r}", OF_NAMES)
    where = f"stack {name}"
    parameters = _parameters(name, where)
    missing = [each for each in OF_THE_STACK.values() if each not in parameters]
    if missing:
        problem = f"has no parameter {', '.join(missing)}: it is no stack of the guardrail"
        raise DocumentError(ExitCode.BAD_INPUT, where, problem)
    try:
        return settings_from(parameters, **OF_THE_STACK)
    except SettingsError as error:
        raise DocumentError(ExitCode.BAD_INPUT, where, error) from error


def _parameters(name: str, where: str) -> dict[str, str]:
    client: Any = client_for(
        where, lambda session: session.client("cloudformation", config=client_config())
    )
    answer = answer_of(where, lambda: client.describe_stacks(StackName=name), GONE)
    (stack,) = answer["Stacks"]
    return {
        each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", ())
    }
