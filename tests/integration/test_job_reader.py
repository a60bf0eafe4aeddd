"""The job reader before moto's SageMaker, and on the wire for its errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, REGION
from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.job_reader import SageMakerJobReader
from vpc_guardrail.app.errors import JobNotFoundError, JobNotReadableError
from vpc_guardrail.core.model import (
    InstancePlan,
    InstanceSet,
    JobKind,
    JobSource,
    Starts,
    VpcConfig,
)

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients


@pytest.fixture
def wire(clients: Clients) -> Wire:
    return Wire(clients.sagemaker)


@pytest.fixture
def jobs(clients: Clients) -> SageMakerJobReader:
    return SageMakerJobReader(clients.sagemaker)


def test_a_job_is_described_by_one_call_in_fault_4(
    clients: Clients, wire: Wire, jobs: SageMakerJobReader
) -> None:
    """Fault 4 of the peers: the whole history of jobs was listed for one event."""
    clients.sagemaker.create_training_job(
        TrainingJobName="train-1",
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/train",
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
        ResourceConfig={
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 10,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-a", "subnet-b"]},
        EnableInterContainerTrafficEncryption=True,
    )
    wire.calls.clear()
    job = jobs.describe("train-1")
    assert wire.calls == ["DescribeTrainingJob"]
    assert (job.name, job.region, job.source) == ("train-1", REGION, JobSource.DESCRIBED)
    assert job.vpc_config == VpcConfig(("subnet-a", "subnet-b"), ("sg-1",))
    assert job.instance_plans == (InstancePlan((InstanceSet("ml.m5.xlarge", 2),)),)
    assert job.encrypts_inter_container_traffic
    assert job.created_at.tzinfo is not None


def test_a_description_from_the_wire_is_parsed(wire: Wire, jobs: SageMakerJobReader) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/train-1"
    description = {
        "TrainingJobName": "Train-1",
        "TrainingJobArn": arn,
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "CreationTime": 1793448000.123,
        "AMemberOfNextYear": {"A": 1},
    }
    wire.answers("DescribeTrainingJob", json.dumps(description))
    job = jobs.describe("Train-1")
    assert (job.name, job.arn, job.status) == ("Train-1", arn, "InProgress")
    assert job.created_at.timestamp() == pytest.approx(1793448000.123)
    assert job.vpc_config is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", "Requested resource not found."),
        ("ResourceNotFound", "No such training job."),
    ],
)
def test_a_job_that_does_not_exist_is_not_found(
    wire: Wire, jobs: SageMakerJobReader, code: str, message: str
) -> None:
    wire.fails("DescribeTrainingJob", code, message)
    with pytest.raises(JobNotFoundError, match="train-1"):
        jobs.describe("train-1")


def test_a_job_that_may_not_be_described_is_not_readable(
    wire: Wire, jobs: SageMakerJobReader
) -> None:
    wire.fails("DescribeTrainingJob", "AccessDeniedException")
    with pytest.raises(JobNotReadableError, match="sagemaker:DescribeTrainingJob"):
        jobs.describe("train-1")


def test_a_tuning_job_is_described_by_one_call(
    clients: Clients, wire: Wire, jobs: SageMakerJobReader
) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/tune-1"
    description = {
        "HyperParameterTuningJobName": "tune-1",
        "HyperParameterTuningJobArn": arn,
        "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxParallelTrainingJobs": 3}},
        "TrainingJobDefinition": {
            "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-a"]},
            "StaticHyperParameters": {"VpcConfig": "none"},
        },
        "HyperParameterTuningJobStatus": "InProgress",
        "TrainingJobStatusCounters": {"InProgress": 1},
        "CreationTime": 1793448000.123,
    }
    wire.answers("DescribeHyperParameterTuningJob", json.dumps(description))

    job = jobs.describe("tune-1", JobKind.TUNING)

    assert wire.requests == [
        ("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": "tune-1"})
    ]
    assert (job.arn, job.status, job.kind) == (arn, "InProgress", JobKind.TUNING)
    assert job.created_at.timestamp() == pytest.approx(1793448000.123)
    assert [each.subnet_ids for each in job.judged] == [("subnet-a",)]
    assert job.judged[0].starts == Starts(2, 2)


def test_a_tuning_job_that_does_not_exist_is_not_found(
    wire: Wire, jobs: SageMakerJobReader
) -> None:
    wire.fails(
        "DescribeHyperParameterTuningJob", "ValidationException", "Requested resource not found."
    )
    with pytest.raises(JobNotFoundError, match="tuning job tune-1"):
        jobs.describe("tune-1", JobKind.TUNING)


def test_a_tuning_job_that_may_not_be_described_is_not_readable(
    wire: Wire, jobs: SageMakerJobReader
) -> None:
    wire.fails("DescribeHyperParameterTuningJob", "AccessDeniedException")
    with pytest.raises(JobNotReadableError, match="sagemaker:DescribeHyperParameterTuningJob"):
        jobs.describe("tune-1", JobKind.TUNING)


def test_throttling_that_passes_does_no_harm(
    wire: Wire, jobs: SageMakerJobReader, waits: Waits
) -> None:
    wire.fails("DescribeTrainingJob", "ThrottlingException", "Rate exceeded", times=2)
    wire.fails("DescribeTrainingJob", "ValidationException", "Requested resource not found.")
    with pytest.raises(JobNotFoundError):
        jobs.describe("train-1")
    assert len(waits) == 2


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure", "ExpiredToken"])
def test_a_fault_is_raised_in_fault_3(
    wire: Wire, jobs: SageMakerJobReader, waits: Waits, code: str
) -> None:
    """Fault 3 of the peers: throttling and denial became success with nothing done."""
    wire.fails("DescribeTrainingJob", code, times=ALWAYS)
    with pytest.raises(ClientError, match=code):
        jobs.describe("train-1")
