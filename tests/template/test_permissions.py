"""Least privilege: each function may do what it is declared to do, and nothing else."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tests.template.cloudformation import Statement, Template, get_att, ref, sub, values_in
from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION, actions

FUNCTIONS = {
    "config_rule": "ConfigRule",
    "job_enforcer": "JobEnforcer",
    "job_inspector": "JobInspector",
}
"""The function's folder, and how the names of its resources begin."""

QUEUES = {"job_inspector": "InspectionQueue", "job_enforcer": "EnforcementQueue"}

EVENT_SOURCE = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
"""What Lambda does in the role's name to read a queue."""

OWN_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}

STOPPING = (
    "sagemaker:StopTrainingJob",
    "sagemaker:StopHyperParameterTuningJob",
    "sagemaker:StopProcessingJob",
    "ec2:StopInstances",
)

OF_OUR_ACCOUNT = "${AWS::Region}:${AWS::AccountId}"

TRAINING_JOBS = sub(f"arn:${{AWS::Partition}}:sagemaker:{OF_OUR_ACCOUNT}:training-job/*")
CONFIG_RULES = sub(f"arn:${{AWS::Partition}}:config:{OF_OUR_ACCOUNT}:config-rule/*")
EFS_FILE_SYSTEMS = sub(f"arn:${{AWS::Partition}}:elasticfilesystem:{OF_OUR_ACCOUNT}:file-system/*")


def stops(action: str) -> bool:
    """An action, or a pattern of actions, that lets something be stopped."""
    named = "stop" in action.lower()
    return named or any(fnmatchcase(stop.lower(), action.lower()) for stop in STOPPING)


@pytest.mark.parametrize(
    "action", ["sagemaker:StopTrainingJob", "glue:stopTrigger", "sagemaker:*", "*", "ec2:St*"]
)
def test_a_stop_is_recognized_by_its_name_and_behind_wildcards(action: str) -> None:
    assert stops(action)


def test_only_the_enforcer_may_stop(template: Template) -> None:
    stoppers = {
        role.name
        for role in template.of_type("AWS::IAM::Role")
        for statement in template.statements_of_role(role.name)
        if any(stops(action) for action in statement.actions)
    }

    assert stoppers == {"JobEnforcerRole"}


def test_permissions_stand_in_roles_and_resource_policies_only(template: Template) -> None:
    others = {
        resource.name
        for resource in template.resources
        if resource.type not in {"AWS::IAM::Role", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"}
        # These two are about the topics' keys alone: tests/template/test_topics.py has them.
        and resource.name not in {"OperationsKey", "PublishUnderGivenKeyPolicy"}
        and any(
            isinstance(value, dict) and {"Statement", "Policies"} & set(value)
            for value in values_in(resource.body)
        )
    }

    assert others == set()


@pytest.mark.parametrize("function", CALLS_BY_FUNCTION)
def test_role_holds_exactly_the_calls_of_its_function(template: Template, function: str) -> None:
    calls = {*actions(CALLS_BY_FUNCTION[function])}

    allowed = {action for grant in grants(template, function) for action in grant.actions}

    assert allowed == calls | OWN_LOG | (EVENT_SOURCE if function in QUEUES else set())


@pytest.mark.parametrize("function", CALLS_BY_FUNCTION)
def test_each_permission_reaches_no_further_than_its_resource(
    template: Template, function: str
) -> None:
    resources: dict[str, set[str]] = {}
    for statement in grants(template, function):
        for action in statement.actions:
            resources.setdefault(action, set()).update(map(str, statement.resources))

    for action, reached in resources.items():
        assert reached == {str(narrowest(function, action))}, action


def narrowest(function: str, action: str) -> object:
    """The only resource that an action of a function may reach."""
    service = action.partition(":")[0]
    if action in EVENT_SOURCE:
        return get_att(QUEUES[function], "Arn")
    if action == "config:GetComplianceDetailsByConfigRule":
        return CONFIG_RULES
    return {
        "config": "*",  # The others know no resource-level permissions.
        "dynamodb": get_att("Ledger", "Arn"),
        "ec2": "*",  # Networks are read wherever a job lies, those of other accounts included.
        "elasticfilesystem": EFS_FILE_SYSTEMS,
        "fsx": "*",  # Its Describe knows no resource-level permissions.
        "logs": get_att(f"{FUNCTIONS[function]}LogGroup", "Arn"),
        "s3": sub("arn:${AWS::Partition}:s3:::*"),
        "sagemaker": TRAINING_JOBS,
        "sns": ref("ViolationsTopic"),
        "sqs": get_att("EnforcementQueue", "Arn"),
    }[service]


@pytest.mark.parametrize("function", CALLS_BY_FUNCTION)
def test_everything_is_granted_by_name_in_the_role_itself(
    template: Template, function: str
) -> None:
    role = template.resource(f"{FUNCTIONS[function]}Role").properties

    assert "ManagedPolicyArns" not in role
    assert all(grant.effect == "Allow" for grant in grants(template, function))
    assert not [
        action for grant in grants(template, function) for action in grant.actions if "*" in action
    ]


@pytest.mark.parametrize("function", CALLS_BY_FUNCTION)
def test_role_is_assumed_by_lambda_for_its_function_alone(
    template: Template, function: str
) -> None:
    name = FUNCTIONS[function]
    trust = template.resource(f"{name}Role").properties["AssumeRolePolicyDocument"]["Statement"]
    users = {
        resource.name
        for resource in template.resources
        if resource.body["Properties"].get("Role") == get_att(f"{name}Role", "Arn")
    }

    assert [(rule["Principal"], rule["Action"]) for rule in trust] == [
        ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")
    ]
    assert users == {f"{name}Function"}


def test_every_function_has_its_declared_calls(template: Template) -> None:
    functions = {function.name for function in template.of_type("AWS::Serverless::Function")}

    assert functions == {f"{name}Function" for name in FUNCTIONS.values()}
    assert set(FUNCTIONS) == set(CALLS_BY_FUNCTION)


def grants(template: Template, function: str) -> tuple[Statement, ...]:
    return template.statements_of_role(f"{FUNCTIONS[function]}Role")
