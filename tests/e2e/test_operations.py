"""Whoever runs the guardrail is told by its alarms, under the stack's own key or a given one.

Here topics forget their key: which one they have is for tests/template/test_topics.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws.deploy import delete, deploy
from local_aws.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.deploy import Stack
    from tests.e2e.guardrail import Guardrail


@pytest.fixture(scope="module")
def key_arn(session: AwsSession) -> str:
    """A key of the owner's own."""
    arn: str = session.client("kms").create_key(Description="topics")["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def under_given_key(session: AwsSession, artifact: Path, key_arn: str) -> Iterator[Stack]:
    yield deploy(session, artifact, "given-key", {"KmsKeyArn": key_arn})
    delete(session, "given-key")


def test_alarms_watch_what_was_deployed_and_the_dashboard_shows_it(
    session: AwsSession, enforcing_stack: Guardrail
) -> None:
    cloudwatch = session.client("cloudwatch")
    resources = enforcing_stack.stack.resources
    outputs = enforcing_stack.stack.outputs
    queues = {resources[name].rpartition("/")[2] for name in resources if name.endswith("Queue")}
    functions = {resources[name] for name in resources if name.endswith("Function")}

    alarms = [
        alarm
        for page in cloudwatch.get_paginator("describe_alarms").paginate()
        for alarm in page["MetricAlarms"]
        if alarm["AlarmName"].startswith(f"{enforcing_stack.stack.name}-")
    ]
    body = cloudwatch.get_dashboard(DashboardName=outputs["DashboardName"])["DashboardBody"]
    (shown,) = [
        widget["properties"]["alarms"]
        for widget in json.loads(body)["widgets"]
        if widget["type"] == "alarm"
    ]

    topic = outputs["ViolationsTopicArn"].rpartition(":")[2]
    watched = {each["Value"] for alarm in alarms for each in alarm["Dimensions"]}
    assert watched == queues | functions | {topic}
    assert {alarm["AlarmArn"] for alarm in alarms} == set(shown)
    assert all(name in body for name in queues | functions)


def test_an_alarm_that_begins_and_ends_is_told(
    session: AwsSession, enforcing_stack: Guardrail
) -> None:
    inbox = Inbox(session, enforcing_stack.stack.outputs["OperationsTopicArn"])
    alarm = enforcing_stack.stack.resources["InspectionDeadLettersAlarm"]

    session.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="A trial."
    )
    began = inbox.wait_for(lambda note: note.json()["NewStateValue"] == "ALARM").json()
    session.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="OK", StateReason="The trial is over."
    )
    ended = inbox.wait_for(lambda note: note.json()["NewStateValue"] == "OK").json()

    assert began["AlarmName"] == ended["AlarmName"] == alarm
    assert "docs/operations.md" in began["AlarmDescription"]


def test_a_stack_makes_a_key_for_its_operations_and_rotates_it(
    session: AwsSession, enforcing_stack: Guardrail
) -> None:
    resources = enforcing_stack.stack.resources
    status = session.client("kms").get_key_rotation_status(KeyId=resources["OperationsKey"])

    assert status["KeyRotationEnabled"]
    assert "PublishUnderGivenKeyPolicy" not in resources


def test_a_given_key_may_be_used_by_those_who_publish_and_no_other_is_made(
    session: AwsSession, under_given_key: Stack, key_arn: str
) -> None:
    resources = under_given_key.resources
    iam = session.client("iam")

    assert "OperationsKey" not in resources
    for role in ("JobInspectorRole", "JobEnforcerRole"):
        policy = iam.get_role_policy(
            RoleName=resources[role], PolicyName="publish-under-given-key"
        )["PolicyDocument"]
        assert [statement["Resource"] for statement in policy["Statement"]] == [key_arn]
