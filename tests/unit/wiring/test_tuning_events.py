"""CloudTrail events on tuning jobs: what is announced, and what is no such event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, REGION
from tests.fakes import FakeJobs
from tests.messages import (
    ABSENT,
    HOME,
    a_definition,
    a_tuning_arn,
    a_tuning_event,
    a_tuning_request,
    an_arn,
)
from vpc_guardrail.app.inspect_job import Announcement, JobUnknownError, announced_job
from vpc_guardrail.core.model import JobKind, JobSource, VpcConfig
from vpc_guardrail.wiring.events import Ignored, MalformedEventError, parse_event

Json = Any


def announcement(**detail: Json) -> Announcement:
    parsed = parse_event(json.dumps(a_tuning_event(**detail)), HOME)
    assert isinstance(parsed, Announcement)
    return parsed


def test_it_announces_the_tuning_job_of_its_response() -> None:
    announced = announcement()

    assert announced.arn.text == a_tuning_arn()
    assert announced.arn.kind is JobKind.TUNING
    assert announced.job_name == "tune-1"


def test_it_carries_the_tuning_job_as_it_was_asked_for() -> None:
    job = announcement().requested

    assert job is not None
    assert (job.name, job.kind, job.arn) == ("tune-1", JobKind.TUNING, a_tuning_arn())
    assert (job.account, job.region, job.source) == (ACCOUNT, REGION, JobSource.EVENT)
    assert job.created_at == NOW
    assert job.vpc_config == VpcConfig(("subnet-a", "subnet-b"), ("sg-1",))


def test_a_failed_call_is_ignored() -> None:
    event = a_tuning_event(errorCode="ResourceInUse", responseElements=None)

    assert parse_event(json.dumps(event), HOME) == Ignored("the call failed with ResourceInUse")


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(None, id="null"),
        pytest.param(ABSENT, id="absent"),
        pytest.param({"omitted": True}, id="omitted, because it was too large"),
        pytest.param('{"hyperParameterTuningJobName": "tu', id="truncated text"),
        pytest.param(a_tuning_request(hyperParameterTuningJobName=ABSENT), id="no name"),
        pytest.param(a_tuning_request(hyperParameterTuningJobName="other"), id="another name"),
        pytest.param(a_tuning_request(trainingJobDefinition=ABSENT), id="no definition"),
        pytest.param(a_tuning_request(trainingJobDefinition={}), id="empty definition"),
        pytest.param(
            a_tuning_request(trainingJobDefinition={"omitted": True}), id="definition omitted"
        ),
        pytest.param(
            a_tuning_request(
                trainingJobDefinition=ABSENT,
                trainingJobDefinitions=[a_definition(), {"omitted": True}],
            ),
            id="one definition omitted",
        ),
        pytest.param(
            a_tuning_request(trainingJobDefinition=a_definition(vpcConfig={"omitted": True})),
            id="VpcConfig omitted",
        ),
    ],
)
def test_without_a_usable_request_the_tuning_job_is_described(parameters: Json) -> None:
    announced = announcement(requestParameters=parameters)
    jobs = FakeJobs()

    assert announced.requested is None
    with pytest.raises(JobUnknownError):
        announced_job(announced, jobs)
    assert jobs.asked == ["tune-1"]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        pytest.param(None, "no hyperParameterTuningJobArn", id="no response"),
        pytest.param({"trainingJobArn": an_arn()}, "no hyperParameterTuningJobArn", id="other"),
        pytest.param(
            {"hyperParameterTuningJobArn": an_arn()}, "ARN of a tuning job", id="a training job"
        ),
    ],
)
def test_a_malformed_event_is_refused_with_its_reason(response: Json, reason: str) -> None:
    text = json.dumps(a_tuning_event(responseElements=response))

    with pytest.raises(MalformedEventError, match=reason):
        parse_event(text, HOME)


def test_a_training_jobs_event_with_a_tuning_jobs_arn_is_refused() -> None:
    response = {"trainingJobArn": a_tuning_arn()}
    event = a_tuning_event(eventName="CreateTrainingJob", responseElements=response)

    with pytest.raises(MalformedEventError, match="ARN of a training job"):
        parse_event(json.dumps(event), HOME)
