"""What the functions' roles did over the whole session; it runs last, see conftest.

The stacks of the session were deployed with their own roles, and IAM was enforced: that the other
tests pass proves that each role holds all that its code calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vpc_guardrail.adapters.aws_calls import JOB_ENFORCER, JOB_INSPECTOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_aws.calls import CallRecord
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner
    from vpc_guardrail.adapters.aws_calls import CallTable


@pytest.fixture(autouse=True)
def at_least_one_loop(enforcing: Guardrail, owner: Owner, sound: TrainingNetwork) -> None:
    """Should this file run alone, there is still something to look at."""
    jobs = [owner.start(sound), owner.start(None)]
    enforcing.wait_for_inspections(jobs[0])
    enforcing.wait_for_report(jobs[1])
    enforcing.wait_until_done()


def actions(calls: Iterable[CallRecord]) -> set[str]:
    return {f"{call.service}:{call.operation}" for call in calls}


def declared(table: CallTable) -> set[str]:
    return {f"{service}:{name}" for service, names in table.items() for name in names}


def test_each_function_made_only_the_calls_that_are_declared(
    enforcing_stack: Guardrail, auditing_stack: Guardrail
) -> None:
    for guardrail in (enforcing_stack, auditing_stack):
        assert actions(guardrail.inspector.calls()) <= declared(JOB_INSPECTOR)
        assert actions(guardrail.enforcer.calls()) <= declared(JOB_ENFORCER)
    assert enforcing_stack.inspector.calls()
    assert enforcing_stack.enforcer.calls()


def test_only_the_enforcers_of_enforcing_guardrails_ever_stopped_a_job(
    aws: LocalAws, enforcing_stack: Guardrail, auditing_stack: Guardrail
) -> None:
    stoppers = {
        stop.principal.split("/")[1]
        for operation in ("StopTrainingJob", "StopHyperParameterTuningJob")
        for stop in aws.controls.calls("sagemaker", operation)
    }

    assert enforcing_stack.enforcer.role in stoppers
    assert auditing_stack.enforcer.role not in stoppers
    assert all("JobEnforcerRole" in each for each in stoppers)


def test_fault_4_nobody_ever_listed_training_jobs(aws: LocalAws) -> None:
    """Fault 4 of the peers: the whole history is listed for one event."""
    assert aws.controls.calls("sagemaker", "ListTrainingJobs") == []


def test_a_loop_leaves_nothing_in_a_dead_letter_queue(enforcing: Guardrail) -> None:
    assert enforcing.inspector.dead_letters() == 0
    assert enforcing.enforcer.dead_letters() == 0
