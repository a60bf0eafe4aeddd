"""Whether all went as it should: what is not exactly so is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from demo.follow import Sight
from demo.judge import (
    Ending,
    Fact,
    fact_of_dead_letters,
    fact_of_duplicate,
    fact_of_failed_call,
    fact_of_scores,
    fact_of_stopper,
    is_over,
)
from demo.outcome import VpcResult
from demo.scenario import JOB_WITHOUT_VPC, JOBS, SOUND_JOB, VPC_STEPS
from tests.unit.demo.sights import a_call

if TYPE_CHECKING:
    from demo.outcome import Outcome

AS_PLANNED = {plan.name: plan.expected for plan in JOBS}
FAILED_CALL = a_call("CreateTrainingJob", SOUND_JOB.name, errorCode="ResourceInUse")
ROLE = "demo-JobEnforcerRole-1"
STOPPER = f"arn:aws:sts::123456789012:assumed-role/{ROLE}/enforcer"


def test_nothing_is_at_fault_when_all_is_as_planned() -> None:
    assert Ending(AS_PLANNED, [Fact(True, "It holds.")]).faults == []


@pytest.mark.parametrize("name", AS_PLANNED)
def test_each_job_is_compared(name: str) -> None:
    harmed = replace(AS_PLANNED[name], status="Failed")

    (fault,) = Ending({**AS_PLANNED, name: harmed}, []).faults

    assert fault.startswith(f"{name}: status Failed instead of")


def test_a_fact_that_does_not_hold_is_at_fault() -> None:
    ending = Ending(AS_PLANNED, [Fact(True, "It holds."), fact_of_dead_letters(2)])

    assert ending.faults == ["The dead-letter queues hold 2 messages."]


def test_a_duplicate_is_told_once() -> None:
    fact = fact_of_duplicate(JOB_WITHOUT_VPC.expected)

    assert fact == Fact(True, "The event of no-vpc came twice: 1 alert, 1 stop, 1 stop report.")


@pytest.mark.parametrize("field", ["inspections", "alerts", "stop_calls", "stop_reports"])
@pytest.mark.parametrize("more", [-1, 1])
def test_a_duplicate_with_any_other_count_is_a_fault(field: str, more: int) -> None:
    expected = JOB_WITHOUT_VPC.expected
    observed = replace(expected, **{field: getattr(expected, field) + more})

    assert not fact_of_duplicate(observed).holds


def test_a_failed_call_does_a_sound_job_no_harm() -> None:
    sight = Sight(recorded=[a_call("CreateTrainingJob", SOUND_JOB.name), FAILED_CALL])

    fact = fact_of_failed_call("ResourceInUse", sight, SOUND_JOB.expected)

    assert fact.holds
    assert fact.text.endswith("was refused (ResourceInUse): no alerts, sound is running.")


@pytest.mark.parametrize(
    ("error_code", "sight", "outcome"),
    [
        pytest.param("", Sight(recorded=[FAILED_CALL]), SOUND_JOB.expected, id="not-refused"),
        pytest.param("ResourceInUse", Sight(), SOUND_JOB.expected, id="no-event-of-it"),
        pytest.param(
            "ResourceInUse",
            Sight(recorded=[FAILED_CALL]),
            replace(SOUND_JOB.expected, status="Stopped", stop_calls=1),
            id="sound-job-stopped",
        ),
        pytest.param(
            "ResourceInUse",
            Sight(recorded=[FAILED_CALL]),
            replace(SOUND_JOB.expected, inspections=2),
            id="failed-call-inspected",
        ),
    ],
)
def test_a_failed_call_that_is_not_dropped_is_a_fault(
    error_code: str, sight: Sight, outcome: Outcome
) -> None:
    assert not fact_of_failed_call(error_code, sight, outcome).holds


@pytest.mark.parametrize(
    ("callers", "holds", "says"),
    [
        ([STOPPER], True, "once, by job_enforcer."),
        ([], False, "0 times"),
        ([STOPPER, STOPPER], False, "twice"),
        (["arn:aws:iam::123456789012:root"], False, "root"),
        ([STOPPER.replace("Enforcer", "Inspector")], False, "JobInspectorRole"),
    ],
)
def test_the_enforcer_alone_stops(callers: list[str], holds: bool, says: str) -> None:
    fact = fact_of_stopper(callers, ROLE)

    assert fact.holds is holds
    assert says in fact.text


MENDED = [VpcResult(step.compliance, f"{step.annotation}more") for step in VPC_STEPS]


def test_the_vpc_becomes_compliant_at_the_last_step() -> None:
    fact = fact_of_scores(MENDED)

    assert fact.holds
    assert fact.text.endswith(": NON_COMPLIANT, NON_COMPLIANT, COMPLIANT.")


@pytest.mark.parametrize("step", range(len(MENDED)))
@pytest.mark.parametrize(
    "change", [{"compliance": "NOT_APPLICABLE"}, {"annotation": "Score 57 of 100."}]
)
def test_a_vpc_that_is_anything_else_on_its_way_is_a_fault(
    step: int, change: dict[str, str]
) -> None:
    results = [*MENDED]
    results[step] = replace(results[step], **change)

    assert not fact_of_scores(results).holds
    assert not fact_of_scores(results[:step]).holds


def test_a_job_is_over_when_it_ended_and_all_was_told() -> None:
    expected = JOB_WITHOUT_VPC.expected

    assert is_over(expected, replace(expected, inspections=1))
    assert is_over(expected, replace(expected, alerts=2))
    for early in ({"alerts": 0}, {"stop_reports": 0}, {"status": "Stopping"}, {"inspections": 0}):
        assert not is_over(expected, replace(expected, **early))
