"""Training jobs from what AWS says about them: a description, or the request in an event.

CloudTrail writes a request with other casing than the API, and services add members that no
document names: members are found whatever their casing, and unknown ones are ignored.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.members import member
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


class MalformedRequestError(ValueError):
    """A member of a request or description has a form that the API does not know."""


THROUGH_VPC = "Vpc"
"""The TrainingRepositoryAccessMode of an image that is pulled through the job's VPC."""

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
    arn = JobArn.parse(_text(description, "TrainingJobArn"))
    created_at = member(description, "CreationTime")
    if not isinstance(created_at, datetime):
        raise MalformedRequestError("CreationTime is not a time")
    return _job(
        description,
        arn,
        name=_text(description, "TrainingJobName"),
        status=_text(description, "TrainingJobStatus"),
        secondary_status=_text(description, "SecondaryStatus"),
        created_at=created_at.astimezone(UTC),
        source=JobSource.DESCRIBED,
    )


def requested_job(request: Mapping[str, Any], arn: JobArn, requested_at: datetime) -> TrainingJob:
    """The job as the request in an event asks for it, with the casing of the API or CloudTrail."""
    return _job(
        request,
        arn,
        name=_text(request, "TrainingJobName"),
        status="",
        secondary_status="",
        created_at=requested_at,
        source=JobSource.EVENT,
    )


def _job(
    values: Mapping[str, Any],
    arn: JobArn,
    *,
    name: str,
    status: str,
    secondary_status: str,
    created_at: datetime,
    source: JobSource,
) -> TrainingJob:
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
        vpc_config=_vpc_config(values),
        instance_plans=_instance_plans(_structure(values, "ResourceConfig")),
        encrypts_inter_container_traffic=_flag(values, "EnableInterContainerTrafficEncryption"),
        file_systems=tuple(_file_systems(values)),
        vpc_registry=_vpc_registry(_structure(values, "AlgorithmSpecification")),
        tuning_job_arn=_text(values, "TuningJobArn") or None,
        role_arn=_role_arn(values),
        s3_places=tuple(dict.fromkeys(_s3_places(values, name))),
    )


def _role_arn(values: Mapping[str, Any]) -> Fact[str]:
    """SageMaker takes no other form; what an event carries may be cut, though."""
    text = _text(values, "RoleArn")
    return text if ROLE_ARN.fullmatch(text) else NO_ROLE


def _s3_places(values: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """What the job reads and writes, where it does so."""
    for channel in _structures(values, "InputDataConfig"):
        yield from _channel(channel)
    yield from _written(_structure(values, "OutputDataConfig"), job_name)
    checkpoints = _text(_structure(values, "CheckpointConfig"), "S3Uri")
    if checkpoints:
        yield S3Place("the checkpoints", checkpoints, S3Use.READS_PREFIX)
        yield S3Place("the checkpoints", checkpoints, S3Use.WRITES)
    events = _text(_structure(values, "TensorBoardOutputConfig"), "S3OutputPath")
    if events:
        yield S3Place("TensorBoard's events", events, S3Use.WRITES)
    yield from _observed(values, job_name)


def _channel(channel: Mapping[str, Any]) -> Iterator[S3Place]:
    source = _structure(_structure(channel, "DataSource"), "S3DataSource")
    uri = _text(source, "S3Uri")
    if uri:
        purpose = f"the channel {_text(channel, 'ChannelName')}"
        is_manifest = _text(source, "S3DataType") in MANIFESTS
        use = S3Use.READS_OBJECT if is_manifest else S3Use.READS_PREFIX
        yield S3Place(f"the manifest of {purpose}" if is_manifest else purpose, uri, use)


def _written(output: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """The output; a folder with the job's name is added unless the request forbids it."""
    path = _text(output, "S3OutputPath")
    if path and not _flag(output, "DisableModelUpload"):
        as_it_is = _flag(output, "RemoveJobNameFromS3OutputPath")
        where = path if as_it_is else _under(path, job_name, "output")
        key = _text(output, "KmsKeyId") or None
        yield S3Place("the output", where, S3Use.WRITES, key)


def _observed(values: Mapping[str, Any], job_name: str) -> Iterator[S3Place]:
    """What the debugger, the profiler and their rules write, below the job's name."""
    profiler = _structure(values, "ProfilerConfig")
    if not _flag(profiler, "DisableProfiler"):
        yield from _below(profiler, "the profiler's output", job_name, "profiler-output")
    hook = _structure(values, "DebugHookConfig")
    yield from _below(hook, "the debugger's tensors", job_name, "debug-output")
    for rules in ("DebugRuleConfigurations", "ProfilerRuleConfigurations"):
        for rule in _structures(values, rules):
            name = _text(rule, "RuleConfigurationName")
            yield from _below(rule, f"the output of rule {name}", job_name, "rule-output")


def _below(
    values: Mapping[str, Any], purpose: str, job_name: str, folder: str
) -> Iterator[S3Place]:
    path = _text(values, "S3OutputPath")
    if path:
        yield S3Place(purpose, _under(path, job_name, folder), S3Use.WRITES)


def _under(path: str, *steps: str) -> str:
    return "/".join((path.rstrip("/"), *steps))


def _file_systems(values: Mapping[str, Any]) -> Iterator[FileSystem]:
    """The file systems of the input channels, each once."""
    seen: set[FileSystem] = set()
    for channel in _structures(values, "InputDataConfig"):
        source = _structure(_structure(channel, "DataSource"), "FileSystemDataSource")
        found = FileSystem(_text(source, "FileSystemType"), _text(source, "FileSystemId"))
        if found.id and found not in seen:
            seen.add(found)
            yield found


def _vpc_registry(algorithm: Mapping[str, Any]) -> str | None:
    """The host of the image's registry, if the image is pulled through the job's VPC."""
    config = _structure(algorithm, "TrainingImageConfig")
    if _text(config, "TrainingRepositoryAccessMode") != THROUGH_VPC:
        return None
    return _text(algorithm, "TrainingImage").partition("/")[0] or None


def _vpc_config(values: Mapping[str, Any]) -> VpcConfig | None:
    """Null, an empty structure and empty lists are as good as no VpcConfig."""
    config = _structure(values, "VpcConfig")
    subnet_ids, group_ids = _texts(config, "Subnets"), _texts(config, "SecurityGroupIds")
    return VpcConfig(subnet_ids, group_ids) if subnet_ids or group_ids else None


def _instance_plans(resources: Mapping[str, Any]) -> Fact[tuple[InstancePlan, ...]]:
    """What SageMaker selected; else each preference, all groups together, or the one type."""
    selected = _instances(resources, "SelectedInstanceType", "SelectedInstanceCount")
    if isinstance(selected, InstanceSet):
        return (InstancePlan((selected,)),)
    whole = _instances(resources, "InstanceType", "InstanceCount")
    groups = _structures(resources, "InstanceGroups")
    preferences = _structures(resources, "InstancePreferences")
    if not groups and not preferences:
        return whole if isinstance(whole, Unknown) else (InstancePlan((whole,)),)
    count = _count(resources, "InstanceCount")
    sets: list[InstanceSet] = []
    for each in groups or preferences:
        part = _instances(each, "InstanceType", "InstanceCount", otherwise=count)
        if isinstance(part, Unknown):
            return part
        sets.append(part)
    if groups:
        return (InstancePlan(tuple(sets)),)
    return tuple(InstancePlan((part,)) for part in sets)


def _instances(
    values: Mapping[str, Any], type_name: str, count_name: str, otherwise: int | None = None
) -> Fact[InstanceSet]:
    instance_type = _text(values, type_name)
    if not instance_type:
        return NO_INSTANCES
    count = _count(values, count_name) or otherwise
    return InstanceSet(instance_type, count) if count else NO_COUNT


def _text(values: Mapping[str, Any], name: str) -> str:
    value = member(values, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedRequestError(f"{name} is not a text")
    return value


def _flag(values: Mapping[str, Any], name: str) -> bool:
    value = member(values, name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise MalformedRequestError(f"{name} is neither true nor false")


def _count(values: Mapping[str, Any], name: str) -> int | None:
    value = member(values, name)
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedRequestError(f"{name} is not a count")
    return value


def _structure(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = member(values, name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MalformedRequestError(f"{name} is not a structure")
    if member(value, "omitted"):
        raise MalformedRequestError(f"CloudTrail omitted {name}, which was too large")
    return value


def _structures(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = [*_items(values, name)]
    if not all(isinstance(item, Mapping) for item in items):
        raise MalformedRequestError(f"{name} is not a list of structures")
    return items


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts of a list, each once, in the order given."""
    items = [*_items(values, name)]
    if not all(isinstance(item, str) for item in items):
        raise MalformedRequestError(f"{name} is not a list of texts")
    return tuple(dict.fromkeys(item for item in items if item))


def _items(values: Mapping[str, Any], name: str) -> Iterator[Any]:
    value = member(values, name)
    if value is None:
        return
    if not isinstance(value, list):
        raise MalformedRequestError(f"{name} is not a list")
    yield from value
