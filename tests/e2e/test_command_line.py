"""`vpc-guardrail check` as a user runs it, in the ordinary AWS environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from local_aws.launch import ROOT
from tests.e2e.guardrail import findings_by_check
from tests.e2e.test_calls import NETWORK_CALLS

if TYPE_CHECKING:
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork
    from tests.e2e.training import Owner

COMMAND = Path(sys.executable).with_name("vpc-guardrail")
SECONDS_TO_ANSWER = 60

ROOT_USER = ":root"
"""Part of the ARN of whoever runs the command here."""


def run_check(aws: LocalAws, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command, in the environment that points to the local AWS."""
    return subprocess.run(
        [COMMAND, "check", *arguments],
        check=False,
        env={"PATH": os.environ["PATH"], **aws.environment()},
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_ANSWER,
    )


def test_a_compliant_job_ends_with_0(aws: LocalAws, owner: Owner, sound: TrainingNetwork) -> None:
    job = owner.start(sound)

    done = run_check(aws, job.name)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Training job {job.name}: compliant\nNothing needs to be done.")


def test_a_noncompliant_job_ends_with_1_and_is_left_alone(aws: LocalAws, owner: Owner) -> None:
    job = owner.start(None)

    done = run_check(aws, job.arn)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"Training job {job.name}: noncompliant\n")
    assert "FAIL CRITICAL vpc-config-present" in done.stdout
    assert owner.status_of(job) == "InProgress"


def test_json_is_a_list_of_verdicts_in_the_published_form(
    aws: LocalAws, owner: Owner, sound: TrainingNetwork, without_s3_endpoint: TrainingNetwork
) -> None:
    jobs = [owner.start(sound), owner.start(without_s3_endpoint)]

    done = run_check(aws, "--format", "json", *(job.name for job in jobs))

    verdicts = json.loads(done.stdout)
    schema = json.loads((ROOT / "docs" / "verdict.schema.json").read_text(encoding="utf-8"))
    for verdict in verdicts:
        Draft202012Validator(schema).validate(verdict)
    assert (done.returncode, done.stderr) == (1, "")
    assert [verdict["job"]["arn"] for verdict in verdicts] == [job.arn for job in jobs]
    assert [verdict["verdict"] for verdict in verdicts] == ["compliant", "noncompliant"]


def test_an_unknown_job_ends_with_2(aws: LocalAws) -> None:
    done = run_check(aws, "no-such-job", "--format", "json")

    assert (done.returncode, json.loads(done.stdout)) == (2, [])
    assert done.stderr == "vpc-guardrail: training job no-such-job was not found\n"


def test_what_may_not_be_read_ends_with_3(
    aws: LocalAws, owner: Owner, sound: TrainingNetwork
) -> None:
    job = owner.start(sound)
    aws.controls.fail(
        "ec2", "DescribeRouteTables", "UnauthorizedOperation", times=-1, principal=ROOT_USER
    )

    done = run_check(aws, job.name, "--format", "json")

    (verdict,) = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (3, "")
    assert verdict["verdict"] == "undetermined"
    assert findings_by_check(verdict)["s3-reachable"] == {"UNKNOWN"}


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sagemaker", "DescribeTrainingJob", "AccessDeniedException"),
        ("ec2", "DescribeSubnets", "AuthFailure"),
    ],
)
def test_an_aws_error_ends_with_4_and_no_verdict(
    aws: LocalAws, owner: Owner, sound: TrainingNetwork, service: str, operation: str, code: str
) -> None:
    job = owner.start(sound)
    aws.controls.fail(service, operation, code, times=-1, principal=ROOT_USER)

    done = run_check(aws, job.name, "--format", "json")

    assert (done.returncode, json.loads(done.stdout)) == (4, [])
    assert done.stderr.startswith(f"vpc-guardrail: {job.name}: ")
    assert operation in done.stderr


def test_the_worst_outcome_decides_and_the_others_are_told_all_the_same(
    aws: LocalAws, owner: Owner, sound: TrainingNetwork
) -> None:
    open_job, sound_job = owner.start(None), owner.start(sound)

    done = run_check(aws, "no-such-job", open_job.name, sound_job.name, sound_job.name)

    assert done.returncode == 2
    assert done.stdout.count("Training job ") == 2
    assert f"Training job {open_job.name}: noncompliant" in done.stdout
    assert f"Training job {sound_job.name}: compliant" in done.stdout
    assert "no-such-job was not found" in done.stderr


def test_an_arn_of_another_account_is_no_job_of_this_one(aws: LocalAws, owner: Owner) -> None:
    job = owner.start(None)
    another = job.arn.replace(":123456789012:", ":999999999999:")

    done = run_check(aws, another)

    assert (done.returncode, done.stdout) == (2, "")
    assert another in done.stderr


def test_jobs_of_one_vpc_are_judged_by_one_reading(
    aws: LocalAws, owner: Owner, sound: TrainingNetwork
) -> None:
    jobs = [owner.start(sound) for _ in range(3)]
    before = len(aws.controls.calls("ec2", principal=ROOT_USER))

    done = run_check(aws, *(job.name for job in jobs))

    calls = aws.controls.calls("ec2", principal=ROOT_USER)[before:]
    assert done.returncode == 0
    assert sorted(f"ec2:{call.operation}" for call in calls) == NETWORK_CALLS
