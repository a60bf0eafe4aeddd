"""What the functions count, as CloudWatch finds it in their logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws.logs import log_records

if TYPE_CHECKING:
    from local_aws.networks import TrainingNetwork
    from tests.e2e.guardrail import Function, Guardrail
    from tests.e2e.training import Owner


class Counter:
    """The metrics that a function writes from now on, summed up."""

    def __init__(self, function: Function, stack: str) -> None:
        self._function = function
        self._stack = stack
        self._before = len(self._lines())

    def sums(self) -> dict[str, float]:
        """By the metric's name and the values of its dimensions but the stack's."""
        sums: dict[str, float] = {}
        for line in self._lines()[self._before :]:
            (directive,) = line["_aws"]["CloudWatchMetrics"]
            (dimensions,) = directive["Dimensions"]
            assert directive["Namespace"] == "VpcGuardrail"
            assert line["Stack"] == self._stack
            others = [line[dimension] for dimension in dimensions if dimension != "Stack"]
            for metric in directive["Metrics"]:
                name = " ".join([metric["Name"], *others])
                sums[name] = sums.get(name, 0) + sum(line[metric["Name"]])
        return sums

    def _lines(self) -> list[dict[str, Any]]:
        """A line that the log format had wrapped or cut would be none, and would be missed."""
        records = log_records(self._function.session, self._function.log_group)
        return [record for record in records if "_aws" in record]


def test_a_job_that_is_announced_three_times_and_stopped_is_counted_once(
    by_hand: Guardrail, owner: Owner
) -> None:
    job = owner.start(None)
    inspections = Counter(by_hand.inspector, by_hand.stack.name)
    stops = Counter(by_hand.enforcer, by_hand.stack.name)

    for time in (1, 2, 3):
        by_hand.inspect(job.event)
        by_hand.wait_for_inspections(job, count=time)
    by_hand.wait_for_report(job)
    by_hand.wait_until_done()

    assert inspections.sums() == {
        "JobsInspected": 1,
        "Violations": 1,
        "UndeterminedJobs": 0,
        "FailedChecks job vpc-config-present": 1,
    }
    assert stops.sums() == {"JobsStopped": 1}


def test_the_jobs_of_a_batch_are_counted_although_one_of_its_messages_fails(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    counter = Counter(by_hand.inspector, by_hand.stack.name)

    by_hand.inspector.send_at_once(["malformed", json.dumps(job.event)])
    by_hand.wait_for_inspections(job)
    by_hand.inspector.wait_until_done(left=1)

    assert counter.sums() == {"JobsInspected": 1, "Violations": 0, "UndeterminedJobs": 0}


def test_what_could_not_be_read_is_counted_as_undetermined(
    by_hand: Guardrail, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    counter = Counter(by_hand.inspector, by_hand.stack.name)

    with by_hand.inspector.denied("ec2:DescribeRouteTables"):
        by_hand.inspect(job.event)
        by_hand.wait_for_inspections(job)

    assert counter.sums() == {"JobsInspected": 1, "Violations": 0, "UndeterminedJobs": 1}
