"""A stop order is obeyed on the very job it names, if that is still in progress."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from local_aws.account import ACCOUNT_ID
from vpc_guardrail.app.enforcement import StopOrder
from vpc_guardrail.app.order_codec import encode

if TYPE_CHECKING:
    from datetime import datetime

    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Job, Owner

STOP = "sagemaker:StopTrainingJob"


def an_order(job: Job, created_at: datetime) -> str:
    """The message that orders to stop a job."""
    return encode(
        StopOrder(
            job_name=job.name,
            job_arn=job.arn,
            account=ACCOUNT_ID,
            created_at=created_at,
            vpc_id=None,
            checks=("vpc-config-present",),
            severity="CRITICAL",
            rule_set="0",
        )
    )


def test_fault_10_an_order_for_a_job_that_has_stopped_already_is_done(
    aws: LocalAws, by_hand: Guardrail, owner: Owner
) -> None:
    """Fault 10 of the peers: a stop on a job that has already stopped raises."""
    job = owner.start(None)
    aws.controls.finish_job(job.name, "Stopped")

    with by_hand.enforcer.recorded() as calls:
        by_hand.enforcer.send(an_order(job, owner.created_at(job)))
        report = by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert report.json()["outcome"] == "already-ended"
    assert calls.count(STOP) == 0
    assert by_hand.enforcer.dead_letters() == 0


def test_fault_10_a_job_that_stops_between_the_look_and_the_stop_is_done(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)
    refusal = "The request was rejected because the training job is in status Stopped."
    by_hand.enforcer.fail(STOP, "ValidationException", message=refusal)

    by_hand.enforcer.send(an_order(job, owner.created_at(job)))
    report = by_hand.wait_for_report(job)
    by_hand.wait_until_done()

    assert report.json()["outcome"] == "already-ended"
    assert by_hand.enforcer.dead_letters() == 0


def test_an_order_for_an_earlier_job_of_the_same_name_stops_nothing(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    earlier = owner.created_at(job) - timedelta(hours=1)

    with by_hand.enforcer.recorded() as calls:
        by_hand.enforcer.send(an_order(job, earlier))
        report = by_hand.wait_for_report(job)

    assert report.json()["outcome"] == "another-job"
    assert calls.count(STOP) == 0
    assert owner.status_of(job) == "InProgress"


def test_in_audit_mode_an_order_is_not_obeyed(auditing_stack: Guardrail, owner: Owner) -> None:
    """An order that waited while the owner turned the mode back."""
    job = owner.start(None)

    with auditing_stack.enforcer.recorded() as calls:
        auditing_stack.enforcer.send(an_order(job, owner.created_at(job)))
        report = auditing_stack.wait_for_report(job)

    assert report.json()["outcome"] == "not-enforced"
    assert calls.count(STOP) == 0
    assert owner.status_of(job) == "InProgress"
