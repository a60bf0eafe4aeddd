"""What is deployed: names, encryption, retention, and what the functions are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import Template, get_att, ref, sub, values_in

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME_PROPERTIES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Config::ConfigRule": "ConfigRuleName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Key": "",
    "AWS::Lambda::Permission": "",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Subscription": "",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SNS::TopicPolicy": "",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SQS::QueuePolicy": "",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::LayerVersion": "LayerName",
}
"""The property that would give a resource a fixed name, by type; empty where there is none."""

FUNCTIONS = ["ConfigRuleFunction", "JobInspectorFunction", "JobEnforcerFunction"]


def test_two_environments_live_side_by_side(template: Template) -> None:
    """Nothing has a name of its own; SAM names a layer by its logical id unless told otherwise."""
    names = {
        resource.name: resource.properties.get(NAME_PROPERTIES[resource.type])
        for resource in template.resources
    }
    named = {resource: name for resource, name in names.items() if name is not None}

    assert named == {
        "Dashboard": sub("${AWS::StackName}-${AWS::Region}"),
        "DepsLayer": sub("${AWS::StackName}-deps"),
        "GuardrailLayer": sub("${AWS::StackName}-guardrail"),
    }


def test_template_serves_every_partition(template: Template) -> None:
    texts = [value for value in values_in(template.body) if isinstance(value, str)]

    assert not [text for text in texts if "arn:aws" in text]
    assert not [text for text in texts if "us-east-1" in text]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_logs_to_a_group_of_its_own_that_forgets(
    template: Template, function: str
) -> None:
    group = function.replace("Function", "LogGroup")

    assert template.resource(function).properties["LoggingConfig"] == {
        "LogGroup": ref(group),
        "LogFormat": "JSON",
        "ApplicationLogLevel": ref("LogLevel"),
    }
    assert template.resource(group).properties == {"RetentionInDays": ref("LogRetentionDays")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_runs_its_own_code_on_the_layers(template: Template, function: str) -> None:
    properties = template.resource(function).properties

    assert properties["Handler"] == "app.handler"
    assert properties["Role"] == get_att(function.replace("Function", "Role"), "Arn")
    assert template.global_of_functions("Runtime") == "python3.13"
    assert template.global_of_functions("Architectures") == [ref("Architecture")]
    assert template.global_of_functions("Layers") == [ref("DepsLayer"), ref("GuardrailLayer")]


@pytest.mark.parametrize(
    ("function", "own"),
    [
        (
            "JobInspectorFunction",
            {
                "POWERTOOLS_SERVICE_NAME": "job_inspector",
                "GUARDRAIL_INTERNET_ACCESS": ref("InternetAccess"),
                "GUARDRAIL_REQUIRED_SERVICES": ref("RequiredServices"),
                "ENFORCEMENT_QUEUE_URL": ref("EnforcementQueue"),
            },
        ),
        ("JobEnforcerFunction", {"POWERTOOLS_SERVICE_NAME": "job_enforcer"}),
    ],
)
def test_function_is_given_its_settings(
    template: Template, function: str, own: dict[str, Any]
) -> None:
    assert template.resource(function).properties["Environment"]["Variables"] == own
    assert template.global_of_functions("Environment")["Variables"] == {
        "GUARDRAIL_MODE": ref("Mode"),
        "GUARDRAIL_STACK": ref("AWS::StackName"),
        "LEDGER_TABLE": ref("Ledger"),
        "VIOLATIONS_TOPIC_ARN": ref("ViolationsTopic"),
        "POWERTOOLS_LOG_LEVEL": ref("LogLevel"),
    }


@pytest.mark.parametrize("layer", ["DepsLayer", "GuardrailLayer"])
def test_layer_serves_both_architectures(template: Template, layer: str) -> None:
    properties = template.resource(layer).properties

    assert properties["CompatibleArchitectures"] == ["arm64", "x86_64"]
    assert properties["CompatibleRuntimes"] == ["python3.13"]


def test_topic_refuses_plain_connections_and_lets_no_stranger_publish(template: Template) -> None:
    (statement,) = template.statements_on("ViolationsTopic")

    assert (statement.effect, statement.principal) == ("Deny", "*")
    assert statement.actions == ("sns:Publish",)
    assert statement.resources == (ref("ViolationsTopic"),)
    assert statement.condition == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("subscription", "topic", "address"),
    [
        ("AlertEmailSubscription", "ViolationsTopic", "AlertEmail"),
        ("OperationsEmailSubscription", "OperationsTopic", "OperationsEmail"),
    ],
)
def test_mails_are_sent_only_to_an_address_that_was_given(
    template: Template, subscription: str, topic: str, address: str
) -> None:
    subscribed = template.resource(subscription)
    condition = subscribed.body["Condition"]

    assert subscribed.properties == {
        "TopicArn": ref(topic),
        "Protocol": "email",
        "Endpoint": ref(address),
    }
    assert template.body["Conditions"][condition] == {
        "Fn::Not": [{"Fn::Equals": [ref(address), ""]}]
    }


def test_ledger_is_what_powertools_expects(template: Template) -> None:
    ledger = template.resource("Ledger").properties

    assert ledger["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert ledger["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


def test_ledger_can_be_restored_is_encrypted_and_costs_only_when_used(template: Template) -> None:
    ledger = template.resource("Ledger").properties

    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["SSESpecification"] == {"SSEEnabled": True}
    assert ledger["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize(
    "type_",
    ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::SQS::Queue"],
)
def test_what_holds_data_says_what_becomes_of_it(template: Template, type_: str) -> None:
    for resource in template.of_type(type_):
        assert {"DeletionPolicy", "UpdateReplacePolicy"} <= set(resource.body), resource.name


def test_outputs_lead_to_every_part(template: Template) -> None:
    outputs = template.body["Outputs"]

    assert {name: output["Value"] for name, output in outputs.items()} == {
        "ViolationsTopicArn": ref("ViolationsTopic"),
        "OperationsTopicArn": ref("OperationsTopic"),
        "DashboardName": ref("Dashboard"),
        "InspectionQueueUrl": ref("InspectionQueue"),
        "InspectionDeadLetterQueueUrl": ref("InspectionDeadLetterQueue"),
        "EnforcementQueueUrl": ref("EnforcementQueue"),
        "EnforcementDeadLetterQueueUrl": ref("EnforcementDeadLetterQueue"),
        "LedgerTable": ref("Ledger"),
        "JobInspectorFunctionName": ref("JobInspectorFunction"),
        "JobEnforcerFunctionName": ref("JobEnforcerFunction"),
        "ConfigRuleFunctionName": ref("ConfigRuleFunction"),
        "VpcScoreRuleName": ref("VpcScoreRule"),
        "TrainingJobCreatedRuleName": ref("TrainingJobCreatedRule"),
    }
    assert all(output["Description"].endswith(".") for output in outputs.values())


def test_every_excuse_to_the_linter_has_its_reason(template: Template) -> None:
    """A comment just before it names each rule that is excused, and why."""
    excused = list(_excused_rules(template))

    assert excused
    for resource, rule in excused:
        body = template.text.split(f"  {resource}:\n", 1)[1].split("ignore_checks:", 1)[0]
        assert f"{rule}: " in body, (resource, rule)


def _excused_rules(template: Template) -> Iterator[tuple[str, str]]:
    for resource in template.resources:
        linter = resource.body.get("Metadata", {}).get("cfn-lint", {})
        for rule in linter.get("config", {}).get("ignore_checks", []):
            yield resource.name, rule
