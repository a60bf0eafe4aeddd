"""The life of a training job that nobody trains: its status is a function of what was asked, when.

Faked: no instance starts, no data moves, nothing is billed, and a job goes on until it is stopped
or until a test says how it ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_STARTING = 2.0
"""How long a job stays in the secondary status Starting before it trains."""

SECONDS_STOPPING = 1.0
"""How long a stop takes. SageMaker gives the container 120 seconds after SIGTERM."""

DEFAULT_MAX_RUNTIME_SECONDS = 86_400

IN_PROGRESS = "InProgress"
STOPPING = "Stopping"
STOPPED = "Stopped"
ENDINGS = frozenset({"Completed", "Failed", STOPPED})

NOT_DESCRIBED = frozenset({"Tags", "SessionChainingConfig"})
"""Members of CreateTrainingJob that DescribeTrainingJob does not give back."""

DESCRIBED_DEFAULTS: Mapping[str, Any] = {
    "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME_SECONDS},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}
"""What DescribeTrainingJob says where the request was silent."""


@dataclass(frozen=True)
class Phase:
    """A secondary status and since when it holds, in epoch seconds."""

    status: str
    secondary: str
    since: float


@dataclass
class TrainingJob:
    """What was asked of SageMaker about one job."""

    request: Mapping[str, Any]
    arn: str
    created_at: float
    stop_requested_at: float | None = None
    ended_at: float | None = None
    ending: str = ""
    """Completed or Failed, when a test said so."""

    @property
    def name(self) -> str:
        return str(self.request["TrainingJobName"])

    def status(self, now: float) -> str:
        return self.phases(now)[-1].status

    def phases(self, now: float) -> list[Phase]:
        """All phases entered up to `now`, oldest first; there is always one."""
        training_at = self.created_at + SECONDS_STARTING
        phases = [
            Phase(IN_PROGRESS, "Starting", self.created_at),
            Phase(IN_PROGRESS, "Training", training_at),
        ]
        if self.ended_at is not None:
            phases = [phase for phase in phases if phase.since <= self.ended_at]
            phases.append(Phase(self.ending, self.ending, self.ended_at))
        elif self.stop_requested_at is not None:
            asked = self.stop_requested_at
            phases = [phase for phase in phases if phase.since <= asked]
            phases.append(Phase(STOPPING, "Stopping", asked))
            phases.append(Phase(STOPPED, "Stopped", asked + SECONDS_STOPPING))
        return [phase for phase in phases if phase.since <= now] or phases[:1]

    def describe(self, now: float) -> dict[str, Any]:
        """The DescribeTrainingJob response; dates are epoch numbers, as on the wire."""
        phases = self.phases(now)
        last = phases[-1]
        asked = {name: value for name, value in self.request.items() if name not in NOT_DESCRIBED}
        output = str(self.request.get("OutputDataConfig", {}).get("S3OutputPath", "")).rstrip("/")
        described = {
            **DESCRIBED_DEFAULTS,
            **asked,
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": last.status,
            "SecondaryStatus": last.secondary,
            "CreationTime": self.created_at,
            "LastModifiedTime": last.since,
            "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{self.name}/output/model.tar.gz"},
            "SecondaryStatusTransitions": _transitions(phases),
        }
        started = [phase.since for phase in phases if phase.secondary == "Training"]
        if started:
            described["TrainingStartTime"] = started[0]
        if last.status in ENDINGS:
            described["TrainingEndTime"] = last.since
        return described

    def summary(self, now: float) -> dict[str, Any]:
        """The job's entry in ListTrainingJobs."""
        members = (
            "TrainingJobName",
            "TrainingJobArn",
            "CreationTime",
            "TrainingEndTime",
            "LastModifiedTime",
            "TrainingJobStatus",
            "SecondaryStatus",
        )
        described = self.describe(now)
        return {member: described[member] for member in members if member in described}


def _transitions(phases: list[Phase]) -> list[dict[str, Any]]:
    ends: list[float | None] = [phase.since for phase in phases[1:]]
    ends.append(None)
    transitions = []
    for phase, end in zip(phases, ends, strict=True):
        transition: dict[str, Any] = {
            "Status": phase.secondary,
            "StartTime": phase.since,
            "StatusMessage": f"{phase.secondary} (no training happens here).",
        }
        if end is not None or phase.status in ENDINGS:
            transition["EndTime"] = phase.since if end is None else end
        transitions.append(transition)
    return transitions
