"""No event and no order is lost, read on its way, or put in by a stranger."""

from __future__ import annotations

import pytest

from tests.template.cloudformation import Template, get_att, ref, when_routed
from vpc_guardrail.app.slack import SECONDS_TO_POST
from vpc_guardrail.wiring.slack import LAST_RECEIVE

RULES = {
    "InspectionQueue": "TrainingJobCreatedRule",
    "InspectionDeadLetterQueue": "TrainingJobCreatedRule",
    "DigestQueue": "DigestSchedule",
    "DigestDeadLetterQueue": "DigestSchedule",
    "SecondLookQueue": "SecondLookSchedule",
    "SecondLookDeadLetterQueue": "SecondLookSchedule",
}
"""Which rule alone may send to a queue."""

DEAD_LETTER_QUEUES = {
    "InspectionQueue": "InspectionDeadLetterQueue",
    "EnforcementQueue": "EnforcementDeadLetterQueue",
    "DigestQueue": "DigestDeadLetterQueue",
    "SecondLookQueue": "SecondLookDeadLetterQueue",
    "SlackAlertsQueue": "SlackAlertsDeadLetterQueue",
    "SlackUrgentAlertsQueue": "SlackUrgentAlertsDeadLetterQueue",
    "SecurityHubQueue": "SecurityHubDeadLetterQueue",
}
OF_SLACK = [name for name in DEAD_LETTER_QUEUES if name.startswith("Slack")]
"""With waits that grow to 15 minutes, thirty receives last six hours."""

FED_BY_THE_TOPIC = [*OF_SLACK, "SecurityHubQueue"]
FROM_THE_TOPIC = [*FED_BY_THE_TOPIC, *(DEAD_LETTER_QUEUES[queue] for queue in FED_BY_THE_TOPIC)]
QUEUES = [*DEAD_LETTER_QUEUES, *DEAD_LETTER_QUEUES.values()]
FOURTEEN_DAYS = 1209600


def test_these_are_all_queues(template: Template) -> None:
    assert {queue.name for queue in template.of_type("AWS::SQS::Queue")} == set(QUEUES)


@pytest.mark.parametrize("queue", QUEUES)
def test_queue_is_encrypted(template: Template, queue: str) -> None:
    """By SQS itself: a topic delivers there without a grant, under a key of the owner's too."""
    assert "KmsMasterKeyId" not in template.resource(queue).properties
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
def test_what_goes_on_failing_is_kept(template: Template, queue: str, dead_letters: str) -> None:
    assert template.resource(queue).properties["RedrivePolicy"] == {
        "deadLetterTargetArn": get_att(dead_letters, "Arn"),
        "maxReceiveCount": LAST_RECEIVE if queue in OF_SLACK else 5,
    }


@pytest.mark.parametrize(("queue", "dead_letters"), DEAD_LETTER_QUEUES.items())
def test_dead_letters_are_kept_as_long_as_sqs_can(
    template: Template, queue: str, dead_letters: str
) -> None:
    kept = template.resource(dead_letters).properties["MessageRetentionPeriod"]

    # A message's age goes on counting in the dead-letter queue.
    assert kept == FOURTEEN_DAYS > template.resource(queue).properties["MessageRetentionPeriod"]
    assert "RedrivePolicy" not in template.resource(dead_letters).properties


@pytest.mark.parametrize(("queue", "rule"), RULES.items())
def test_only_the_rule_of_this_account_may_send_events(
    template: Template, queue: str, rule: str
) -> None:
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
                "ArnEquals": {"aws:SourceArn": get_att(rule, "Arn")},
                "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")},
            },
        )
    ]


@pytest.mark.parametrize("queue", ["EnforcementQueue", "EnforcementDeadLetterQueue"])
def test_no_resource_policy_lets_anyone_order_a_stop(template: Template, queue: str) -> None:
    assert {statement.effect for statement in template.statements_on(queue)} == {"Deny"}


@pytest.mark.parametrize("queue", ["InspectionQueue", "DigestQueue", "SecondLookQueue"])
def test_rule_repeats_for_a_day_and_then_keeps_the_event(template: Template, queue: str) -> None:
    (target,) = template.resource(RULES[queue]).properties["Targets"]

    assert target["Arn"] == get_att(queue, "Arn")
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert target["DeadLetterConfig"] == {"Arn": get_att(DEAD_LETTER_QUEUES[queue], "Arn")}


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        ("JobInspectorFunction", "InspectionQueue"),
        ("JobEnforcerFunction", "EnforcementQueue"),
        ("DailyDigestFunction", "DigestQueue"),
        ("SecondLookFunction", "SecondLookQueue"),
        ("SecurityHubImporterFunction", "SecurityHubQueue"),
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


# Slack: each channel is a destination, with a queue, a subscription and an event source of its own.

DESTINATIONS = {"SlackAlerts": "AlertsInSlack", "SlackUrgentAlerts": "UrgentAlertsInSlack"}
"""The first part of its resources' names, and the condition on which they are there."""

PARTS_OF_A_DESTINATION = [
    "DeadLetterQueue",
    "DeadLetterQueuePolicy",
    "DeadLettersAlarm",
    "Queue",
    "QueueAgeAlarm",
    "QueuePolicy",
    "Source",
    "Subscription",
]
PARTS_OF_A_FUNCTION = ["ErrorsAlarm", "Function", "LogGroup", "Role", "ThrottlesAlarm"]


@pytest.mark.parametrize("queue", FROM_THE_TOPIC)
def test_only_the_topic_may_send_what_it_publishes(template: Template, queue: str) -> None:
    grants = [each for each in template.statements_on(queue) if each.effect == "Allow"]

    assert [
        (grant.principal, grant.actions, grant.resources, grant.condition) for grant in grants
    ] == [
        (
            {"Service": "sns.amazonaws.com"},
            ("sqs:SendMessage",),
            (get_att(queue, "Arn"),),
            {"ArnEquals": {"aws:SourceArn": ref("ViolationsTopic")}},
        )
    ]


@pytest.mark.parametrize("name", DESTINATIONS)
def test_what_the_topic_cannot_deliver_to_slacks_queue_is_kept(
    template: Template, name: str
) -> None:
    subscription = template.resource(f"{name}Subscription").properties

    assert subscription["TopicArn"] == ref("ViolationsTopic")
    assert subscription["Endpoint"] == get_att(f"{name}Queue", "Arn")
    assert subscription["RedrivePolicy"] == {
        "deadLetterTargetArn": get_att(f"{name}DeadLetterQueue", "Arn")
    }
    assert "RawMessageDelivery" not in subscription, "the id of a message is in the envelope"


def test_only_the_urgent_channel_is_filtered(template: Template) -> None:
    policies = {
        name: template.resource(f"{name}Subscription").properties.get("FilterPolicy")
        for name in DESTINATIONS
    }

    assert policies == {
        "SlackAlerts": when_routed("SlackRoutes", "SlackIsRouted", ref("AWS::NoValue")),
        "SlackUrgentAlerts": when_routed(
            "SlackUrgentRoutes", "UrgentSlackIsRouted", {"severity": ["CRITICAL", "HIGH"]}
        ),
    }


@pytest.mark.parametrize("name", DESTINATIONS)
def test_the_notifier_reads_the_queue_and_gives_back_only_what_failed(
    template: Template, name: str
) -> None:
    source = template.resource(f"{name}Source").properties

    assert source["FunctionName"] == ref("SlackNotifierFunction")
    assert source["EventSourceArn"] == get_att(f"{name}Queue", "Arn")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_a_batch_for_slack_fits_into_an_invocation(template: Template) -> None:
    for name in DESTINATIONS:
        batch = template.resource(f"{name}Source").properties["BatchSize"]
        assert batch * SECONDS_TO_POST < template.global_of_functions("Timeout")


@pytest.mark.parametrize(("name", "condition"), DESTINATIONS.items())
def test_a_destination_is_there_as_a_whole_or_not_at_all(
    template: Template, name: str, condition: str
) -> None:
    parts = [each for each in template.resources if each.name.startswith(name)]

    assert sorted(each.name.removeprefix(name) for each in parts) == PARTS_OF_A_DESTINATION
    assert {each.body["Condition"] for each in parts} == {condition}


def test_without_a_destination_there_is_no_notifier(template: Template) -> None:
    parts = [each for each in template.resources if each.name.startswith("SlackNotifier")]

    assert sorted(each.name.removeprefix("SlackNotifier") for each in parts) == PARTS_OF_A_FUNCTION
    assert {each.body["Condition"] for each in parts} == {"UsesSlack"}


# Security Hub: one queue, and the function that reads it.


def test_what_the_topic_cannot_deliver_for_security_hub_is_kept(template: Template) -> None:
    assert template.resource("SecurityHubSubscription").properties == {
        "TopicArn": ref("ViolationsTopic"),
        "Protocol": "sqs",
        "Endpoint": get_att("SecurityHubQueue", "Arn"),
        "FilterPolicy": {"message_type": ["verdict", "enforcement", "mended"]},
        "RedrivePolicy": {"deadLetterTargetArn": get_att("SecurityHubDeadLetterQueue", "Arn")},
    }


def test_security_hub_is_served_as_a_whole_or_not_at_all(template: Template) -> None:
    parts = [each for each in template.resources if each.name.startswith("SecurityHub")]

    # The source of its messages stands in the function.
    assert {each.name.removeprefix("SecurityHub") for each in parts} == {
        *(set(PARTS_OF_A_DESTINATION) - {"Source"}),
        *(f"Importer{part}" for part in PARTS_OF_A_FUNCTION),
    }
    assert {each.body["Condition"] for each in parts} == {"FindingsInSecurityHub"}
