"""What events tell of a job is a hint; DescribeTrainingJob is the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.guardrail import findings_by_check
from tests.e2e.training import ENDED_BY_STOP

if TYPE_CHECKING:
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner

DESCRIBE = "sagemaker:DescribeTrainingJob"


@pytest.mark.parametrize("parameters", [None, {"omitted": True}], ids=["null", "omitted"])
def test_fault_2_without_request_parameters_the_job_is_described(
    by_hand: Guardrail, owner: Owner, without_s3_endpoint: TrainingNetwork, parameters: Any
) -> None:
    """Fault 2 of the peers: a crash on null requestParameters."""
    job = owner.start(without_s3_endpoint)
    event = job.event
    event["detail"]["requestParameters"] = parameters

    with by_hand.inspector.recorded() as calls:
        by_hand.inspect(event)
        verdict = by_hand.wait_for_verdict(job).json()
        by_hand.wait_for_inspections(job)

    assert calls.count(DESCRIBE) == 1
    assert verdict["verdict"] == "noncompliant"
    assert verdict["job"]["known_from"] == "described"
    assert verdict["job"]["subnets"] == [*without_s3_endpoint.subnet_ids]
    assert findings_by_check(verdict)["vpc-config-present"] == {"PASS"}
    assert findings_by_check(verdict)["s3-reachable"] == {"FAIL"}
    by_hand.wait_until_done()
    assert owner.status_of(job) == "InProgress"


def test_fault_2_without_request_parameters_a_job_without_vpc_is_stopped(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)
    event = job.event
    event["detail"]["requestParameters"] = None

    by_hand.inspect(event)
    report = by_hand.wait_for_report(job)

    assert report.json()["outcome"] == "stopped"
    assert owner.status_of(job) in ENDED_BY_STOP


def test_an_event_that_lies_about_the_network_is_not_believed(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    event = job.event
    del event["detail"]["requestParameters"]["vpcConfig"]

    by_hand.inspect(event)
    (inspection,) = by_hand.wait_for_inspections(job)
    by_hand.wait_until_done()

    assert inspection["verdict"] == "compliant"
    assert owner.status_of(job) == "InProgress"
