"""Whether all went as it should: strict comparisons of what was seen with the scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo.outcome import Outcome, VpcResult, counted, differences, status_word
from demo.scenario import FAILED_CALL_ERROR, JOB_WITHOUT_VPC, JOBS, SOUND_JOB, VPC_STEPS
from demo.stage import failed_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from demo.follow import Sight


@dataclass(frozen=True)
class Ending:
    """All that the demo came to."""

    outcomes: Mapping[str, Outcome]
    """What became of each job, by its name."""
    facts: Sequence[Fact]
    """What was seen beside that."""
    alert: Mapping[str, Any] | None = None
    """One SNS message, to be shown in full."""
    vpc: Sequence[VpcResult] = ()
    """What Config said of the VPC after each step."""

    @property
    def faults(self) -> list[str]:
        """What did not go as it should; empty if all did."""
        wrong = [
            f"{plan.name}: {difference}"
            for plan in JOBS
            for difference in differences(plan.expected, self.outcomes[plan.name])
        ]
        return [*wrong, *(fact.text for fact in self.facts if not fact.holds)]


@dataclass(frozen=True)
class Fact:
    """Something that was seen, in one sentence, and whether it is as it should be."""

    holds: bool
    text: str


def is_over(expected: Outcome, observed: Outcome) -> bool:
    """Whether a job came to its end, and everybody was told; there may be too much, though."""
    return (
        observed.inspections >= 1
        and observed.alerts >= expected.alerts
        and observed.stop_calls >= expected.stop_calls
        and observed.stop_reports >= expected.stop_reports
        and observed.status == expected.status
    )


def fact_of_duplicate(outcome: Outcome) -> Fact:
    """Two events, one alert, one stop."""
    name = JOB_WITHOUT_VPC.name
    counts = (outcome.inspections, outcome.alerts, outcome.stop_calls, outcome.stop_reports)
    events, alerts, stops, reports = counts
    text = (
        f"The event of {name} came {_times(events)}: {counted(alerts, 'alert')}, "
        f"{counted(stops, 'stop')}, {counted(reports, 'stop report')}."
    )
    return Fact(counts == (2, 1, 1, 1), text)


def fact_of_failed_call(error_code: str, sight: Sight, outcome: Outcome) -> Fact:
    """A failed call under the name of a sound job did that job no harm."""
    name = SOUND_JOB.name
    recorded = len(failed_calls(sight.recorded, name))
    text = (
        f"A job without VPC under the name {name} was refused ({error_code or 'it was not'}): "
        f"{counted(outcome.alerts, 'alert')}, {name} is {status_word(outcome)}."
    )
    sound = outcome == SOUND_JOB.expected
    return Fact(error_code == FAILED_CALL_ERROR and recorded == 1 and sound, text)


def fact_of_stopper(callers: Sequence[str], role: str) -> Fact:
    """Nobody but the enforcer stopped anything; `callers` are ARNs, of sessions of a role."""
    others = [caller for caller in callers if f"/{role}/" not in caller]
    who = f"not by job_enforcer alone: {', '.join(others)}" if others else "by job_enforcer"
    return Fact(
        len(callers) == JOB_WITHOUT_VPC.expected.stop_calls and not others,
        f"StopTrainingJob was called {_times(len(callers))}, {who}.",
    )


def fact_of_scores(results: Sequence[VpcResult]) -> Fact:
    """The VPC became compliant as it was mended, and not before."""
    way = ", ".join(result.compliance for result in results)
    right = len(results) == len(VPC_STEPS) and all(
        result.compliance == step.compliance and result.annotation.startswith(step.annotation)
        for step, result in zip(VPC_STEPS, results, strict=True)
    )
    return Fact(right, f"AWS Config says of the VPC, step by step: {way or 'nothing'}.")


def fact_of_dead_letters(count: int) -> Fact:
    """Nothing failed so often that it was kept aside."""
    return Fact(count == 0, f"The dead-letter queues hold {counted(count, 'message')}.")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
