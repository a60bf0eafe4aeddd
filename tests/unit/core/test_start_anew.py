"""A job that is started anew is the same job in another network."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import botocore.session
import jmespath  # type: ignore[import-untyped] # it carries no types.
import pytest
from botocore.validate import ParamValidator

from tests.builders import ACCOUNT, a_job, a_job_without_vpc, a_tuning_job
from tests.commands import options_of, problems
from vpc_guardrail.core.checks import vpc_config_present
from vpc_guardrail.core.start_anew import (
    COPIED,
    COPIED_OF_TUNING,
    list_subnets,
    start_anew,
    stop_started_anew,
)
from vpc_guardrail.report.asff import PRODUCT_FIELD
from vpc_guardrail.report.text import COMMAND_CHARACTERS

if TYPE_CHECKING:
    from vpc_guardrail.core.model import TrainingJob

JOB = a_job(name="train-1")
DESCRIBED: dict[str, Any] = {
    "TrainingJobName": "train-1",
    "TrainingJobArn": JOB.arn,
    "TrainingJobStatus": "InProgress",
    "HyperParameters": {"lines": "one\n: null,\ntwo", "none": "null"},
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "OutputDataConfig": {"S3OutputPath": "s3://models/"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "EnableNetworkIsolation": False,
    "Environment": {"KEY": "value"},
}


def shapes(of: str = "TrainingJob") -> tuple[Any, Any]:
    """What CreateTrainingJob takes and what DescribeTrainingJob tells."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    create = model.operation_model(f"Create{of}").input_shape
    return create, model.operation_model(f"Describe{of}").output_shape


def test_all_that_is_told_of_a_request_is_copied() -> None:
    create, describe = shapes()
    told = {
        name
        for name, shape in create.members.items()
        if name in describe.members and shape.name == describe.members[name].name
    }

    assert {*COPIED} == told - {"TrainingJobName", "VpcConfig"}


def test_the_copy_is_a_valid_request_without_what_the_job_does_not_have() -> None:
    remedy = start_anew(JOB, ["subnet-a"], ["sg-1"], candidates="")
    query = re.search(r"describe-training-job .*? --query '(.*?)'", remedy)
    sed = re.search(r"\| (sed '.*?') \|", remedy)
    assert query
    assert sed

    printed = json.dumps(jmespath.search(query[1], DESCRIBED), indent=4)
    piped = subprocess.run(
        ["/bin/sh", "-c", sed[1]], input=printed, capture_output=True, text=True, check=True
    )
    request = json.loads(piped.stdout)

    assert request == {name: each for name, each in DESCRIBED.items() if name in COPIED}
    named = request | {"TrainingJobName": "train-1-vpc"}
    assert not ParamValidator().validate(named, shapes()[0]).has_errors()


@pytest.mark.parametrize("job", [JOB, a_tuning_job(JOB)], ids=["training", "tuning"])
def test_the_copy_has_the_jobs_tags_but_for_those_that_aws_set(job: TrainingJob) -> None:
    """Fault: the copy had none, so that who pays for it, and who may touch it, was lost."""
    remedy = start_anew(job, ["subnet-a"], ["sg-1"], candidates=list_subnets())
    listed = re.search(r"TAGS=\$\(aws sagemaker list-tags (.*?)\) && ", remedy)
    assert listed
    options = options_of(shlex.split(listed[1].replace("$JOB", job.name)))
    tags = [{"Key": "team", "Value": "a b"}, {"Key": "aws:cloudformation:stack", "Value": "s"}]

    assert options["resource-arn"] == [job.arn]
    assert jmespath.search(options["query"][0], {"Tags": tags}) == tags[:1]
    assert jmespath.search(options["query"][0], {"Tags": []}) == []
    assert re.search(r' aws sagemaker create-\S+ .*--tags "\$TAGS"', remedy)
    assert problems(remedy) == []


def test_a_copy_without_its_tags_is_not_made() -> None:
    remedy = start_anew(JOB, ["subnet-a"], ["sg-1"], candidates="")
    denied = 'aws() { echo "$2" >&2; [ "$2" != list-tags ]; }; '

    ran = subprocess.run(
        ["/bin/sh", "-c", denied + remedy], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stderr.split()) == (1, ["list-tags"])


def test_given_subnets_and_groups_are_filled_in() -> None:
    remedy = start_anew(JOB, ["subnet-a", "subnet-b"], ["sg-1"], candidates="")

    assert remedy.endswith(
        "| aws sagemaker create-training-job --training-job-name train-1-vpc --vpc-config "
        'Subnets=subnet-a,subnet-b,SecurityGroupIds=sg-1 --tags "$TAGS" '
        "--cli-input-json file:///dev/stdin"
    )
    assert problems(remedy) == []


def test_others_are_listed_and_asked_for() -> None:
    remedy = start_anew(JOB, (), (), candidates=list_subnets(), vpc_id="vpc-1")

    assert remedy.startswith("aws ec2 describe-subnets ")
    assert "aws ec2 describe-security-groups --filters Name=vpc-id,Values=vpc-1 " in remedy
    assert '--vpc-config Subnets="$SUBNETS",SecurityGroupIds="$SECURITY_GROUPS" ' in remedy
    assert problems(remedy) == []


def test_no_text_is_cut_to_fit_an_alert() -> None:
    """Nor to fit Security Hub; ARNs may have a name in other letters than the job."""
    arn = f"arn:aws-us-gov:sagemaker:us-gov-east-1:{ACCOUNT}:training-job/{'a' * 63}"
    longest = replace(a_job_without_vpc(), name="A" * 63, arn=arn)

    (finding,) = vpc_config_present.evaluate(longest)

    assert " && aws sagemaker stop-training-job " in finding.remediation
    assert len(finding.remediation) <= min(COMMAND_CHARACTERS, PRODUCT_FIELD)


def test_the_copy_of_a_long_name_has_a_name_that_is_not_too_long() -> None:
    remedy = start_anew(a_job(name="a" * 63), ["subnet-a"], ["sg-1"], candidates="")

    (name,) = re.findall(r"create-training-job --training-job-name (\S+)", remedy)
    assert len(name) == 63
    assert name.endswith("a-vpc")


def test_what_comes_with_the_job_stays_a_word() -> None:
    rude = a_job(name="$(reboot)", subnets=("subnet-a; reboot",))

    remedy = start_anew(rude, rude.subnet_ids, (), candidates="")

    assert " && JOB='$(reboot)' && " in remedy
    assert remedy.count("$(reboot)") == remedy.count("'$(reboot)-vpc'") + 1
    assert "Subnets='subnet-a; reboot'," in remedy


class TestATuningJob:
    TUNING = a_tuning_job(a_job())

    def test_all_that_is_told_of_its_request_is_copied(self) -> None:
        create, describe = shapes("HyperParameterTuningJob")
        told = {
            name
            for name, shape in create.members.items()
            if name in describe.members and shape.name == describe.members[name].name
        }

        assert {*COPIED_OF_TUNING} == told - {"HyperParameterTuningJobName"}
        assert COPIED_OF_TUNING[-1] in create.required_members

    def test_its_definitions_are_written_by_whoever_starts_it_anew(self) -> None:
        (definition,) = self.TUNING.judged
        remedy = start_anew(definition, [], ["sg-1"], candidates=list_subnets())

        assert problems(remedy) == []
        assert "create-hyper-parameter-tuning-job" in remedy
        assert "create-training-job" not in remedy

    def test_it_is_stopped_as_a_whole(self) -> None:
        (definition,) = self.TUNING.judged
        name = self.TUNING.arn.rpartition("/")[2]

        assert stop_started_anew(definition) == (
            "aws sagemaker stop-hyper-parameter-tuning-job "
            f"--hyper-parameter-tuning-job-name {name}"
        )
        assert problems(stop_started_anew(definition)) == []
