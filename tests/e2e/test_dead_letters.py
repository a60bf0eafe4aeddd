"""What cannot be handled is kept, and the log says why.

Fault 3 of the peers: success with nothing done, and an empty dead-letter queue.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws.queues import take_messages
from tests.e2e.guardrail import FAILED
from vpc_guardrail.app.order_codec import SCHEMA_VERSION

if TYPE_CHECKING:
    from local_aws.client import AwsSession
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Function, Guardrail
    from tests.e2e.training import Owner

LONGER_THAN_ALL_RETRIES = 9
"""Seconds; botocore waits at most 1, 2 and 4 between the four attempts of a call."""


def failure_of(function: Function, message_id: str) -> str:
    """The reason that the log gives for the failure of a message."""
    record = function.wait_for(FAILED, lambda record: record["message_id"] == message_id)
    reason: str = record["reason"]
    return reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("{not JSON", "the message is not JSON", id="no-json"),
        pytest.param('{"detail": {"eventName": "Other"}}', "eventName is not", id="other-call"),
    ],
)
def test_fault_3_a_malformed_event_is_kept_with_its_reason(
    session: AwsSession, by_hand: Guardrail, body: str, reason: str
) -> None:
    inspector = by_hand.inspector

    with inspector.returning_soon(receives=1, seconds=2):
        message_id = inspector.send(body)
        kept = take_messages(session, inspector.dead_letter_queue_url)

    assert kept == [body]
    assert reason in failure_of(inspector, message_id)


def test_fault_3_a_malformed_stop_order_is_kept_with_its_reason(
    session: AwsSession, by_hand: Guardrail
) -> None:
    enforcer = by_hand.enforcer
    body = json.dumps({"schema_version": SCHEMA_VERSION, "job_name": "job"})

    with enforcer.returning_soon(receives=1, seconds=2), enforcer.recorded() as calls:
        message_id = enforcer.send(body)
        kept = take_messages(session, enforcer.dead_letter_queue_url)

    assert kept == [body]
    assert "the stop order has no sound member" in failure_of(enforcer, message_id)
    assert {*calls} <= {"ssm:GetParameter"}, "nothing but the settings is asked for"


def test_a_malformed_event_does_not_hold_up_the_others_of_its_batch(
    by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    job = owner.start(without_s3_endpoint)
    inspector = by_hand.inspector

    malformed, _ = inspector.send_at_once(["malformed", json.dumps(job.event)])
    reason = failure_of(inspector, malformed)
    by_hand.wait_for_inspections(job)
    inspector.wait_until_done(left=1)

    assert reason == "the message is not JSON"
    assert len(by_hand.verdicts_on(job)) == 1


def test_fault_3_what_stays_throttled_is_kept_and_gives_no_verdict(
    session: AwsSession, by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    job = owner.start(without_s3_endpoint)
    inspector = by_hand.inspector
    inspector.fail("ec2:DescribeRouteTables", "RequestLimitExceeded", times=-1)

    with inspector.returning_soon(receives=1, seconds=LONGER_THAN_ALL_RETRIES):
        message_id = by_hand.inspect(job.event)
        reason = failure_of(inspector, message_id)
        (kept,) = take_messages(session, inspector.dead_letter_queue_url)

    assert "RequestLimitExceeded" in reason
    assert json.loads(kept)["detail"]["eventID"] == job.event["detail"]["eventID"]
    assert by_hand.verdicts_on(job) == []
    assert owner.status_of(job) == "InProgress"


def test_a_kept_event_that_is_sent_again_is_inspected(
    session: AwsSession, by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork
) -> None:
    """What the owner does when the trouble is over: redrive the dead-letter queue."""
    job = owner.start(without_s3_endpoint)
    inspector = by_hand.inspector
    inspector.fail("sns:Publish", "AuthorizationError", times=-1)

    with inspector.returning_soon(receives=1, seconds=2):
        message_id = by_hand.inspect(job.event)
        failure_of(inspector, message_id)
        (kept,) = take_messages(session, inspector.dead_letter_queue_url)
    by_hand.aws.controls.clear_faults()
    inspector.send(kept)

    assert by_hand.wait_for_verdict(job).attributes["verdict"] == "noncompliant"
    by_hand.wait_for_inspections(job)
    assert len(by_hand.verdicts_on(job)) == 1
