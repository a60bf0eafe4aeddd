"""Tuning jobs, end to end: judged as their children would be, and stopped as a whole.

Fault 12 of the peers: children of tuning jobs were never seen, because the event pattern is fixed
to calls of CreateTrainingJob. Here they are seen through the tuning job that starts them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.e2e.guardrail import findings_by_check
from tests.e2e.test_stop_orders import an_order
from tests.e2e.training import ENDED_BY_STOP

if TYPE_CHECKING:
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Guardrail
    from tests.e2e.training import Owner

STOP, STOP_TUNING = "sagemaker:StopTrainingJob", "sagemaker:StopHyperParameterTuningJob"


def test_fault_12_a_tuning_job_without_vpc_is_told_and_stopped_once_with_its_children(
    aws: LocalAws, enforcing: Guardrail, owner: Owner
) -> None:
    with enforcing.enforcer.recorded() as calls:
        tuning = owner.start_tuning(None)
        report = enforcing.wait_for_report(tuning)
        aws.controls.put_event(tuning.entry)
        enforcing.wait_for_inspections(tuning, count=2)
        enforcing.wait_until_done()

    (told,) = enforcing.verdicts_on(tuning)
    assert (told.attributes["verdict"], told.attributes["action"]) == ("noncompliant", "stop")
    assert findings_by_check(told.json())["vpc-config-present"] == {"FAIL"}
    assert report.json()["outcome"] == "stopped"
    assert [each.json()["outcome"] for each in enforcing.reports_on(tuning)] == ["stopped"]
    assert (calls.count(STOP_TUNING), calls.count(STOP)) == (1, 0)
    assert owner.tuning_status_of(tuning) in ENDED_BY_STOP
    children = owner.children_of(tuning)
    assert len(children) == 2
    assert all(owner.status_of(child) in ENDED_BY_STOP for child in children)


def test_a_tuning_job_in_a_sound_network_runs_on_and_nobody_is_told(
    enforcing: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    tuning = owner.start_tuning(sound)

    (inspected,) = enforcing.wait_for_inspections(tuning)
    enforcing.wait_until_done()

    assert (inspected["verdict"], inspected["action"]) == ("compliant", "none")
    assert enforcing.verdicts_on(tuning) == enforcing.reports_on(tuning) == []
    assert owner.tuning_status_of(tuning) == "InProgress"


def test_one_definition_without_vpc_is_named_and_the_whole_is_stopped(
    enforcing: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    tuning = owner.start_tuning(sound, None)

    verdict = enforcing.wait_for_verdict(tuning).json()
    enforcing.wait_for_report(tuning)

    (failed,) = [each for each in verdict["findings"] if each["status"] == "FAIL"]
    assert failed["check"] == "vpc-config-present"
    assert failed["message"].startswith("Training definition definition-2: ")
    assert owner.tuning_status_of(tuning) in ENDED_BY_STOP


def test_an_order_for_a_child_stops_neither_the_child_nor_its_tuning_job(
    by_hand: Guardrail, owner: Owner
) -> None:
    tuning = owner.start_tuning(None)
    child = owner.children_of(tuning)[0]

    with by_hand.enforcer.recorded() as calls:
        by_hand.enforcer.send(an_order(child, owner.created_at(child)))
        report = by_hand.wait_for_report(child)

    assert report.json()["outcome"] == "child-of-tuning-job"
    assert tuning.arn in report.json()["message"]
    assert {STOP, STOP_TUNING}.isdisjoint(calls)
    assert owner.status_of(child) == owner.tuning_status_of(tuning) == "InProgress"


def test_an_order_for_a_tuning_job_that_has_stopped_already_is_done(
    by_hand: Guardrail, owner: Owner
) -> None:
    tuning = owner.start_tuning(None)
    order = an_order(tuning, owner.tuning_created_at(tuning))
    by_hand.enforcer.send(order)
    by_hand.wait_for_report(tuning)

    with by_hand.enforcer.recorded() as calls:
        by_hand.enforcer.send(json.dumps(json.loads(order) | {"rule_set": "a later one"}))
        by_hand.wait_until_done()

    outcomes = [each.json()["outcome"] for each in by_hand.reports_on(tuning)]
    assert outcomes == ["stopped", "already-ended"]
    assert STOP_TUNING not in calls
    assert by_hand.enforcer.dead_letters() == 0
