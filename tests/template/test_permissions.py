"""Least privilege: each function may do what it is declared to do, and nothing else."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tests.template.cloudformation import Statement, Template, get_att, ref, sub, values_in
from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION, actions

FUNCTIONS = {
    "config_rule": "ConfigRule",
    "daily_digest": "DailyDigest",
    "job_enforcer": "JobEnforcer",
    "job_inspector": "JobInspector",
    "second_look": "SecondLook",
    "security_hub_importer": "SecurityHubImporter",
    "settings_guard": "SettingsGuard",
    "slack_notifier": "SlackNotifier",
}
"""The function's folder, and how the names of its resources begin."""

NO_QUEUE = {"config_rule", "settings_guard"}
"""AWS Config and CloudFormation call them."""

QUEUES = {
    "daily_digest": "DigestQueue",
    "job_inspector": "InspectionQueue",
    "job_enforcer": "EnforcementQueue",
    "second_look": "SecondLookQueue",
    "security_hub_importer": "SecurityHubQueue",
}
"""The only queue of a function; the notifier of Slack has one for each destination."""

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

THE_SETTINGS = sub(f"arn:${{AWS::Partition}}:ssm:{OF_OUR_ACCOUNT}:parameter${{SettingsParameter}}")
TRAINING_JOBS = sub(f"arn:${{AWS::Partition}}:sagemaker:{OF_OUR_ACCOUNT}:training-job/*")
TUNING_JOBS = sub(
    f"arn:${{AWS::Partition}}:sagemaker:{OF_OUR_ACCOUNT}:hyper-parameter-tuning-job/*"
)
OWN_PRODUCT = sub(
    f"arn:${{AWS::Partition}}:securityhub:{OF_OUR_ACCOUNT}:product/${{AWS::AccountId}}/default"
)
CONFIG_RULES = sub(f"arn:${{AWS::Partition}}:config:{OF_OUR_ACCOUNT}:config-rule/*")
EFS_FILE_SYSTEMS = sub(f"arn:${{AWS::Partition}}:elasticfilesystem:{OF_OUR_ACCOUNT}:file-system/*")


def stops(action: str) -> bool:
    """An action, or a pattern of actions, that lets something be stopped."""
    named = "stop" in action.lower()
    return named or any(fnmatchcase(stop.lower(), action.lower()) for stop in STOPPING)


@pytest.mark.parametrize(
    "action",
    [
        "sagemaker:StopHyperParameterTuningJob",
        "sagemaker:Stop*",
        "sagemaker:StopTrainingJob",
        "glue:stopTrigger",
        "sagemaker:*",
        "*",
        "ec2:St*",
    ],
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

    assert allowed == calls | OWN_LOG | (set() if function in NO_QUEUE else EVENT_SOURCE)


@pytest.mark.parametrize("function", CALLS_BY_FUNCTION)
def test_each_permission_reaches_no_further_than_its_resource(
    template: Template, function: str
) -> None:
    resources: dict[str, set[str]] = {}
    for statement in grants(template, function):
        for action in statement.actions:
            resources.setdefault(action, set()).update(map(str, statement.resources))

    for action, reached in resources.items():
        assert reached == {*map(str, narrowest(function, action))}, action


def narrowest(function: str, action: str) -> tuple[object, ...]:
    """The only resources that an action of a function may reach."""
    own = OF_FUNCTIONS.get(function, {}).get(action, ()) or OF_JOBS.get(action, ())
    return own or (narrowest_one(function, action),)


def if_deployed(condition: str, resource: object) -> dict[str, object]:
    return {"Fn::If": [condition, resource, ref("AWS::NoValue")]}


SLACK_QUEUES, SLACK_DEAD_LETTERS = (
    (
        if_deployed("AlertsInSlack", get_att(f"SlackAlerts{kind}", "Arn")),
        if_deployed("UrgentAlertsInSlack", get_att(f"SlackUrgentAlerts{kind}", "Arn")),
    )
    for kind in ("Queue", "DeadLetterQueue")
)
OF_SLACK: dict[str, tuple[object, ...]] = {
    **dict.fromkeys((*EVENT_SOURCE, "sqs:ChangeMessageVisibility"), SLACK_QUEUES),
    "sqs:SendMessage": SLACK_DEAD_LETTERS,
    "secretsmanager:GetSecretValue": (
        if_deployed("AlertsInSlack", ref("SlackWebhookSecretArn")),
        if_deployed("UrgentAlertsInSlack", ref("SlackUrgentWebhookSecretArn")),
    ),
}
"""What the notifier reaches for each of its destinations, where they are deployed."""


THE_BOOK, THE_LEDGER = get_att("AlertBook", "Arn"), get_att("Ledger", "Arn")
OF_FUNCTIONS: dict[str, dict[str, tuple[object, ...]]] = {
    "slack_notifier": OF_SLACK,
    "job_inspector": {
        "dynamodb:GetItem": (THE_LEDGER, THE_BOOK),
        "dynamodb:PutItem": (THE_LEDGER, THE_BOOK),
        "dynamodb:Query": (THE_BOOK,),
    },
    "daily_digest": {"dynamodb:Query": (THE_BOOK,)},
    "second_look": {
        "dynamodb:Query": (THE_BOOK,),
        "sqs:SendMessage": (get_att("InspectionQueue", "Arn"),),
    },
}
"""What a function reaches otherwise than the others."""

OF_JOBS: dict[str, tuple[object, ...]] = {
    "sagemaker:DescribeHyperParameterTuningJob": (TUNING_JOBS,),
    "sagemaker:StopHyperParameterTuningJob": (TUNING_JOBS,),
    "sagemaker:ListTags": (TRAINING_JOBS, TUNING_JOBS),
}


def narrowest_one(function: str, action: str) -> object:
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
        "securityhub": OWN_PRODUCT,
        "sns": ref("ViolationsTopic"),
        "sqs": get_att("EnforcementQueue", "Arn"),
        "ssm": THE_SETTINGS,
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
