"""`vpc-guardrail check` in this process, before moto's AWS of several Regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from tests.builders import ACCOUNT, REGION
from tests.integration.networks import build_vpc
from vpc_guardrail.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

ANOTHER_REGION = "ap-southeast-2"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def start(name: str, region: str = REGION, **members: Any) -> str:
    """Start a job; gives its ARN."""
    sagemaker = boto3.client("sagemaker", region_name=region)
    arn: str = sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/training",
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://bucket/models"},
        ResourceConfig={
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        **members,
    )["TrainingJobArn"]
    return arn


def check(*jobs: str) -> Result:
    return CliRunner().invoke(app, ["check", "--format", "json", *jobs])


def judged(done: Result) -> dict[str, str]:
    """The verdict on each job, by its ARN."""
    return {each["job"]["arn"]: each["verdict"] for each in json.loads(done.stdout)}


def test_a_sound_job_is_compliant() -> None:
    vpc = build_vpc(boto3.client("ec2", region_name=REGION))
    arn = start("train-1", VpcConfig={"Subnets": [vpc.subnet], "SecurityGroupIds": [vpc.group]})

    done = check("train-1")

    assert (done.exit_code, judged(done)) == (0, {arn: "compliant"})


def test_an_arn_is_looked_for_in_its_own_region() -> None:
    start("train-1")
    arn = start("train-1", ANOTHER_REGION)

    done = check(arn)

    assert (done.exit_code, judged(done)) == (1, {arn: "noncompliant"})


def test_jobs_of_several_regions_are_judged_at_once() -> None:
    arns = [start("train-1"), start("train-2", ANOTHER_REGION)]

    done = check(*arns)

    assert (done.exit_code, judged(done)) == (1, dict.fromkeys(arns, "noncompliant"))


def test_a_job_of_another_region_is_not_found_by_its_name() -> None:
    start("train-1", ANOTHER_REGION)

    done = check("train-1")

    assert (done.exit_code, judged(done)) == (2, {})
    assert done.stderr.startswith("vpc-guardrail: train-1: ")


def test_the_region_variable_of_the_other_sdks_counts_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """boto3 by itself looks at AWS_DEFAULT_REGION alone."""
    arn = start("train-1", ANOTHER_REGION)
    monkeypatch.setenv("AWS_REGION", ANOTHER_REGION)

    assert judged(check("train-1")) == {arn: "noncompliant"}


def test_an_arn_of_another_account_is_not_taken_for_a_job_of_this_one() -> None:
    own = start("train-1")
    another = own.replace(f":{ACCOUNT}:", ":999999999999:")

    done = check(another)

    assert (done.exit_code, judged(done)) == (2, {})
    assert done.stderr == (
        f"vpc-guardrail: {another} was not found; the job of this name in reach is {own}.\n"
    )


def test_what_cannot_be_judged_does_not_keep_the_others_from_it() -> None:
    arn = start("train-1")

    done = check("no-such-job", "train-1", "arn:nonsense")

    assert (done.exit_code, judged(done)) == (2, {arn: "noncompliant"})
    assert len(done.stderr.splitlines()) == 2


def test_a_job_that_is_named_twice_is_judged_once() -> None:
    arn = start("train-1")

    assert len(json.loads(check("train-1", "train-1").stdout)) == 1
    assert judged(check("train-1")) == {arn: "noncompliant"}
