"""The life of a tuning job that tunes nothing: it runs until it is stopped.

Faked: its first children start together with it and no other follows them; no event tells of
them, since the form of those that AWS sends is not published.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.jobs import IN_PROGRESS, SECONDS_STOPPING, STOPPED, STOPPING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NOT_OF_A_CHILD = frozenset(
    {
        "DefinitionName",
        "TuningObjective",
        "HyperParameterRanges",
        "StaticHyperParameters",
        "HyperParameterTuningResourceConfig",
        "RetryStrategy",
    }
)
"""Members of a training definition that its training jobs are not asked with."""


@dataclass
class TuningJob:
    """What was asked of SageMaker about one tuning job."""

    request: Mapping[str, Any]
    arn: str
    created_at: float
    stop_requested_at: float | None = None

    @property
    def name(self) -> str:
        return str(self.request["HyperParameterTuningJobName"])

    @property
    def definitions(self) -> list[Mapping[str, Any]]:
        one = self.request.get("TrainingJobDefinition")
        return [one] if one else list(self.request.get("TrainingJobDefinitions", []))

    def first_children(self) -> Iterator[dict[str, Any]]:
        """The requests of the training jobs that start with it, as many as may run at once."""
        limits = self.request["HyperParameterTuningJobConfig"]["ResourceLimits"]
        for number in range(int(limits["MaxParallelTrainingJobs"])):
            definition = self.definitions[number % len(self.definitions)]
            asked = {
                name: value for name, value in definition.items() if name not in NOT_OF_A_CHILD
            }
            name = f"{self.name}-{number + 1:03d}-{uuid.uuid4().hex[:8]}"
            yield {**asked, "TrainingJobName": name, "TuningJobArn": self.arn}

    def status(self, now: float) -> str:
        if self.stop_requested_at is None:
            return IN_PROGRESS
        return STOPPING if now < self.stop_requested_at + SECONDS_STOPPING else STOPPED

    def describe(self, now: float, children: Sequence[str]) -> dict[str, Any]:
        """The DescribeHyperParameterTuningJob response; dates are epoch numbers."""
        asked = {name: value for name, value in self.request.items() if name != "Tags"}
        return {
            **asked,
            "HyperParameterTuningJobArn": self.arn,
            "HyperParameterTuningJobStatus": self.status(now),
            "CreationTime": self.created_at,
            "LastModifiedTime": self.stop_requested_at or self.created_at,
            "TrainingJobStatusCounters": {
                "Completed": 0,
                "InProgress": children.count(IN_PROGRESS),
                "RetryableError": 0,
                "NonRetryableError": 0,
                "Stopped": len(children) - children.count(IN_PROGRESS),
            },
            "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
        }
