"""docs/security.md names tests that there are, resources that there are, and a policy that fits."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.template.cloudformation import Template

Policy = dict[str, Any]
Misuse = tuple[str, str, dict[str, str]]
"""An action, a resource, and the keys of conditions."""

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)))
NAMES = sorted(set(re.findall(r"`((?:[A-Z][a-z0-9]+){2,})`", PAGE)))
LARGEST_POLICY = 5_120
"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""


@cache
def names_in(name: str) -> frozenset[str]:
    """The names of the tests in all files of this name."""
    files = (ROOT / "tests").rglob(name)
    return frozenset(
        test for file in files for test in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    )


def test_it_rests_on_many_proofs() -> None:
    assert len(PROOFS) > 20


@pytest.mark.parametrize(("file", "name"), PROOFS)
def test_a_proof_is_a_test_that_there_is(file: str, name: str) -> None:
    assert name in names_in(file)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_of_the_template(template: Template, name: str) -> None:
    assert name in template.body["Resources"] or name in template.body["Parameters"]


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The service control policy that the page proposes."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    policy: Policy = json.loads(block)
    return policy


def test_the_policy_fits_into_a_service_control_policy(policy: Policy) -> None:
    assert len(json.dumps(policy, separators=(",", ":"))) <= LARGEST_POLICY
    assert {each["Effect"] for each in policy["Statement"]} == {"Deny"}


OF_THE_STACK: dict[str, list[Misuse]] = {
    "AWS::CloudWatch::Alarm": [
        ("cloudwatch:DeleteAlarms", "cloudwatch:{here}:alarm:{stack}-ErrorsAlarm", {}),
        ("cloudwatch:DisableAlarmActions", "cloudwatch:{here}:alarm:{stack}-ErrorsAlarm", {}),
    ],
    "AWS::DynamoDB::Table": [("dynamodb:PutItem", "dynamodb:{here}:table/{stack}-Ledger", {})],
    "AWS::Events::Rule": [("events:DisableRule", "events:{here}:rule/{stack}-Rule", {})],
    "AWS::IAM::Policy": [("iam:DeleteRolePolicy", "iam::{account}:role/{stack}-Role", {})],
    "AWS::IAM::Role": [("iam:UpdateAssumeRolePolicy", "iam::{account}:role/{stack}-Role", {})],
    "AWS::KMS::Key": [
        (f"kms:{each}", "kms:{here}:key/0a", {"aws:ResourceTag/project": "vpc-guardrail"})
        for each in ("DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion", "UntagResource")
    ],
    "AWS::Lambda::EventSourceMapping": [
        (
            f"lambda:{each}EventSourceMapping",
            "lambda:{here}:event-source-mapping:0a",
            {"lambda:FunctionArn": "arn:aws:lambda:{here}:function:{stack}-Enforcer"},
        )
        for each in ("Create", "Update", "Delete")
    ],
    "AWS::Logs::LogGroup": [("logs:DeleteLogGroup", "logs:{here}:log-group:{stack}-Log", {})],
    "AWS::SNS::Subscription": [("sns:Unsubscribe", "sns:{here}:{stack}-Topic:0a", {})],
    "AWS::SNS::Topic": [
        ("sns:Publish", "sns:{here}:{stack}-Topic", {}),
        ("sns:Subscribe", "sns:{here}:{stack}-Topic", {}),
    ],
    "AWS::SQS::Queue": [
        ("sqs:SendMessage", "sqs:{here}:{stack}-Queue", {}),
        ("sqs:ReceiveMessage", "sqs:{here}:{stack}-Queue", {}),
    ],
    "AWS::SSM::Parameter": [
        ("ssm:PutParameter", "ssm:{here}:parameter/vpc-guardrail/{stack}/settings", {})
    ],
    "AWS::Serverless::Function": [
        ("lambda:UpdateFunctionCode", "lambda:{here}:function:{stack}-Enforcer", {}),
        ("lambda:PutFunctionConcurrency", "lambda:{here}:function:{stack}-Enforcer", {}),
    ],
    "the secret of a webhook": [
        ("secretsmanager:PutSecretValue", "secretsmanager:{here}:secret:{stack}-slack-AbCdEf", {})
    ],
}
"""What a stranger might do to what the stack is made of."""

NOT_WORTH_A_DENY = {
    "AWS::CloudWatch::Dashboard",
    "AWS::Config::ConfigRule",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::LayerVersion",
    "Custom::CheckedSettings",
}
"""What shows or scores alone, and what is changed by an action on something else."""

HERE, ACCOUNT = "eu-central-1:111122223333", "111122223333"
STRANGER = f"arn:aws:iam::{ACCOUNT}:role/DataScientist"
MISUSES = [pytest.param(*each, id=each[0]) for misuses in OF_THE_STACK.values() for each in misuses]


def filled(text: str, stack: str) -> str:
    return text.format(here=HERE, account=ACCOUNT, stack=stack)


def denies(policy: Policy, action: str, resource: str, keys: Mapping[str, str]) -> bool:
    """Whether a statement denies it; only the operators that the policy uses are known."""

    def fits(patterns: str | list[str], value: str) -> bool:
        listed = [patterns] if isinstance(patterns, str) else patterns
        return any(fnmatchcase(value, each) for each in listed)

    def holds(operator: str, key: str, patterns: str | list[str]) -> bool:
        positive = {"ArnLike": True, "ArnNotLike": False, "StringEquals": True}[operator]
        return (key in keys and fits(patterns, keys[key])) is positive

    return any(
        fits(each["Action"], action)
        and fits(each["Resource"], resource)
        and all(
            holds(operator, key, patterns)
            for operator, asked in each["Condition"].items()
            for key, patterns in asked.items()
        )
        for each in policy["Statement"]
    )


def asked(
    misuse: Misuse, principal: str, stack: str = "vpc-guardrail"
) -> tuple[str, str, dict[str, str]]:
    """A misuse as a request of somebody."""
    action, resource, keys = misuse
    named = {key: filled(value, stack) for key, value in keys.items()}
    arn = f"arn:aws:{filled(resource, stack)}"
    return action, arn, {**named, "aws:PrincipalArn": principal}


def test_the_policy_speaks_of_all_that_the_stack_is_made_of(template: Template) -> None:
    made = {each.type for each in template.resources}

    assert made - NOT_WORTH_A_DENY <= {*OF_THE_STACK}


@pytest.mark.parametrize(("action", "resource", "keys"), MISUSES)
def test_the_policy_holds_off_a_stranger(
    policy: Policy, action: str, resource: str, keys: dict[str, str]
) -> None:
    misuse = (action, resource, keys)

    assert denies(policy, *asked(misuse, STRANGER))
    for role in ("vpc-guardrail-JobEnforcerRole-1", "GuardrailDeployment", "GuardrailOperator"):
        assert not denies(policy, *asked(misuse, f"arn:aws:iam::{ACCOUNT}:role/{role}"))


@pytest.mark.parametrize(("action", "resource", "keys"), MISUSES)
def test_the_policy_leaves_alone_what_is_not_the_guardrails(
    policy: Policy, action: str, resource: str, keys: dict[str, str]
) -> None:
    others = resource.replace("parameter/vpc-guardrail/", "parameter/")
    tags = {key: "shop" if "Tag" in key else value for key, value in keys.items()}

    assert not denies(policy, *asked((action, others, tags), STRANGER, stack="shop"))


def test_every_excuse_to_the_auditor_is_a_sentence(template: Template) -> None:
    """`make audit` takes any; so one is not put there without its reason."""
    excuses = [
        (resource.name, excuse)
        for resource in template.resources
        for excuse in resource.body.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]

    assert excuses
    for name, excuse in excuses:
        assert re.fullmatch(r"[A-Z].{20,}\.", excuse["comment"]), (name, excuse)
