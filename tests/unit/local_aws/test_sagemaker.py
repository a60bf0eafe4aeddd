"""The stand-in for SageMaker: what it accepts, and how it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import validate_parameters

from local_aws.jobs import SECONDS_STOPPING
from local_aws.sagemaker import SageMakerError, TrainingJobs

if TYPE_CHECKING:
    from collections.abc import Mapping

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> TrainingJobs:
    return TrainingJobs("us-east-1", clock)


def a_request(name: str = "example", **members: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        **members,
    }


def refusal(jobs: TrainingJobs, operation: str, request: Mapping[str, Any]) -> SageMakerError:
    with pytest.raises(SageMakerError) as refused:
        jobs.answer(operation, request)
    return refused.value


def status(jobs: TrainingJobs, name: str = "example") -> str:
    described = jobs.answer("DescribeTrainingJob", {"TrainingJobName": name})
    return str(described["TrainingJobStatus"])


def test_a_created_job_is_described(jobs: TrainingJobs) -> None:
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}

    created = jobs.answer("CreateTrainingJob", a_request("Example", VpcConfig=vpc))
    described = jobs.answer("DescribeTrainingJob", {"TrainingJobName": "Example"})

    assert created == {"TrainingJobArn": ARN + "example"}
    assert described["TrainingJobName"] == "Example"
    assert described["VpcConfig"] == vpc
    assert described["CreationTime"] == 1_000.0


def test_a_job_is_found_by_the_name_in_its_arn(jobs: TrainingJobs) -> None:
    jobs.answer("CreateTrainingJob", a_request("Example"))

    described = jobs.answer("DescribeTrainingJob", {"TrainingJobName": "example"})

    assert described["TrainingJobName"] == "Example"


def test_what_is_described_is_what_the_sdk_can_read(jobs: TrainingJobs, clock: Clock) -> None:
    """Members and types of every response are those of SageMaker's service model."""
    jobs.answer("CreateTrainingJob", a_request(Tags=[{"Key": "a", "Value": "b"}]))
    jobs.answer("StopTrainingJob", {"TrainingJobName": "example"})
    clock.now += SECONDS_STOPPING
    service = botocore.session.Session().get_service_model("sagemaker")

    for operation in ("DescribeTrainingJob", "ListTrainingJobs"):
        response = jobs.answer(operation, {"TrainingJobName": "example"})
        shape = service.operation_model(operation).output_shape
        assert shape is not None
        validate_parameters(response, shape)
        assert set(response) <= set(shape.members)


def test_names_are_unique(jobs: TrainingJobs) -> None:
    jobs.answer("CreateTrainingJob", a_request("example", RoleArn="arn:aws:iam::1:role/first"))

    error = refusal(jobs, "CreateTrainingJob", a_request("EXAMPLE"))

    assert error.code == "ResourceInUse"
    described = jobs.answer("DescribeTrainingJob", {"TrainingJobName": "example"})
    assert described["RoleArn"] == "arn:aws:iam::1:role/first"


@pytest.mark.parametrize("member", ["TrainingJobName", "RoleArn", "OutputDataConfig"])
def test_required_members(jobs: TrainingJobs, member: str) -> None:
    request = a_request()
    del request[member]

    error = refusal(jobs, "CreateTrainingJob", request)

    assert error.code == "ValidationException"
    assert error.message == (
        f"1 validation error detected: Value null at '{member[0].lower()}{member[1:]}' failed to "
        "satisfy constraint: Member must not be null"
    )
    assert jobs.answer("ListTrainingJobs", {})["TrainingJobSummaries"] == []


def test_several_missing_members_are_told_at_once(jobs: TrainingJobs) -> None:
    error = refusal(jobs, "CreateTrainingJob", {"TrainingJobName": "example"})

    assert error.message.startswith("2 validation errors detected: Value null at 'roleArn'")


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a" * 64, 7])
def test_names_that_break_the_pattern(jobs: TrainingJobs, name: Any) -> None:
    assert refusal(jobs, "CreateTrainingJob", a_request(name)).code == "ValidationException"


@pytest.mark.parametrize("operation", ["DescribeTrainingJob", "StopTrainingJob"])
def test_an_unknown_job(jobs: TrainingJobs, operation: str) -> None:
    error = refusal(jobs, operation, {"TrainingJobName": "nobody"})

    assert (error.code, error.message) == (
        "ValidationException",
        "Requested resource not found.",
    )


def test_a_stop_takes_a_while(jobs: TrainingJobs, clock: Clock) -> None:
    jobs.answer("CreateTrainingJob", a_request())

    assert jobs.answer("StopTrainingJob", {"TrainingJobName": "example"}) == {}
    assert status(jobs) == "Stopping"
    clock.now += SECONDS_STOPPING
    assert status(jobs) == "Stopped"


@pytest.mark.parametrize(
    ("seconds_later", "said"), [(0.0, "Stopping"), (SECONDS_STOPPING, "Stopped")]
)
def test_a_second_stop_is_refused(
    jobs: TrainingJobs, clock: Clock, seconds_later: float, said: str
) -> None:
    jobs.answer("CreateTrainingJob", a_request())
    jobs.answer("StopTrainingJob", {"TrainingJobName": "example"})
    clock.now += seconds_later

    error = refusal(jobs, "StopTrainingJob", {"TrainingJobName": "example"})

    assert (error.code, error.message) == (
        "ValidationException",
        f"The request was rejected because the training job is in status {said}.",
    )


@pytest.mark.parametrize("ending", ["Completed", "Failed", "Stopped"])
def test_a_job_that_ended_by_itself_cannot_be_stopped(jobs: TrainingJobs, ending: str) -> None:
    jobs.answer("CreateTrainingJob", a_request())

    jobs.finish("example", ending)

    assert status(jobs) == ending
    assert ending in refusal(jobs, "StopTrainingJob", {"TrainingJobName": "example"}).message


def test_a_job_cannot_end_in_progress(jobs: TrainingJobs) -> None:
    jobs.answer("CreateTrainingJob", a_request())

    with pytest.raises(SageMakerError, match="no way for a training job to end"):
        jobs.finish("example", "InProgress")


def test_a_name_is_free_after_the_job_was_deleted(jobs: TrainingJobs, clock: Clock) -> None:
    jobs.answer("CreateTrainingJob", a_request())
    assert refusal(jobs, "DeleteTrainingJob", {"TrainingJobName": "example"}).code == (
        "ResourceInUse"
    )
    jobs.finish("example", "Completed")
    jobs.answer("DeleteTrainingJob", {"TrainingJobName": "example"})
    clock.now += 60

    jobs.answer("CreateTrainingJob", a_request())

    described = jobs.answer("DescribeTrainingJob", {"TrainingJobName": "example"})
    assert described["CreationTime"] == 1_060.0


def test_a_status_filter_empties_pages_but_not_the_list(jobs: TrainingJobs, clock: Clock) -> None:
    """On AWS the filter applies after a page was cut: a reader must go on past empty pages."""
    for number in range(3):
        clock.now += 1
        jobs.answer("CreateTrainingJob", a_request(f"job-{number}"))
    jobs.finish("job-2", "Completed")

    request = {"StatusEquals": "Completed", "MaxResults": 1}
    pages = [jobs.answer("ListTrainingJobs", request)]
    while "NextToken" in pages[-1]:
        request["NextToken"] = pages[-1]["NextToken"]
        pages.append(jobs.answer("ListTrainingJobs", request))

    names = [[job["TrainingJobName"] for job in page["TrainingJobSummaries"]] for page in pages]
    assert names == [[], [], ["job-2"]]


def test_jobs_are_listed_in_order(jobs: TrainingJobs, clock: Clock) -> None:
    for name in ("b", "a", "c"):
        clock.now += 1
        jobs.answer("CreateTrainingJob", a_request(name))

    def listed(**request: Any) -> list[str]:
        page = jobs.answer("ListTrainingJobs", request)
        return [job["TrainingJobName"] for job in page["TrainingJobSummaries"]]

    assert listed() == ["b", "a", "c"]
    assert listed(SortOrder="Descending") == ["c", "a", "b"]
    assert listed(SortBy="Name") == ["a", "b", "c"]
    assert listed(NameContains="A") == ["a"]


def test_other_operations_are_refused_by_name(jobs: TrainingJobs) -> None:
    error = refusal(jobs, "CreateModel", {})

    assert error.code == "UnknownOperationException"
    assert "CreateModel" in error.message


class TestTuningJobs:
    ARN = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/tune"
    NAMED: Mapping[str, Any] = {"HyperParameterTuningJobName": "Tune"}

    def started(self, jobs: TrainingJobs) -> list[str]:
        """Start one that runs two children at a time; gives their names."""
        definition = a_request()
        del definition["TrainingJobName"]
        limits = {"MaxParallelTrainingJobs": 2}
        asked = {
            **self.NAMED,
            "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": limits},
            "TrainingJobDefinition": {**definition, "StaticHyperParameters": {"a": "b"}},
        }
        answer = jobs.answer("CreateHyperParameterTuningJob", asked)
        assert answer == {"HyperParameterTuningJobArn": self.ARN}
        listed = jobs.answer("ListTrainingJobsForHyperParameterTuningJob", self.NAMED)
        return [each["TrainingJobName"] for each in listed["TrainingJobSummaries"]]

    def described(self, jobs: TrainingJobs) -> dict[str, Any]:
        return jobs.answer("DescribeHyperParameterTuningJob", self.NAMED)

    def test_it_starts_with_its_first_children(self, jobs: TrainingJobs) -> None:
        children = self.started(jobs)

        described = self.described(jobs)
        assert described["HyperParameterTuningJobStatus"] == "InProgress"
        assert described["TrainingJobStatusCounters"]["InProgress"] == len(children) == 2
        child = jobs.answer("DescribeTrainingJob", {"TrainingJobName": children[0]})
        assert child["TuningJobArn"] == self.ARN
        assert "StaticHyperParameters" not in child

    def test_what_is_described_is_what_the_sdk_can_read(self, jobs: TrainingJobs) -> None:
        self.started(jobs)

        model = botocore.session.get_session().get_service_model("sagemaker")
        shape: Any = model.operation_model("DescribeHyperParameterTuningJob").output_shape
        assert {*self.described(jobs)} <= {*shape.members}

    def test_a_stop_stops_its_children_once(self, jobs: TrainingJobs, clock: Clock) -> None:
        children = self.started(jobs)

        jobs.answer("StopHyperParameterTuningJob", self.NAMED)
        clock.now += SECONDS_STOPPING

        assert self.described(jobs)["HyperParameterTuningJobStatus"] == "Stopped"
        for name in children:
            child = jobs.answer("DescribeTrainingJob", {"TrainingJobName": name})
            assert child["TrainingJobStatus"] == "Stopped"
        with pytest.raises(SageMakerError, match="in status Stopped"):
            jobs.answer("StopHyperParameterTuningJob", self.NAMED)

    def test_its_name_is_taken_once(self, jobs: TrainingJobs) -> None:
        self.started(jobs)

        with pytest.raises(SageMakerError, match="ResourceInUse"):
            self.started(jobs)

    def test_an_unknown_one_is_not_found(self, jobs: TrainingJobs) -> None:
        with pytest.raises(SageMakerError, match="not found"):
            self.described(jobs)
