"""Tuning jobs from what AWS says about them: a description, or the request in an event.

A tuning job is read as what its children ask for: one training job for each training definition.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.members import MalformedRequestError, count, member, structure, structures
from vpc_guardrail.app.members import text as text_of
from vpc_guardrail.app.requests import job_of
from vpc_guardrail.core.model import (
    Fact,
    InstancePlan,
    JobSource,
    Starts,
    TrainingJob,
    Unknown,
    VpcConfig,
)
from vpc_guardrail.core.model.job import NO_ROLE

T = TypeVar("T")

IN_PROGRESS = "InProgress"
STATUSES = (IN_PROGRESS, "Completed", "RetryableError", "NonRetryableError", "Stopped")
"""The members of TrainingJobStatusCounters: children that have begun."""

NO_MORE = Starts(0, 0)

CHILD = "{tuning_job}-001-00000000"
"""A name as SageMaker gives it to a child; it stands for all of them in what they write to S3."""


def described_tuning_job(description: Mapping[str, Any]) -> TrainingJob:
    """The job of a DescribeHyperParameterTuningJob response, whose CreationTime is a datetime."""
    created_at = member(description, "CreationTime")
    if not isinstance(created_at, datetime):
        raise MalformedRequestError("CreationTime is not a time")
    return _tuning_job(
        description,
        JobArn.parse(text_of(description, "HyperParameterTuningJobArn")),
        status=text_of(description, "HyperParameterTuningJobStatus"),
        created_at=created_at.astimezone(UTC),
        source=JobSource.DESCRIBED,
    )


def requested_tuning_job(
    request: Mapping[str, Any], arn: JobArn, requested_at: datetime
) -> TrainingJob:
    """The job as the request in an event asks for it, with the casing of the API or CloudTrail."""
    return _tuning_job(request, arn, status="", created_at=requested_at, source=JobSource.EVENT)


def _tuning_job(
    values: Mapping[str, Any],
    arn: JobArn,
    *,
    status: str,
    created_at: datetime,
    source: JobSource,
) -> TrainingJob:
    name = text_of(values, "HyperParameterTuningJobName")
    one = structure(values, "TrainingJobDefinition")
    asked = [*([one] if one else ()), *structures(values, "TrainingJobDefinitions")]
    if not asked or any(not each or member(each, "omitted") for each in asked):
        raise MalformedRequestError("the tuning job names no training definition")
    child = partial(
        job_of,
        arn=arn,
        name=CHILD.format(tuning_job=name),
        status=status,
        secondary_status="",
        created_at=created_at,
        source=source,
    )
    ended = status not in ("", IN_PROGRESS)
    counters = structure(values, "TrainingJobStatusCounters")
    begun = sum(count(counters, status) or 0 for status in STATUSES)
    in_progress = count(counters, IN_PROGRESS) or 0
    together = NO_MORE if ended else _starts(values, in_progress, begun)
    at_first = _starts(values, in_progress=0, begun=0)
    starts, starts_at_first = (
        _of_each(each, len(asked), in_progress) for each in (together, at_first)
    )
    definitions = [
        replace(
            child(each),
            name=name,
            definition_name=text_of(each, "DefinitionName") or f"number {number}",
            starts=starts,
            starts_at_first=starts_at_first,
        )
        for number, each in enumerate(asked, 1)
    ]
    return replace(_whole(definitions), starts=together)


def _starts(values: Mapping[str, Any], in_progress: int, begun: int) -> Starts:
    """How many children may still begin side by side.

    Those in progress may hold their addresses already; no more begin than MaxNumberOfTrainingJobs,
    of which it is not sure that those which failed count.
    """
    limits = structure(structure(values, "HyperParameterTuningJobConfig"), "ResourceLimits")
    at_once = count(limits, "MaxParallelTrainingJobs") or 1
    in_all = count(limits, "MaxNumberOfTrainingJobs")
    most = max(0, min(at_once, in_all or at_once) - in_progress)
    return Starts(max(0, min(most, in_all - begun)) if in_all else most, most)


def _of_each(together: Starts, definitions: int, in_progress: int) -> Starts:
    """How many children of each definition begin.

    Nobody documents how several definitions share MaxParallelTrainingJobs: of each, one child is
    certain as long as none has begun, and all of them are possible.
    """
    if definitions == 1:
        return together
    return replace(together, least=0 if in_progress else min(1, together.least))


def _whole(definitions: Sequence[TrainingJob]) -> TrainingJob:
    """The tuning job: all that its definitions name."""
    first = definitions[0]
    roles = {each.role_arn for each in definitions}
    return replace(
        first,
        definitions=tuple(definitions),
        definition_name="",
        vpc_config=_all_of(definitions),
        instance_plans=_all_plans(definitions),
        file_systems=_each_once(each.file_systems for each in definitions),
        s3_places=_each_once(each.s3_places for each in definitions),
        role_arn=first.role_arn if len(roles) == 1 else NO_ROLE,
    )


def _all_of(definitions: Sequence[TrainingJob]) -> VpcConfig | None:
    config = VpcConfig(
        _each_once(each.subnet_ids for each in definitions),
        _each_once(each.security_group_ids for each in definitions),
    )
    return config if config.subnet_ids or config.security_group_ids else None


def _all_plans(definitions: Sequence[TrainingJob]) -> Fact[tuple[InstancePlan, ...]]:
    plans = [each.instance_plans for each in definitions]
    unread = next((each for each in plans if isinstance(each, Unknown)), None)
    return unread or _each_once(each for each in plans if not isinstance(each, Unknown))


def _each_once(several: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for each in several for one in each))
