"""No event and no order is lost, read on its way, or put in by a stranger."""

from __future__ import annotations

import pytest

from tests.template.cloudformation import Template, get_att, ref

RULE = "TrainingJobCreatedRule"
DEAD_LETTER_QUEUES = {
    "InspectionQueue": "InspectionDeadLetterQueue",
    "EnforcementQueue": "EnforcementDeadLetterQueue",
}
QUEUES = [*DEAD_LETTER_QUEUES, *DEAD_LETTER_QUEUES.values()]
FOURTEEN_DAYS = 1209600


def test_these_are_all_queues(template: Template) -> None:
    assert {queue.name for queue in template.of_type("AWS::SQS::Queue")} == set(QUEUES)


@pytest.mark.parametrize("queue", QUEUES)
def test_queue_is_encrypted(template: Template, queue: str) -> None:
    assert template.resource(queue).properties["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("queue", QUEUES)
def test_queue_refuses_plain_connections(template: Template, queue: str) -> None:
    denials = [
        statement for statement in template.statements_on(queue) if statement.effect == "Deny"
    ]

    assert [
        (denial.principal, denial.actions, denial.resources, denial.condition) for denial in denials
    ] == [
        ("*", ("sqs:*",), (get_att(queue, "Arn"),), {"Bool": {"aws:SecureTransport": "false"}}),
    ]


@pytest.mark.parametrize(("queue", "dead_letters"), DEAD_LETTER_QUEUES.items())
def test_what_fails_five_times_is_kept(template: Template, queue: str, dead_letters: str) -> None:
    assert template.resource(queue).properties["RedrivePolicy"] == {
        "deadLetterTargetArn": get_att(dead_letters, "Arn"),
        "maxReceiveCount": 5,
    }


@pytest.mark.parametrize(("queue", "dead_letters"), DEAD_LETTER_QUEUES.items())
def test_dead_letters_are_kept_as_long_as_sqs_can(
    template: Template, queue: str, dead_letters: str
) -> None:
    kept = template.resource(dead_letters).properties["MessageRetentionPeriod"]

    # A message's age goes on counting in the dead-letter queue.
    assert kept == FOURTEEN_DAYS > template.resource(queue).properties["MessageRetentionPeriod"]
    assert "RedrivePolicy" not in template.resource(dead_letters).properties


@pytest.mark.parametrize("queue", ["InspectionQueue", "InspectionDeadLetterQueue"])
def test_only_the_rule_of_this_account_may_send_events(template: Template, queue: str) -> None:
    grants = [
        statement for statement in template.statements_on(queue) if statement.effect == "Allow"
    ]

    assert [
        (grant.principal, grant.actions, grant.resources, grant.condition) for grant in grants
    ] == [
        (
            {"Service": "events.amazonaws.com"},
            ("sqs:SendMessage",),
            (get_att(queue, "Arn"),),
            {
                "ArnEquals": {"aws:SourceArn": get_att(RULE, "Arn")},
                "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")},
            },
        )
    ]


@pytest.mark.parametrize("queue", ["EnforcementQueue", "EnforcementDeadLetterQueue"])
def test_no_resource_policy_lets_anyone_order_a_stop(template: Template, queue: str) -> None:
    assert {statement.effect for statement in template.statements_on(queue)} == {"Deny"}


def test_rule_repeats_for_a_day_and_then_keeps_the_event(template: Template) -> None:
    (target,) = template.resource(RULE).properties["Targets"]

    assert target["Arn"] == get_att("InspectionQueue", "Arn")
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert target["DeadLetterConfig"] == {"Arn": get_att("InspectionDeadLetterQueue", "Arn")}


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        ("JobInspectorFunction", "InspectionQueue"),
        ("JobEnforcerFunction", "EnforcementQueue"),
    ],
)
def test_function_reads_its_queue_and_gives_back_only_what_failed(
    template: Template, function: str, queue: str
) -> None:
    ((name, event),) = template.resource(function).properties["Events"].items()
    source = event["Properties"]

    assert event["Type"] == "SQS", name
    assert source["Queue"] == get_att(queue, "Arn")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == 10
    assert 2 <= source["ScalingConfig"]["MaximumConcurrency"] <= 10


@pytest.mark.parametrize("queue", DEAD_LETTER_QUEUES)
def test_message_stays_hidden_for_six_times_the_functions_time(
    template: Template, queue: str
) -> None:
    """What AWS asks for: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    hidden = template.resource(queue).properties["VisibilityTimeout"]

    assert hidden >= 6 * template.global_of_functions("Timeout")
    assert not [
        function.name
        for function in template.of_type("AWS::Serverless::Function")
        if "Timeout" in function.properties and "Events" in function.properties
    ]
