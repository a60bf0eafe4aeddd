"""What is deployed: names, encryption, retention, and what the functions are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import Template, get_att, ref, sub, values_in, when_routed
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.wiring.in_force import SETTINGS_TROUBLE

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
    "AWS::Lambda::EventSourceMapping": "",
    "AWS::KMS::Key": "",
    "AWS::Lambda::Permission": "",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::MetricFilter": "FilterName",
    "AWS::SNS::Subscription": "",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SNS::TopicPolicy": "",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SQS::QueuePolicy": "",
    "AWS::SSM::Parameter": "Name",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::LayerVersion": "LayerName",
    "Custom::CheckedSettings": "",
}
"""The property that would give a resource a fixed name, by type; empty where there is none."""

FUNCTIONS = [
    "ConfigRuleFunction",
    "DailyDigestFunction",
    "JobInspectorFunction",
    "JobEnforcerFunction",
    "SecondLookFunction",
    "SecurityHubImporterFunction",
    "SettingsGuardFunction",
    "SlackNotifierFunction",
]


def of_slack(name: str, condition: str, secret: str) -> dict[str, Any]:
    """What the notifier is told of a destination: nothing of one that is not deployed."""
    queue = f"{secret.removesuffix('WebhookSecretArn')}AlertsQueue"
    dead_letters = queue.replace("Queue", "DeadLetterQueue")
    return {
        f"SLACK_{name}_SECRET_ARN": ref(secret),
        f"SLACK_{name}_QUEUE_ARN": {"Fn::If": [condition, get_att(queue, "Arn"), ""]},
        f"SLACK_{name}_QUEUE_URL": {"Fn::If": [condition, ref(queue), ""]},
        f"SLACK_{name}_DEAD_LETTERS_URL": {"Fn::If": [condition, ref(dead_letters), ""]},
    }


SLACK_SETTINGS = {
    "POWERTOOLS_SERVICE_NAME": "slack_notifier",
    "SLACK_TEST_SERVER": ref("SlackTestServer"),
    **of_slack("ALL", "AlertsInSlack", "SlackWebhookSecretArn"),
    **of_slack("URGENT", "UrgentAlertsInSlack", "SlackUrgentWebhookSecretArn"),
}


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
        "SettingsParameter": sub("/vpc-guardrail/${AWS::StackName}/settings"),
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
                "ALERT_BOOK_TABLE": ref("AlertBook"),
                "SETTINGS_PARAMETER": ref("SettingsParameter"),
            },
        ),
        (
            "JobEnforcerFunction",
            {
                "POWERTOOLS_SERVICE_NAME": "job_enforcer",
                "SETTINGS_PARAMETER": ref("SettingsParameter"),
            },
        ),
        (
            "DailyDigestFunction",
            {
                "POWERTOOLS_SERVICE_NAME": "daily_digest",
                "ALERT_BOOK_TABLE": ref("AlertBook"),
                "SETTINGS_PARAMETER": ref("SettingsParameter"),
            },
        ),
        (
            "SecondLookFunction",
            {
                "POWERTOOLS_SERVICE_NAME": "second_look",
                "ALERT_BOOK_TABLE": ref("AlertBook"),
                "INSPECTION_QUEUE_URL": ref("InspectionQueue"),
            },
        ),
        ("SecurityHubImporterFunction", {"POWERTOOLS_SERVICE_NAME": "security_hub_importer"}),
        ("SettingsGuardFunction", {"POWERTOOLS_SERVICE_NAME": "settings_guard"}),
        ("SlackNotifierFunction", SLACK_SETTINGS),
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
        "ALERT_HTTPS_BODY": ref("HttpsBody"),
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


ROUTED = when_routed("AlertEmailRoutes", "EmailIsRouted", ref("AWS::NoValue"))


@pytest.mark.parametrize(
    ("subscription", "topic", "address", "policy"),
    [
        ("AlertEmailSubscription", "ViolationsTopic", "AlertEmail", {"FilterPolicy": ROUTED}),
        ("OperationsEmailSubscription", "OperationsTopic", "OperationsEmail", {}),
    ],
)
def test_mails_are_sent_only_to_an_address_that_was_given(
    template: Template, subscription: str, topic: str, address: str, policy: dict[str, Any]
) -> None:
    subscribed = template.resource(subscription)
    condition = subscribed.body["Condition"]

    assert subscribed.properties == {
        "TopicArn": ref(topic),
        "Protocol": "email",
        "Endpoint": ref(address),
        **policy,
    }
    assert template.body["Conditions"][condition] == {
        "Fn::Not": [{"Fn::Equals": [ref(address), ""]}]
    }


def test_ledger_is_what_powertools_expects(template: Template) -> None:
    ledger = template.resource("Ledger").properties

    assert ledger["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert ledger["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


def test_the_book_of_alerts_is_queried_by_its_place_and_forgets(template: Template) -> None:
    book = template.resource("AlertBook").properties

    assert book["KeySchema"] == [
        {"AttributeName": "place", "KeyType": "HASH"},
        {"AttributeName": "entry", "KeyType": "RANGE"},
    ]
    assert book["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


@pytest.mark.parametrize("table", ["AlertBook", "Ledger"])
def test_table_can_be_restored_is_encrypted_and_costs_only_when_used(
    template: Template, table: str
) -> None:
    ledger = template.resource(table).properties

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
        "SlackAlertsDeadLetterQueueUrl": ref("SlackAlertsDeadLetterQueue"),
        "SlackUrgentAlertsDeadLetterQueueUrl": ref("SlackUrgentAlertsDeadLetterQueue"),
        "SecurityHubDeadLetterQueueUrl": ref("SecurityHubDeadLetterQueue"),
        "LedgerTable": ref("Ledger"),
        "AlertBookTable": ref("AlertBook"),
        "DigestQueueUrl": ref("DigestQueue"),
        "DigestDeadLetterQueueUrl": ref("DigestDeadLetterQueue"),
        "SecondLookQueueUrl": ref("SecondLookQueue"),
        "SecondLookDeadLetterQueueUrl": ref("SecondLookDeadLetterQueue"),
        "JobInspectorFunctionName": ref("JobInspectorFunction"),
        "JobEnforcerFunctionName": ref("JobEnforcerFunction"),
        "SettingsParameterName": ref("SettingsParameter"),
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


@pytest.mark.parametrize(
    ("alarm", "filters", "pattern"),
    [
        (
            "SettingsTroubleAlarm",
            {
                "InspectorSettingsTroubleMetric": "JobInspectorLogGroup",
                "EnforcerSettingsTroubleMetric": "JobEnforcerLogGroup",
                "DigestSettingsTroubleMetric": "DailyDigestLogGroup",
                "ScoreSettingsTroubleMetric": "ConfigRuleLogGroup",
            },
            f'{{ $.message = "{SETTINGS_TROUBLE}" }}',
        ),
        (
            "CircuitBreakerAlarm",
            {"HeldStopsMetric": "JobEnforcerLogGroup"},
            f'{{ $.outcome = "{Outcome.HELD.value}" }}',
        ),
    ],
)
def test_an_alarm_goes_off_by_the_very_words_of_the_log(
    template: Template, alarm: str, filters: dict[str, str], pattern: str
) -> None:
    raised = template.resource(alarm).properties

    for name, group in filters.items():
        metric = template.resource(name).properties
        (transformation,) = metric["MetricTransformations"]
        assert metric["LogGroupName"] == ref(group)
        assert metric["FilterPattern"] == pattern
        assert transformation["MetricName"] == raised["MetricName"]
        assert transformation["MetricNamespace"] == raised["Namespace"]
    assert (raised["Threshold"], raised["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert raised["TreatMissingData"] == "notBreaching"


def test_trouble_with_the_settings_is_told_by_whoever_reads_them(template: Template) -> None:
    readers = {
        function.properties["LoggingConfig"]["LogGroup"]["Ref"]
        for function in template.of_type("AWS::Serverless::Function")
        if "SETTINGS_PARAMETER" in function.properties["Environment"]["Variables"]
    }
    filtered = {
        each.properties["LogGroupName"]["Ref"]
        for each in template.of_type("AWS::Logs::MetricFilter")
        if SETTINGS_TROUBLE in each.properties["FilterPattern"]
    }

    assert readers
    assert filtered == readers


def test_settings_are_checked_before_they_are_put_in_place(template: Template) -> None:
    """And again where the code that reads them is another."""
    parameter = template.resource("SettingsParameter")
    checked = template.resource("CheckedSettings").properties

    assert parameter.body["DependsOn"] == "CheckedSettings"
    assert parameter.properties["Value"] == checked["Settings"] == ref("Settings")
    assert checked["ServiceToken"] == get_att("SettingsGuardFunction", "Arn")
    assert checked["CheckedBy"] == ref("GuardrailLayer")
