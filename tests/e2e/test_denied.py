"""What may not be read is UNKNOWN: it is told, it is no verdict of guilt, and it stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.guardrail import findings_by_check

if TYPE_CHECKING:
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Job, Owner


def assert_undetermined(guardrail: Guardrail, owner: Owner, job: Job, action: str) -> None:
    told = guardrail.wait_for_verdict(job)
    guardrail.wait_for_inspections(job)
    guardrail.wait_until_done()

    verdict = told.json()
    statuses = findings_by_check(verdict)
    unknown = [finding for finding in verdict["findings"] if finding["status"] == "UNKNOWN"]
    assert told.attributes["verdict"] == "undetermined"
    assert told.attributes["action"] == "notify"
    assert unknown
    assert not [check for check, found in statuses.items() if "FAIL" in found]
    assert any(f"{action} is denied" in finding["message"] for finding in unknown)
    assert guardrail.reports_on(job) == []
    assert owner.status_of(job) == "InProgress"


@pytest.mark.parametrize(
    "action",
    [
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "s3:GetBucketPolicy",
    ],
)
def test_what_iam_denies_makes_the_verdict_undetermined(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork, action: str
) -> None:
    job = owner.start(sound)

    with by_hand.inspector.denied(action):
        by_hand.inspect(job.event)
        assert_undetermined(by_hand, owner, job, action)


def test_what_ec2_refuses_makes_the_verdict_undetermined(
    aws: LocalAws, by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    """By EC2's own code, once and without a retry."""
    job = owner.start(sound)
    by_hand.inspector.fail("ec2:DescribeRouteTables", "UnauthorizedOperation", times=-1)

    with by_hand.inspector.recorded() as calls:
        by_hand.inspect(job.event)
        assert_undetermined(by_hand, owner, job, "ec2:DescribeRouteTables")

    assert calls.count("ec2:DescribeRouteTables") == 1


def test_a_job_that_may_not_be_described_is_judged_by_its_event_and_not_stopped(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)

    with by_hand.inspector.denied("sagemaker:DescribeTrainingJob"):
        by_hand.inspect(job.event)
        told = by_hand.wait_for_verdict(job)
        by_hand.wait_for_inspections(job)
        by_hand.wait_until_done()

    assert told.json()["job"]["known_from"] == "event"
    assert told.attributes["verdict"] == "noncompliant"
    assert told.attributes["action"] == "notify"
    assert by_hand.reports_on(job) == []
    assert owner.status_of(job) == "InProgress"
