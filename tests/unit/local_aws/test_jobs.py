"""The life of a job that nobody trains."""

from __future__ import annotations

import pytest

from local_aws.jobs import SECONDS_STARTING, SECONDS_STOPPING, TrainingJob

CREATED = 1_000.0
TRAINING = CREATED + SECONDS_STARTING
STOP_ASKED = 1_100.0
STOPPED = STOP_ASKED + SECONDS_STOPPING


def a_job(**changes: float | str) -> TrainingJob:
    request = {
        "TrainingJobName": "Example",
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
        "Tags": [{"Key": "team", "Value": "ml"}],
    }
    job = TrainingJob(request, "arn:aws:sagemaker:us-east-1:1:training-job/example", CREATED)
    for name, value in changes.items():
        setattr(job, name, value)
    return job


@pytest.mark.parametrize(
    ("job", "now", "status", "secondary"),
    [
        (a_job(), CREATED, "InProgress", "Starting"),
        (a_job(), CREATED - 1, "InProgress", "Starting"),
        (a_job(), TRAINING - 0.1, "InProgress", "Starting"),
        (a_job(), TRAINING, "InProgress", "Training"),
        (a_job(), CREATED + 1e9, "InProgress", "Training"),
        (a_job(stop_requested_at=STOP_ASKED), STOP_ASKED, "Stopping", "Stopping"),
        (a_job(stop_requested_at=STOP_ASKED), STOPPED - 0.1, "Stopping", "Stopping"),
        (a_job(stop_requested_at=STOP_ASKED), STOPPED, "Stopped", "Stopped"),
        (a_job(stop_requested_at=CREATED), CREATED + 1e9, "Stopped", "Stopped"),
        (a_job(ended_at=1_050.0, ending="Completed"), 1_050.0, "Completed", "Completed"),
        (a_job(ended_at=1_050.0, ending="Failed"), 1_060.0, "Failed", "Failed"),
    ],
)
def test_status_follows_what_was_asked_and_when(
    job: TrainingJob, now: float, status: str, secondary: str
) -> None:
    described = job.describe(now)

    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == (status, secondary)


def test_a_job_stopped_while_starting_never_trained() -> None:
    described = a_job(stop_requested_at=CREATED + 0.5).describe(CREATED + 100)

    assert [step["Status"] for step in described["SecondaryStatusTransitions"]] == [
        "Starting",
        "Stopping",
        "Stopped",
    ]
    assert "TrainingStartTime" not in described


def test_transitions_meet_end_to_end() -> None:
    steps = a_job(stop_requested_at=STOP_ASKED).describe(STOPPED)["SecondaryStatusTransitions"]

    assert [(step["StartTime"], step["EndTime"]) for step in steps] == [
        (CREATED, TRAINING),
        (TRAINING, STOP_ASKED),
        (STOP_ASKED, STOPPED),
        (STOPPED, STOPPED),
    ]


def test_a_running_phase_has_no_end() -> None:
    steps = a_job().describe(TRAINING)["SecondaryStatusTransitions"]

    assert "EndTime" not in steps[-1]


def test_described_as_aws_does() -> None:
    described = a_job(stop_requested_at=STOP_ASKED).describe(STOPPED)

    assert described["CreationTime"] == CREATED
    assert described["LastModifiedTime"] == described["TrainingEndTime"] == STOPPED
    assert described["TrainingStartTime"] == TRAINING
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}
    assert described["ModelArtifacts"] == {
        "S3ModelArtifacts": "s3://bucket/out/Example/output/model.tar.gz"
    }
    assert "Tags" not in described
