"""Commands that start a job anew in another network: a running one cannot be moved."""

from collections.abc import Iterable
from shlex import quote

from vpc_guardrail.core.command import Expanded, Value, asked_for, aws, in_turn, kept_as, variable
from vpc_guardrail.core.model import JobKind, TrainingJob

COPIED = (
    "HyperParameters",
    "AlgorithmSpecification",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "DebugHookConfig",
    "DebugRuleConfigurations",
    "TensorBoardOutputConfig",
    "ExperimentConfig",
    "ProfilerConfig",
    "ProfilerRuleConfigurations",
    "Environment",
    "RetryStrategy",
    "RemoteDebugConfig",
    "InfraCheckConfig",
    "ServerlessJobConfig",
    "MlflowConfig",
    "ModelPackageConfig",
    "RoleArn",
)
"""What DescribeTrainingJob tells of a request; the last is always there."""

COPIED_OF_TUNING = (
    "TrainingJobDefinition",
    "TrainingJobDefinitions",
    "WarmStartConfig",
    "Autotune",
    "HyperParameterTuningJobConfig",
)
"""The same of DescribeHyperParameterTuningJob."""

LONGEST_NAME = 63
LONGEST_TUNING_NAME = 32
"""Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
and API_CreateHyperParameterTuningJob.html
"""

SUFFIX = "-vpc"
FILE = "tuning.json"
SUBNETS, GROUPS = "SUBNETS", "SECURITY_GROUPS"
"""Shell variables that hold what is asked for."""

JOB, TAGS = "JOB", "TAGS"
"""Shell variables that hold what is used again: Security Hub takes 2,048 characters."""


def start_anew(
    job: TrainingJob,
    subnet_ids: Iterable[str],
    group_ids: Iterable[str],
    *,
    candidates: str,
    vpc_id: str | None = None,
) -> str:
    """Start a copy of the job with these subnets and groups; ask for those that are not given.

    `candidates` is a command that lists the subnets to choose from. What the job was given is
    copied by whoever runs it, with rights of their own: it is not told here.
    """
    subnets, groups = ",".join(subnet_ids), ",".join(group_ids)
    asked = []
    if not subnets:
        asked += [candidates, asked_for(SUBNETS, "Subnets, parted by commas")]
    if job.kind is JobKind.TUNING:
        return in_turn(candidates, _groups(vpc_id), _copy_tuning(job))
    if not groups:
        asked += [_groups(vpc_id), asked_for(GROUPS, "Security groups, parted by commas")]
    return in_turn(*asked, _copy(job, _given(subnets, SUBNETS), _given(groups, GROUPS)))


def _given(ids: str, name: str) -> str:
    """Ids as a word for the shell, or the variable that holds them."""
    return quote(ids) if ids else variable(name).text


def stop_started_anew(job: TrainingJob) -> str:
    """Stop what `start_anew` has copied: a job, or a tuning job with its children."""
    if job.kind is JobKind.TUNING:
        return aws(
            "sagemaker",
            "stop-hyper-parameter-tuning-job",
            hyper_parameter_tuning_job_name=_tuning_name(job),
        )
    return aws("sagemaker", "stop-training-job", training_job_name=variable(JOB))


def list_subnets(vpc_id: str | None = None, *, at_least: int = 0) -> str:
    """List subnets with room for so many addresses; of all VPCs, those meant to be private."""
    wanted = f"vpc-id,Values={vpc_id}" if vpc_id else "map-public-ip-on-launch,Values=false"
    roomy = f"?AvailableIpAddressCount >= `{at_least}`" if at_least else ""
    columns = "[VpcId,SubnetId,AvailabilityZone,AvailableIpAddressCount]"
    return aws(
        "ec2",
        "describe-subnets",
        filters=f"Name={wanted}",
        query=f"Subnets[{roomy}].{columns}",
        output="table",
    )


def _groups(vpc_id: str | None) -> str:
    query, output = "SecurityGroups[].[VpcId,GroupId,GroupName]", "table"
    if vpc_id is None:
        return aws("ec2", "describe-security-groups", query=query, output=output)
    wanted = f"Name=vpc-id,Values={vpc_id}"
    return aws("ec2", "describe-security-groups", filters=wanted, query=query, output=output)


def _copy(job: TrainingJob, subnets: str, groups: str) -> str:
    """Describe the job, leave out what it does not have, and create one of another name.

    Subnets and groups are given as words for the shell.
    """
    described = aws(
        "sagemaker",
        "describe-training-job",
        training_job_name=variable(JOB),
        query=f"{{{','.join(f'{name}:{name}' for name in COPIED)}}}",
        output="json",
    )
    created = aws(
        "sagemaker",
        "create-training-job",
        training_job_name=job.name[: LONGEST_NAME - len(SUFFIX)] + SUFFIX,
        vpc_config=Expanded(f"Subnets={subnets},SecurityGroupIds={groups}"),
        tags=variable(TAGS),
        cli_input_json="file:///dev/stdin",
    )
    copied = f"{described} | sed '/: null,$/d' | {created}"
    return in_turn(f"{JOB}={quote(job.name)}", _keep_tags(_arn(job)), copied)


def _arn(job: TrainingJob) -> Expanded:
    """The ARN with the name from its variable; SageMaker may write it there in small letters."""
    before, _, name = job.arn.rpartition("/")
    return Expanded(f"{quote(before)}/{variable(JOB).text if name == job.name else quote(name)}")


def _keep_tags(arn: Value) -> str:
    """The tags of a job, which no description tells, but for AWS's own: nobody may give those."""
    listed = aws(
        "sagemaker",
        "list-tags",
        resource_arn=arn,
        query='Tags[?!starts_with(Key,`"aws:"`)]',
        output="json",
    )
    return kept_as(TAGS, listed)


def _tuning_name(job: TrainingJob) -> str:
    """The tuning job's own name, also of one of its definitions."""
    return job.arn.rpartition("/")[2]


def _copy_tuning(job: TrainingJob) -> str:
    """Describe the tuning job, have its networks written, and create one of another name."""
    name = _tuning_name(job)
    described = aws(
        "sagemaker",
        "describe-hyper-parameter-tuning-job",
        hyper_parameter_tuning_job_name=name,
        query=f"{{{','.join(f'{each}:{each}' for each in COPIED_OF_TUNING)}}}",
        output="json",
    )
    created = aws(
        "sagemaker",
        "create-hyper-parameter-tuning-job",
        hyper_parameter_tuning_job_name=name[: LONGEST_TUNING_NAME - len(SUFFIX)] + SUFFIX,
        tags=variable(TAGS),
        cli_input_json=Expanded(f"file://{FILE}"),
    )
    wanted = quote("Write VpcConfig, with Subnets and SecurityGroupIds, into each definition.")
    copied = f"{described} | sed '/: null,$/d' > {FILE}"
    written = (copied, f"printf '%s\\n' {wanted}", f"vi {FILE}")
    return in_turn(_keep_tags(job.arn), *written, created)
