"""`vpc-guardrail check` in this process, before moto's AWS of several Regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from tests.builders import ACCOUNT, DATA_ACTIONS, REGION, a_policy, a_statement, of_bucket
from tests.integration.networks import BuiltVpc, build_vpc
from vpc_guardrail.app.snapshot import load
from vpc_guardrail.cli.main import app
from vpc_guardrail.core.settings import InternetAccess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from tests.integration.environments import Environments

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


def close(vpc: BuiltVpc) -> None:
    """Let the VPC use one bucket alone, and the bucket the VPC alone."""
    ec2, s3 = boto3.client("ec2", region_name=REGION), boto3.client("s3", region_name=REGION)
    own = a_policy(a_statement(action=DATA_ACTIONS, resource=of_bucket("bucket")))
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc.s3_endpoint, PolicyDocument=own)
    s3.create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    elsewhere = {"StringNotEquals": {"aws:SourceVpc": vpc.id}}
    closed = a_statement("Deny", DATA_ACTIONS, of_bucket("bucket"), condition=elsewhere)
    s3.put_bucket_policy(Bucket="bucket", Policy=a_policy(closed))


def test_a_sound_job_is_compliant() -> None:
    vpc = build_vpc(boto3.client("ec2", region_name=REGION))
    close(vpc)
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


class TestBySettings:
    """`check --stack` judges as the environment would: by its document, over its parameters."""

    NAME = "/vpc-guardrail/prod/settings"
    STACK = ("--stack", "prod")
    OWNED: Final = {"owner": "ml", "reason": "public data", "expires": "2099-12-31"}

    @pytest.fixture(autouse=True)
    def job(self, environments: Environments) -> str:
        self.environments = environments
        return start("train-1", Tags=[{"Key": "network", "Value": "open"}])

    def put(self, **document: Any) -> None:
        self.environments.build("prod", json.dumps(document))

    @pytest.mark.parametrize("place", [STACK, ("--parameter", NAME)])
    def test_an_exempted_job_is_exempted(self, place: tuple[str, str], job: str) -> None:
        self.put(exemptions=[{"job_name": "train-*", **self.OWNED}])

        done = check("train-1", *place)

        assert (done.exit_code, judged(done)) == (0, {job: "exempted"})
        assert check("train-1").exit_code == 1

    def test_tags_are_read_where_they_may_exempt(self, job: str) -> None:
        self.put(exemptions_by_tag={"key": "network", "value": "open", **self.OWNED})

        assert judged(check("train-1", *self.STACK)) == {job: "exempted"}
        assert judged(check("train-1")) == {job: "noncompliant"}

    def test_a_snapshot_holds_them_and_the_tags(self, tmp_path: Path, job: str) -> None:
        self.put(exemptions_by_tag={"key": "network", **self.OWNED})
        file = tmp_path / "facts.json"

        taken = CliRunner().invoke(app, ["snapshot", "train-1", *self.STACK])
        file.write_text(taken.stdout)

        assert judged(check("--snapshot", str(file))) == {job: "exempted"}

    def test_a_job_to_be_stopped_is_told_as_such_and_goes_on(self, job: str) -> None:
        self.put(mode="enforce")

        (verdict,) = json.loads(check("train-1", *self.STACK).stdout)
        assert (verdict["action"], verdict["job"]["arn"]) == ("stop", job)
        sagemaker = boto3.client("sagemaker", region_name=REGION)
        described = sagemaker.describe_training_job(TrainingJobName="train-1")
        assert described["TrainingJobStatus"] == verdict["job"]["status"]

    def test_what_the_document_leaves_out_the_stack_says(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.environments.build("prod", Mode="enforce")
        monkeypatch.setenv("GUARDRAIL_MODE", "audit")

        done = check("train-1", *self.STACK)

        (verdict,) = json.loads(done.stdout)
        assert (verdict["action"], done.stderr) == ("stop", "")

    def test_what_the_document_says_counts_more_than_the_stack(self) -> None:
        self.environments.build("prod", '{"mode": "audit"}', Mode="enforce")

        (verdict,) = json.loads(check("train-1", *self.STACK).stdout)
        assert verdict["action"] == "notify"

    def test_a_snapshot_holds_what_the_stack_says(self) -> None:
        own = {"InternetAccess": "required", "RequiredServices": "sts,logs"}
        self.environments.build("prod", **own)

        taken = CliRunner().invoke(app, ["snapshot", "train-1", *self.STACK])

        settings = load(taken.stdout).settings
        assert settings.internet_access is InternetAccess.REQUIRED
        assert settings.required_services == ("sts", "logs")

    def test_the_variables_of_the_shell_are_not_those_of_the_stack(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put()
        monkeypatch.setenv("GUARDRAIL_MODE", "sometimes")

        assert check("train-1", *self.STACK).exit_code == 1

    def test_a_stack_whose_parameters_cannot_be_judges_nothing(self) -> None:
        self.environments.build("prod", '{"mode": "audit"}', Mode="blue")

        done = check("train-1", *self.STACK)

        assert (done.exit_code, done.stdout) == (2, "[]\n")
        assert done.stderr.startswith("vpc-guardrail: stack prod: Mode is 'blue'")

    def test_a_stack_that_may_not_be_described_judges_nothing(self) -> None:
        self.put(mode="audit")
        self.environments.may_be_described = False

        done = check("train-1", *self.STACK)

        assert (done.exit_code, done.stdout) == (4, "[]\n")
        assert "(AccessDenied) when calling the DescribeStacks operation" in done.stderr

    def test_a_stack_is_described_once_for_all_jobs(self) -> None:
        start("train-2")
        self.put()

        assert len(judged(check("train-1", "train-2", *self.STACK))) == 2
        assert self.environments.asked_for == ["prod"]

    def test_of_a_parameter_alone_is_told_what_only_its_stack_says(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(mode="audit")

        assert check("train-1", "--parameter", self.NAME).stderr == (
            f"vpc-guardrail: {self.NAME} leaves InternetAccess, RequiredServices to the stack,"
            " whose parameters are not read: set GUARDRAIL_INTERNET_ACCESS,"
            " GUARDRAIL_REQUIRED_SERVICES to what they are.\n"
        )
        monkeypatch.setenv("GUARDRAIL_INTERNET_ACCESS", "required")
        monkeypatch.setenv("GUARDRAIL_REQUIRED_SERVICES", "")
        assert check("train-1", "--parameter", self.NAME).stderr == ""

    def test_a_broken_document_judges_nothing_and_the_field_is_named(self) -> None:
        self.put(mode="x")

        done = check("train-1", *self.STACK)

        assert (done.exit_code, done.stdout) == (2, "[]\n")
        assert done.stderr.startswith(f"vpc-guardrail: {self.NAME}: mode: is 'x'")

    @pytest.mark.parametrize("place", [STACK, ("--parameter", "a b"), ("--parameter", "")])
    def test_an_environment_that_is_not_there_is_bad_input(self, place: tuple[str, str]) -> None:
        done = check("train-1", *place)

        assert (done.exit_code, done.stdout) == (2, "[]\n")


def generate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["generate", *arguments])


class TestGenerate:
    """The policies that are printed for a job mend what `check` finds."""

    @pytest.fixture
    def vpc(self) -> BuiltVpc:
        vpc = build_vpc(boto3.client("ec2", region_name=REGION))
        start("train-1", VpcConfig={"Subnets": [vpc.subnet], "SecurityGroupIds": [vpc.group]})
        return vpc

    def test_both_make_the_job_compliant(self, vpc: BuiltVpc) -> None:
        ec2, s3 = boto3.client("ec2", region_name=REGION), boto3.client("s3", region_name=REGION)
        s3.create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        assert check("train-1").exit_code == 1

        of_endpoint = generate("endpoint-policy", "--job", "train-1")
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc.s3_endpoint, PolicyDocument=of_endpoint.stdout)
        of_bucket = generate("bucket-policy", "--job", "train-1")
        s3.put_bucket_policy(Bucket="bucket", Policy=of_bucket.stdout)

        assert (of_endpoint.exit_code, of_bucket.exit_code) == (0, 0)
        assert check("train-1").exit_code == 0

    def test_a_policy_that_may_not_be_read_is_not_replaced(self, vpc: BuiltVpc) -> None:
        done = generate("bucket-policy", "--job", "train-1")

        assert (done.exit_code, done.stdout) == (4, "")
        assert "bucket bucket does not exist" in done.stderr

    def test_a_job_without_a_vpc_has_no_endpoint(self) -> None:
        start("open-1")

        assert generate("endpoint-policy", "--job", "open-1").exit_code == 2

    def test_a_job_that_is_not_there_has_none_either(self) -> None:
        assert generate("endpoint-policy", "--job", "gone").exit_code == 2


def test_a_tuning_job_is_judged_by_its_arn() -> None:
    sagemaker = boto3.client("sagemaker", region_name=REGION)
    definition: Any = {
        "DefinitionName": "forest",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    arn = sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tune-1",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "ResourceLimits": {"MaxParallelTrainingJobs": 2},
        },
        TrainingJobDefinition=definition,
    )["HyperParameterTuningJobArn"]

    done = check(arn)

    assert judged(done) == {arn: "noncompliant"}
    assert done.exit_code == 1
    (failed,) = [
        each for each in json.loads(done.stdout)[0]["findings"] if each["status"] == "FAIL"
    ]
    assert failed["check"] == "vpc-config-present"
    stored = CliRunner().invoke(app, ["snapshot", arn])
    (kept,) = json.loads(stored.stdout)["job"]["definitions"]
    assert kept["definition_name"] == "forest"
