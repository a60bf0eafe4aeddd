"""Throttling is waited out; it is neither a verdict nor an end.

Fault 5 of the peers: throttled Describes became false FAILs. Fault 2: a throttled StopTrainingJob
was swallowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.guardrail import FAILED
from tests.e2e.training import ENDED_BY_STOP

if TYPE_CHECKING:
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner

STOP = "sagemaker:StopTrainingJob"
MORE_THAN_THE_SDK_RETRIES = 4
"""All attempts of one call."""


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("ec2:DescribeRouteTables", "RequestLimitExceeded"),
        ("ec2:DescribeSubnets", "RequestLimitExceeded"),
        ("sagemaker:DescribeTrainingJob", "ThrottlingException"),
    ],
)
def test_fault_5_a_throttled_describe_recovers_and_the_verdict_is_unaffected(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork, action: str, code: str
) -> None:
    job = owner.start(sound)
    by_hand.inspector.fail(action, code, times=2)

    with by_hand.inspector.recorded() as calls:
        by_hand.inspect(job.event)
        (inspection,) = by_hand.wait_for_inspections(job)

    assert calls.count(action) == 3
    assert inspection["verdict"] == "compliant"
    assert by_hand.verdicts_on(job) == []


def test_fault_2_a_throttled_stop_is_tried_again(by_hand: Guardrail, owner: Owner) -> None:
    job = owner.start(None)
    by_hand.enforcer.fail(STOP, "ThrottlingException", times=2)

    with by_hand.enforcer.recorded() as calls:
        by_hand.inspect(job.event)
        report = by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert calls.count(STOP) == 3
    assert report.json()["outcome"] == "stopped"
    assert len(by_hand.reports_on(job)) == 1
    assert owner.status_of(job) in ENDED_BY_STOP


def test_fault_2_a_stop_throttled_beyond_all_attempts_comes_back(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)
    enforcer = by_hand.enforcer
    enforcer.fail(STOP, "ThrottlingException", times=MORE_THAN_THE_SDK_RETRIES)
    failures = len(enforcer.records(FAILED))

    with enforcer.returning_soon(receives=20, seconds=2):
        by_hand.inspect(job.event)
        report = by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert len(enforcer.records(FAILED)) > failures
    assert report.json()["outcome"] == "stopped"
    assert len(by_hand.reports_on(job)) == 1
    assert owner.status_of(job) in ENDED_BY_STOP
