"""The job names a VPC: at least one subnet and one security group."""

from collections.abc import Iterator

from vpc_guardrail.core.command import in_turn
from vpc_guardrail.core.finding import CheckSpec, Finding, Kind, Severity, StopPolicy
from vpc_guardrail.core.model import TrainingJob
from vpc_guardrail.core.start_anew import list_subnets, start_anew, stop_started_anew

SPEC = CheckSpec(
    name="vpc-config-present",
    kind=Kind.PRIVACY,
    severity=Severity.CRITICAL,
    stop=StopPolicy.DEFAULT,
    title="The training job names at least one subnet and one security group.",
    risk=(
        "Without a VpcConfig the containers run in a network of SageMaker's own, with a way to the "
        "internet: no endpoint policy, no security group and no flow log of yours sees what "
        "they send."
    ),
    how="VpcConfig of DescribeTrainingJob; absent, null or empty lists count as absent.",
    limits="EnableNetworkIsolation does not replace a VPC and is not taken for one.",
    sound_example="VpcConfig names subnet-1 and sg-1.",
    faulty_example="VpcConfig is absent, or names subnets but no security group.",
    mend=(
        "Start the job anew with a VpcConfig, since a running job cannot be moved, and stop it. "
        "The command lists subnets and groups, asks which, and copies the job with its tags."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-configure",
)


def evaluate(job: TrainingJob) -> Iterator[Finding]:
    """One finding on the job; it needs no network."""
    evidence = {"subnets": [*job.subnet_ids], "security_groups": [*job.security_group_ids]}
    if job.has_vpc:
        yield SPEC.passed(job.arn, "The job names subnets and security groups.", evidence)
        return
    missing = [
        what
        for what, named in (
            ("subnet", job.subnet_ids),
            ("security group", job.security_group_ids),
        )
        if not named
    ]
    yield SPEC.failed(
        job.arn,
        f"The job names no {' and no '.join(missing)}, so it does not run in your VPC.",
        evidence=evidence,
        remediation=_in_a_vpc(job),
    )


def _in_a_vpc(job: TrainingJob) -> str:
    """Start the job anew in a VPC, and then stop what runs outside."""
    anew = start_anew(job, job.subnet_ids, job.security_group_ids, candidates=list_subnets())
    return in_turn(anew, stop_started_anew(job)) if job.status == "InProgress" else anew
