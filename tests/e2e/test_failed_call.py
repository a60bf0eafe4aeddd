"""A CreateTrainingJob that failed started nothing, and harms nobody.

Fault 1 of the peers: a failed call that reuses a running job's name, without a VPC, makes the
guardrail stop the running, sound job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.guardrail import IGNORED
from tests.e2e.training import delivered

if TYPE_CHECKING:
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Job, Owner


def assert_unharmed(guardrail: Guardrail, owner: Owner, job: Job) -> None:
    assert owner.status_of(job) == "InProgress"
    assert guardrail.verdicts_on(job) == []
    assert guardrail.reports_on(job) == []


def test_fault_1_the_rule_does_not_catch_a_failed_call(
    enforcing: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    enforcing.wait_for_inspections(job)
    ignored = len(enforcing.inspector.records(IGNORED))

    with enforcing.inspector.recorded() as calls:
        owner.start_again(job, network=None)
        enforcing.wait_until_done()

    assert calls == []
    assert len(enforcing.inspector.records(IGNORED)) == ignored, "The rule caught a failed call."
    assert len(enforcing.wait_for_inspections(job)) == 1
    assert_unharmed(enforcing, owner, job)


def test_fault_1_the_inspector_drops_a_failed_call_that_reaches_it(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    failed_call = owner.start_again(job, network=None)

    with by_hand.inspector.recorded() as calls:
        message_id = by_hand.inspect(delivered(failed_call))
        ignored = by_hand.inspector.wait_for(
            IGNORED, lambda record: record["message_id"] == message_id
        )
        by_hand.wait_until_done()

    assert ignored["reason"] == "the call failed with ResourceInUse"
    assert calls == []
    assert_unharmed(by_hand, owner, job)
