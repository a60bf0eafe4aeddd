"""`AWS::Config::ConfigRule` for CloudFormation, which ministack does not know."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ministack.core import responses

from local_aws import hooks
from local_aws.account import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.config import ConfigService

TYPE = "AWS::Config::ConfigRule"
PRINCIPAL = "config.amazonaws.com"


def provide(config_of: Callable[[str], ConfigService]) -> None:
    """Let stacks hold rules of the Config that `config_of` gives for a Region."""

    def create(
        logical_id: str, properties: Mapping[str, Any], stack_name: str
    ) -> tuple[str, Mapping[str, str]]:
        _demand_permission(properties["Source"]["SourceIdentifier"])
        unique = f"{stack_name}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
        config = config_of(responses.get_region())
        rule = config.put_rule(properties.get("ConfigRuleName") or unique, properties)
        return rule.name, {"Arn": config.arn_of(rule.name), "ConfigRuleId": rule.id}

    def delete(name: str, _: Mapping[str, Any]) -> None:
        config_of(responses.get_region()).delete_rule(name)

    hooks.provide_type(TYPE, create, delete)


def _demand_permission(function_arn: str) -> None:
    """PutConfigRule refuses a function that Config may not invoke for this account."""
    if not any(_admits(each) for each in hooks.function_policy(function_arn)):
        raise ValueError(
            f"The AWS Lambda function {function_arn} cannot be invoked. Check the specified "
            "function ARN, and check the function's permissions. (InsufficientPermissions)"
        )


def _admits(statement: Mapping[str, Any]) -> bool:
    conditions = statement.get("Condition", {})
    accounts = {
        value
        for operator in conditions.values()
        for key, value in operator.items()
        if key.lower() == "aws:sourceaccount"
    }
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    return service == PRINCIPAL and accounts <= {ACCOUNT_ID}
