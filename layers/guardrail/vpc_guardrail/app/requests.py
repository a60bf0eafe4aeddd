"""Training jobs from what AWS says about them: a description, or the request in an event.

CloudTrail writes a request with other casing than the API, and services add members that no
document names: members are found whatever their casing, and unknown ones are ignored.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.members import (
    MalformedRequestError,
    count,
    flag,
    member,
    structure,
    structures,
    text,
    texts,
)
from vpc_guardrail.core.model import (
    Fact,
    FileSystem,
    InstancePlan,
    InstanceSet,
    JobSource,
    S3Place,
    S3Use,
    TrainingJob,
    Unknown,
    VpcConfig,
)
from vpc_guardrail.core.model.job import NO_ROLE

THROUGH_VPC = "Vpc"
"""The TrainingRepositoryAccessMode of an image that is pulled through the job's VPC."""

TUNING_RESOURCES = "HyperParameterTuningResourceConfig"
"""What a definition of a tuning job may carry instead of a ResourceConfig."""

MANIFESTS = frozenset({"ManifestFile", "AugmentedManifestFile"})
"""The S3DataTypes whose S3Uri names one object: what that lists is not read.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
"""

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]+")
"""Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html"""

NO_INSTANCES = Unknown("the job names no instance type (it may be serverless)")
NO_COUNT = Unknown("the job names no instance count")


def described_job(description: Mapping[str, Any]) -> TrainingJob:
    """The job of a DescribeTrainingJob response, whose CreationTime is a datetime.

    botocore gives it in the machine's own zone; here it is in UTC, so that keys made of it and
    texts that show it are the same everywhere.
    """
    arn = JobArn.parse(text(description, "TrainingJobArn"))
    created_at = member(description, "CreationTime")
    if not isinstance(created_at, datetime):
        raise MalformedRequestError("CreationTime is not a time")
    return job_of(
        description,
        arn,
        name=text(description, "TrainingJobName"),
        status=text(description, "TrainingJobStatus"),
        secondary_status=text(description, "SecondaryStatus"),
        created_at=created_at.astimezone(UTC),
        source=JobSource.DESCRIBED,
    )


def requested_job(request: Mapping[str, Any], arn: JobArn, requested_at: datetime) -> TrainingJob:
    """The job as the request in an event asks for it, with the casing of the API or CloudTrail."""
    return job_of(
        request,
        arn,
        name=text(request, "TrainingJobName"),
        status="",
        secondary_status="",
        created_at=requested_at,
        source=JobSource.EVENT,
    )


def job_of(
    values: Mapping[str, Any],
    arn: JobArn,
    *,
    name: str,
    status: str,
    secondary_status: str,
    created_at: datetime,
    source: JobSource,
) -> TrainingJob:
    """The job that asks for these values, which may be those of a tuning job's definition."""
    resources = structure(values, TUNING_RESOURCES) or structure(values, "ResourceConfig")
    return TrainingJob(
        name=name,
        arn=arn.text,
        partition=arn.partition,
        region=arn.region,
        account=arn.account,
        status=status,
        secondary_status=secondary_status,
        created_at=created_at,
        source=source,
        kind=arn.kind,
        vpc_config=_vpc_config(values),
        instance_plans=_instance_plans(resources),
        instance_plans_asked_for=_asked_for(resources) if _selected(resources) else None,
        encrypts_inter_container_traffic=flag(values, "EnableInterContainerTrafficEncryption"),
        file_systems=tuple(_file_systems(values)),
        vpc_registry=_vpc_registry(structure(values, "AlgorithmSpecification")),
        tuning_job_arn=text(values, "TuningJobArn") or None,
        role_arn=_role_arn(values),
        s3_places=tuple(dict.fromkeys(_s3_places(values, name))),
    )


def _role_arn(values: Mapping[str, Any]) -> Fact[str]:
    """SageMaker takes no other form; what an event carries may be cut, though."""
    arn = text(values, "RoleArn")
    return arn if ROLE_ARN.fullmatch(arn) else NO_ROLE


def _s3_places(values: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """What the job reads and writes, where it does so."""
    for channel in structures(values, "InputDataConfig"):
        yield from _channel(channel)
    yield from _written(structure(values, "OutputDataConfig"), job_name)
    checkpoints = text(structure(values, "CheckpointConfig"), "S3Uri")
    if checkpoints:
        yield S3Place("the checkpoints", checkpoints, S3Use.READS_PREFIX)
        yield S3Place("the checkpoints", checkpoints, S3Use.WRITES)
    events = text(structure(values, "TensorBoardOutputConfig"), "S3OutputPath")
    if events:
        yield S3Place("TensorBoard's events", events, S3Use.WRITES)
    yield from _observed(values, job_name)


def _channel(channel: Mapping[str, Any]) -> Iterator[S3Place]:
    source = structure(structure(channel, "DataSource"), "S3DataSource")
    uri = text(source, "S3Uri")
    if uri:
        purpose = f"the channel {text(channel, 'ChannelName')}"
        is_manifest = text(source, "S3DataType") in MANIFESTS
        use = S3Use.READS_OBJECT if is_manifest else S3Use.READS_PREFIX
        yield S3Place(f"the manifest of {purpose}" if is_manifest else purpose, uri, use)


def _written(output: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """The output; a folder with the job's name is added unless the request forbids it."""
    path = text(output, "S3OutputPath")
    if path and not flag(output, "DisableModelUpload"):
        as_it_is = flag(output, "RemoveJobNameFromS3OutputPath")
        where = path if as_it_is else _under(path, job_name, "output")
        key = text(output, "KmsKeyId") or None
        yield S3Place("the output", where, S3Use.WRITES, key)


def _observed(values: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """What the debugger, the profiler and their rules write, below the job's name."""
    profiler = structure(values, "ProfilerConfig")
    if not flag(profiler, "DisableProfiler"):
        yield from _below(profiler, "the profiler's output", job_name, "profiler-output")
    hook = structure(values, "DebugHookConfig")
    yield from _below(hook, "the debugger's tensors", job_name, "debug-output")
    for rules in ("DebugRuleConfigurations", "ProfilerRuleConfigurations"):
        for rule in structures(values, rules):
            name = text(rule, "RuleConfigurationName")
            yield from _below(rule, f"the output of rule {name}", job_name, "rule-output")


def _below(
    values: Mapping[str, Any], purpose: str, job_name: str, folder: str
) -> Iterator[S3Place]:
    path = text(values, "S3OutputPath")
    if path:
        yield S3Place(purpose, _under(path, job_name, folder), S3Use.WRITES)


def _under(path: str, *steps: str) -> str:
    return "/".join((path.rstrip("/"), *steps))


def _file_systems(values: Mapping[str, Any]) -> Iterator[FileSystem]:
    """The file systems of the input channels, each once."""
    seen: set[FileSystem] = set()
    for channel in structures(values, "InputDataConfig"):
        source = structure(structure(channel, "DataSource"), "FileSystemDataSource")
        found = FileSystem(text(source, "FileSystemType"), text(source, "FileSystemId"))
        if found.id and found not in seen:
            seen.add(found)
            yield found


def _vpc_registry(algorithm: Mapping[str, Any]) -> str | None:
    """The host of the image's registry, if the image is pulled through the job's VPC."""
    config = structure(algorithm, "TrainingImageConfig")
    if text(config, "TrainingRepositoryAccessMode") != THROUGH_VPC:
        return None
    return text(algorithm, "TrainingImage").partition("/")[0] or None


def _vpc_config(values: Mapping[str, Any]) -> VpcConfig | None:
    """Null, an empty structure and empty lists are as good as no VpcConfig."""
    config = structure(values, "VpcConfig")
    subnet_ids, group_ids = texts(config, "Subnets"), texts(config, "SecurityGroupIds")
    return VpcConfig(subnet_ids, group_ids) if subnet_ids or group_ids else None


def _instance_plans(resources: Mapping[str, Any]) -> Fact[tuple[InstancePlan, ...]]:
    """What SageMaker selected; else what is asked for."""
    selected = _selected(resources)
    return (InstancePlan((selected,)),) if selected else _asked_for(resources)


def _selected(resources: Mapping[str, Any]) -> InstanceSet | None:
    selected = _instances(resources, "SelectedInstanceType", "SelectedInstanceCount")
    return selected if isinstance(selected, InstanceSet) else None


def _asked_for(resources: Mapping[str, Any]) -> Fact[tuple[InstancePlan, ...]]:
    """Each preference, all groups together, or the one type.

    A tuning job names its preferences `InstanceConfigs`.
    """
    whole = _instances(resources, "InstanceType", "InstanceCount")
    groups = structures(resources, "InstanceGroups")
    preferences = [
        *structures(resources, "InstancePreferences"),
        *structures(resources, "InstanceConfigs"),
    ]
    if not groups and not preferences:
        return whole if isinstance(whole, Unknown) else (InstancePlan((whole,)),)
    of_all = count(resources, "InstanceCount")
    sets: list[InstanceSet] = []
    for each in groups or preferences:
        part = _instances(each, "InstanceType", "InstanceCount", otherwise=of_all)
        if isinstance(part, Unknown):
            return part
        sets.append(part)
    if groups:
        return (InstancePlan(tuple(sets)),)
    return tuple(InstancePlan((part,)) for part in sets)


def _instances(
    values: Mapping[str, Any], type_name: str, count_name: str, otherwise: int | None = None
) -> Fact[InstanceSet]:
    instance_type = text(values, type_name)
    if not instance_type:
        return NO_INSTANCES
    instances = count(values, count_name) or otherwise
    return InstanceSet(instance_type, instances) if instances else NO_COUNT
