"""What the inspection queue carries: EventBridge events about jobs, and second looks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.inspect_job import Announcement
from vpc_guardrail.app.members import MalformedRequestError, member
from vpc_guardrail.app.requests import requested_job
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.app.second_look_codec import (
    SECOND_LOOK,
    MalformedSecondLookError,
    decode,
)
from vpc_guardrail.app.starters import identified
from vpc_guardrail.app.tuning_requests import requested_tuning_job
from vpc_guardrail.core.model import JobKind, TrainingJob
from vpc_guardrail.report.plain import one_line

CREATE_TRAINING_JOB = "CreateTrainingJob"
CREATE_TUNING_JOB = "CreateHyperParameterTuningJob"


class MalformedEventError(ValueError):
    """A message in a queue that does not tell what it is to tell."""


@dataclass(frozen=True, slots=True)
class Home:
    """The account and Region that this deployment watches."""

    account: str
    region: str

    @classmethod
    def of_function(cls, arn: str) -> "Home":
        """From a function's own ARN, `arn:partition:lambda:region:account:function:name`."""
        _, _, _, region, account, *_ = arn.split(":")
        return cls(account, region)


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that rightly leads to nothing, with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Creation:
    """A call that creates jobs: where its answer names the job, and how its request is read."""

    kind: JobKind
    arn_member: str
    requested: Callable[[Mapping[str, Any], JobArn, datetime], TrainingJob]


CREATIONS = {
    CREATE_TRAINING_JOB: _Creation(JobKind.TRAINING, "trainingJobArn", requested_job),
    CREATE_TUNING_JOB: _Creation(
        JobKind.TUNING, "hyperParameterTuningJobArn", requested_tuning_job
    ),
}


def parse_event(text: str, home: Home) -> Announcement | SecondLook | Ignored:
    """Read a message of the inspection queue; raises `MalformedEventError` alone.

    It is a CloudTrail event on a job's creation, or asks for a second look at a job. A failed call
    is ignored: it started no job, and may name a job that runs soundly.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError("the message is not JSON") from error
    if isinstance(message, Mapping) and SECOND_LOOK in message:
        return _second_look(message, home)
    return _announcement(message, home)


def _second_look(message: Mapping[str, Any], home: Home) -> SecondLook:
    try:
        look = decode(message)
    except MalformedSecondLookError as error:
        raise MalformedEventError(str(error)) from error
    _must_be_at(home, look.arn)
    return look


def _announcement(event: object, home: Home) -> Announcement | Ignored:
    detail = member(event, "detail") if isinstance(event, Mapping) else None
    if not isinstance(detail, Mapping):
        raise MalformedEventError("the message has no structure named detail")
    error_code = member(detail, "errorCode")
    if error_code is not None:
        if not isinstance(error_code, str) or not error_code.strip():
            raise MalformedEventError("errorCode is no name of an error")
        return Ignored(f"the call failed with {one_line(error_code, 100)}")
    event_name = member(detail, "eventName")
    creation = CREATIONS.get(event_name) if isinstance(event_name, str) else None
    if creation is None:
        raise MalformedEventError(f"eventName is not one of {', '.join(CREATIONS)}")
    arn = _arn(detail, creation)
    _must_be_at(home, arn)
    requested = _requested(detail, arn, creation)
    name = requested.name if requested else arn.name
    return Announcement(arn, name, requested, identified(member(detail, "userIdentity")))


def _must_be_at(home: Home, arn: JobArn) -> None:
    if (arn.account, arn.region) != (home.account, home.region):
        raise MalformedEventError(
            f"the job is in account {arn.account}, {arn.region}; this guardrail watches "
            f"{home.account}, {home.region}"
        )


def _arn(detail: Mapping[str, Any], creation: _Creation) -> JobArn:
    response = member(detail, "responseElements")
    text = member(response, creation.arn_member) if isinstance(response, Mapping) else None
    if not isinstance(text, str):
        raise MalformedEventError(f"responseElements names no {creation.arn_member}")
    try:
        arn = JobArn.parse(text)
    except MalformedArnError as error:
        raise MalformedEventError(str(error)) from error
    if arn.kind is not creation.kind:
        raise MalformedEventError(
            f"{creation.arn_member} is not the ARN of a {creation.kind.spoken}"
        )
    return arn


def _requested(detail: Mapping[str, Any], arn: JobArn, creation: _Creation) -> TrainingJob | None:
    """The job of the request; None where the request is absent, cut short or not understood."""
    request = member(detail, "requestParameters")
    time = _time(member(detail, "eventTime"))
    if not isinstance(request, Mapping) or member(request, "omitted") or time is None:
        return None
    try:
        job = creation.requested(request, arn, time)
    except MalformedRequestError:
        return None
    return job if job.name.lower() == arn.name.lower() else None


def _time(value: object) -> datetime | None:
    """The time in UTC; without a zone it is meant so. None where it is no time."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
