"""An event that comes more than once leads to one alert, one stop and one report.

Fault 15 of the peers: a remediation ran twice on a duplicate event.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.e2e.guardrail import FAILED

if TYPE_CHECKING:
    from local_aws.launch import LocalAws
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Job, Owner

STOP = "sagemaker:StopTrainingJob"


def assert_told_and_stopped_once(guardrail: Guardrail, job: Job, calls: list[str]) -> None:
    assert len(guardrail.verdicts_on(job)) == 1
    assert [report.json()["outcome"] for report in guardrail.reports_on(job)] == ["stopped"]
    assert calls.count(STOP) == 1


def test_fault_15_an_event_that_comes_three_times_is_obeyed_once(
    aws: LocalAws, enforcing: Guardrail, owner: Owner
) -> None:
    with enforcing.enforcer.recorded() as calls:
        job = owner.start(None)
        enforcing.wait_for_report(job)
        for time in (2, 3):
            aws.controls.put_event(job.entry)
            enforcing.wait_for_inspections(job, count=time)
        enforcing.wait_until_done()

    assert_told_and_stopped_once(enforcing, job, calls)


def test_fault_15_three_deliveries_of_an_event_at_the_same_time_are_obeyed_once(
    by_hand: Guardrail, owner: Owner
) -> None:
    """In invocations of their own: one works, the others come back and find it done."""
    job = owner.start(None)
    inspector = by_hand.inspector

    with (
        inspector.returning_soon(receives=20, seconds=2),
        by_hand.enforcer.returning_soon(receives=20, seconds=2),
        inspector.in_batches_of(1),
        by_hand.enforcer.recorded() as calls,
    ):
        inspector.send_at_once([json.dumps(job.event)] * 3)
        by_hand.wait_for_inspections(job, count=3)
        by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert_told_and_stopped_once(by_hand, job, calls)
    assert inspector.dead_letters() == 0
    assert by_hand.enforcer.dead_letters() == 0


def test_fault_15_three_copies_of_an_event_in_one_batch_are_obeyed_once(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)
    failed = len(by_hand.inspector.records(FAILED))

    with by_hand.enforcer.recorded() as calls:
        by_hand.inspector.send_at_once([json.dumps(job.event)] * 3)
        by_hand.wait_for_inspections(job, count=3)
        by_hand.wait_for_report(job)
        by_hand.wait_until_done()

    assert_told_and_stopped_once(by_hand, job, calls)
    assert len(by_hand.inspector.records(FAILED)) == failed
