"""Nothing in the guardrail breaks unseen: a new queue or function without its alarms fails here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import (
    ROOT,
    Resource,
    Template,
    Value,
    get_att,
    ref,
    values_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = re.compile(r'See "(?P<title>[^"]+)" in docs/operations\.md')

AWS_METRICS = {
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/SNS", "NumberOfNotificationsFailed"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
}
"""Those that AWS has and the alarms use; a misspelt one would never ring."""

QUEUE, FUNCTION = "AWS::SQS::Queue", "AWS::Serverless::Function"


def alarms_on(
    template: Template, metric: tuple[str, str], dimensions: Mapping[str, Any]
) -> list[Resource]:
    return [
        alarm
        for alarm in template.of_type("AWS::CloudWatch::Alarm")
        if metric_of(alarm) == metric and watched(alarm) == dimensions
    ]


def watched(alarm: Resource) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in alarm.properties.get("Dimensions", ())}


def metric_of(alarm: Resource) -> tuple[str, Value]:
    return alarm.properties["Namespace"], alarm.properties["MetricName"]


def read_from_logs(template: Template) -> list[tuple[str, Value]]:
    """The metrics that filters make of the functions' logs; they have no dimensions."""
    return [
        (made["MetricNamespace"], made["MetricName"])
        for each in template.of_type("AWS::Logs::MetricFilter")
        for made in each.properties["MetricTransformations"]
        if "Dimensions" not in made
    ]


def dead_letter_queues(template: Template) -> set[str]:
    """Whatever queue is named as the last station of another, of a rule or of a function."""
    return {
        value["Fn::GetAtt"][0]
        for resource in template.resources
        for structure in values_in(resource.body)
        if isinstance(structure, dict)
        for key in ("deadLetterTargetArn", "DeadLetterConfig", "DeadLetterQueue", "OnFailure")
        for value in values_in(structure.get(key))
        if isinstance(value, dict) and "Fn::GetAtt" in value
    }


def assert_one_alarm(
    template: Template, watched_resource: str, metric: tuple[str, str], dimensions: dict[str, Any]
) -> Resource:
    """There is one, and it is there whenever what it watches is there."""
    found = alarms_on(template, metric, dimensions)
    assert len(found) == 1, f"{watched_resource} needs one alarm on {metric}, and has {found}"
    (alarm,) = found
    condition = template.resource(watched_resource).body.get("Condition")
    assert alarm.body.get("Condition") == condition, alarm.name
    return alarm


def test_every_dead_letter_is_told(template: Template) -> None:
    queues = dead_letter_queues(template)

    assert queues
    for queue in queues:
        metric = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
        alarm = assert_one_alarm(
            template, queue, metric, {"QueueName": get_att(queue, "QueueName")}
        )
        assert alarm.properties["Threshold"] == 0
        assert alarm.properties["EvaluationPeriods"] == 1


def test_every_message_that_waits_too_long_is_told(template: Template) -> None:
    queues = {queue.name for queue in template.of_type(QUEUE)} - dead_letter_queues(template)

    assert queues
    for queue in queues:
        metric = ("AWS/SQS", "ApproximateAgeOfOldestMessage")
        alarm = assert_one_alarm(
            template, queue, metric, {"QueueName": get_att(queue, "QueueName")}
        )
        # One repetition is no trouble yet; after the last one there is a dead letter to tell.
        hidden = template.resource(queue).properties["VisibilityTimeout"]
        receives = template.resource(queue).properties["RedrivePolicy"]["maxReceiveCount"]
        assert hidden < alarm.properties["Threshold"] < hidden * receives


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_that_fails_is_told(template: Template, metric: str) -> None:
    functions = template.of_type(FUNCTION)

    assert functions
    for function in functions:
        alarm = assert_one_alarm(
            template, function.name, ("AWS/Lambda", metric), {"FunctionName": ref(function.name)}
        )
        assert alarm.properties["Statistic"] == "Sum"
        assert alarm.properties["Threshold"] == 0


def test_an_alert_that_nobody_takes_is_told(template: Template) -> None:
    assert_one_alarm(
        template,
        "ViolationsTopic",
        ("AWS/SNS", "NumberOfNotificationsFailed"),
        {"TopicName": get_att("ViolationsTopic", "TopicName")},
    )


def test_alarms_watch_metrics_that_exist_of_resources_that_are_here(template: Template) -> None:
    """One that nothing above asked for would watch nothing."""
    names = {resource.name for resource in template.resources}
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        if not watched(alarm):
            assert metric_of(alarm) in read_from_logs(template), alarm.name
            continue
        assert metric_of(alarm) in AWS_METRICS, alarm.name
        for value in watched(alarm).values():
            target = value["Fn::GetAtt"][0] if "Fn::GetAtt" in value else value["Ref"]
            assert target in names, alarm.name


def test_what_is_read_from_the_logs_is_told(template: Template) -> None:
    metrics = read_from_logs(template)
    told = [metric_of(alarm) for alarm in template.of_type("AWS::CloudWatch::Alarm")]

    assert metrics
    for metric in metrics:
        assert told.count(metric) == 1, metric


def test_every_alarm_tells_the_operators_that_it_began_and_ended(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        assert alarm.properties["AlarmActions"] == [ref("OperationsTopic")], alarm.name
        assert alarm.properties["OKActions"] == [ref("OperationsTopic")], alarm.name


def test_silence_is_no_alarm(template: Template) -> None:
    """SQS and Lambda report nothing where nothing happens."""
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        assert alarm.properties["TreatMissingData"] == "notBreaching", alarm.name
        assert alarm.properties["ComparisonOperator"] == "GreaterThanThreshold", alarm.name


def test_every_alarm_says_what_it_means_and_where_to_read_on(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        description = alarm.properties["AlarmDescription"]
        found = SECTION.search(description)
        assert found, alarm.name
        assert f"\n## {found['title']}\n" in OPERATIONS, alarm.name
        assert len(description[: found.start()]) > 60, alarm.name
        assert len(description) <= 1024, alarm.name


def test_operations_name_every_alarm(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        assert f"`{alarm.name}`" in OPERATIONS, alarm.name
