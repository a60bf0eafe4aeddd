"""Alerts in Slack: the deployed function before a local Slack, with IAM enforced.

Fault 13 of the peers: Slack alerts were lost on 429 and 500, and acknowledged all the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.queues import message_count
from local_aws.slack import Answer, LocalSlack, moved
from tests.builders import a_finding, a_job
from tests.e2e.guardrail import Function, Guardrail
from tests.messages import a_judgement
from vpc_guardrail.adapters.aws_calls import SLACK_NOTIFIER
from vpc_guardrail.adapters.publisher import Renderers, SnsPublisher
from vpc_guardrail.core.alert_routes import ON_DEFAULT_ROUTE
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.report.messages import enforcement_message, judgement_message
from vpc_guardrail.report.news_messages import digest_message, mended_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.training import Owner

TOLD, SET_ASIDE = "The alert is told", "The alert is set aside"


@dataclass(frozen=True)
class SlackStack:
    """A guardrail that tells two channels."""

    guardrail: Guardrail
    slack: LocalSlack
    alerts: Function
    urgent: Function

    def texts(self, channel: str) -> list[str]:
        return [message["text"] for message in self.slack.messages(channel)]

    def wait_for_texts(self, channel: str, about: str, *, count: int = 1) -> list[str]:
        """What a channel shows about a job, once it is so much."""

        def look() -> list[str]:
            found = [text for text in self.texts(channel) if about in text]
            return found if len(found) >= count else []

        return self.alerts.wait_until(look, f"{channel} shows no {count} messages about {about}")

    def publish(self, job_name: str, severity: Severity) -> None:
        """Publish the alert about a job that was never started."""
        finding = a_finding(Status.FAIL, severity=severity)
        renderers = Renderers(
            judgement_message, enforcement_message, mended_message, digest_message
        )
        sns = self.guardrail.session.client("sns")
        publisher = SnsPublisher(sns, self.guardrail.topic_arn, renderers)
        publisher.tell_judgement(
            a_judgement(finding, job=a_job(name=job_name)), routes=ON_DEFAULT_ROUTE
        )

    def wait_until_done(self) -> None:
        self.guardrail.wait_until_done()
        self.alerts.wait_until_done()
        self.urgent.wait_until_done()


@pytest.fixture(scope="module")
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as server:
        yield server


@pytest.fixture(scope="module")
def stack(aws: LocalAws, session: AwsSession, artifact: Path, slack: LocalSlack) -> SlackStack:
    secrets = session.client("secretsmanager")

    def secret(channel: str) -> str:
        address = json.dumps({"url": slack.webhook(channel)})
        created: dict[str, str] = secrets.create_secret(
            Name=f"slack-{channel}", SecretString=address
        )
        return created["ARN"]

    parameters = {
        "Mode": "enforce",
        "Settings": '{"alerts": {"window_hours": 0}}',
        "SlackWebhookSecretArn": secret("alerts"),
        "SlackUrgentWebhookSecretArn": secret("urgent"),
        "SlackTestServer": slack.url,
    }
    guardrail = Guardrail.deployed(aws, session, artifact, "in-slack", parameters)
    guardrail.mute()
    resources = guardrail.stack.resources

    def function(name: str) -> Function:
        return Function(
            aws=aws,
            session=session,
            log_group=resources["SlackNotifierLogGroup"],
            role=resources["SlackNotifierRole"],
            queue_url=resources[f"{name}Queue"],
            dead_letter_queue_url=resources[f"{name}DeadLetterQueue"],
            mapping_id=resources[f"{name}Source"],
        )

    return SlackStack(guardrail, slack, function("SlackAlerts"), function("SlackUrgentAlerts"))


def test_a_verdict_and_its_stop_are_told_once_in_each_channel(
    stack: SlackStack, owner: Owner
) -> None:
    job = owner.start(None)

    stack.guardrail.inspect(job.event)
    for channel in ("alerts", "urgent"):
        verdict, stop = sorted(stack.wait_for_texts(channel, job.name, count=2))
        assert verdict.startswith(f"CRITICAL noncompliant: training job {job.name}, started by ")
        assert stop.startswith(f"Stopped: training job {job.name}, started by ")
    stack.wait_until_done()
    stack.guardrail.inspect(job.event)
    stack.guardrail.wait_for_inspections(job, count=2)
    stack.wait_until_done()

    assert len(stack.wait_for_texts("alerts", job.name)) == 2
    assert len(stack.wait_for_texts("urgent", job.name)) == 2
    assert stack.alerts.dead_letters() == stack.urgent.dead_letters() == 0


def test_only_what_is_urgent_comes_to_the_urgent_channel(stack: SlackStack) -> None:
    for severity in (Severity.MEDIUM, Severity.HIGH):
        stack.publish(f"severity-{severity.value}", severity)
    stack.wait_for_texts("alerts", "severity-", count=2)
    (urgent,) = stack.wait_for_texts("urgent", "severity-")
    stack.wait_until_done()

    assert urgent.startswith("HIGH noncompliant: training job severity-HIGH")
    assert stack.wait_for_texts("urgent", "severity-") == [urgent]


def test_who_started_the_job_is_told_to_machines_too(stack: SlackStack, owner: Owner) -> None:
    job = owner.start(None)
    stack.guardrail.inspect(job.event)

    for told in (stack.guardrail.wait_for_verdict(job), stack.guardrail.wait_for_report(job)):
        identity = job.event["detail"]["userIdentity"]
        assert told.json()["started_by"]["type"] == identity["type"]
        assert told.json()["started_by"]["arn"] == identity["arn"]
        assert told.attributes["started_by"] == told.json()["started_by"]["name"]
        assert told.attributes["role"] == "training"
    stack.wait_until_done()


def test_fault_13_what_slack_is_too_busy_for_is_told_later_and_once(
    stack: SlackStack, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    job = owner.start(without_s3_endpoint)
    busy = Answer(429, "rate_limited", {"Retry-After": "1"})
    stack.slack.answer_next("alerts", busy, busy)

    stack.guardrail.inspect(job.event)
    stack.wait_for_texts("alerts", job.name)
    stack.wait_until_done()

    assert len(stack.wait_for_texts("alerts", job.name)) == 1
    assert stack.alerts.dead_letters() == 0


def test_a_redirect_takes_no_alert_and_is_not_followed(stack: SlackStack) -> None:
    stack.slack.answer_next("alerts", moved(stack.slack.webhook("elsewhere")))

    stack.publish("moved", Severity.HIGH)
    assert len(stack.wait_for_texts("alerts", "moved")) == 1
    stack.wait_until_done()

    assert (stack.slack.looked_at(), stack.texts("elsewhere")) == ([], [])
    assert len(stack.wait_for_texts("alerts", "moved")) == 1


def test_fault_13_what_slack_refuses_for_good_is_kept_with_its_reason_and_can_be_sent_again(
    stack: SlackStack, session: AwsSession
) -> None:
    stack.slack.answer_next("alerts", Answer(404, "no_service"), Answer(404, "no_service"))

    stack.publish("refused", Severity.HIGH)
    stack.alerts.wait_for(SET_ASIDE, lambda record: "no_service" in record["reason"])
    kept = take_with_reason(session, stack.alerts.dead_letter_queue_url)

    assert "refused" in kept["Body"]
    assert kept["MessageAttributes"]["reason"]["StringValue"] == "Slack answered 404: no_service"
    # The other channel is a delivery of its own.
    assert len(stack.wait_for_texts("urgent", "refused")) == 1
    stack.slack.forget_answers()
    stack.alerts.send(kept["Body"])
    assert len(stack.wait_for_texts("alerts", "refused")) == 1
    stack.wait_until_done()


def test_the_notifier_made_only_the_calls_that_are_declared(stack: SlackStack) -> None:
    calls = {f"{call.service}:{call.operation}" for call in stack.alerts.calls()}
    declared = {f"{service}:{name}" for service, names in SLACK_NOTIFIER.items() for name in names}

    assert calls <= declared
    assert message_count(stack.guardrail.session, stack.alerts.queue_url) == 0


def test_no_log_tells_the_address(stack: SlackStack) -> None:
    assert stack.alerts.records(TOLD)
    assert "/services/" not in stack.alerts.log_tail()


def take_with_reason(session: AwsSession, queue_url: str) -> dict[str, Any]:
    """The next message of a queue, with its attributes."""
    sqs = session.client("sqs")
    received: dict[str, Any] = sqs.receive_message(
        QueueUrl=queue_url, WaitTimeSeconds=20, MessageAttributeNames=["All"]
    )
    (message,) = received["Messages"]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    found: dict[str, Any] = message
    return found
