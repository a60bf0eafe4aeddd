"""Tuning jobs from descriptions and requests: what their children would ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.builders import NOW, a_plan
from tests.messages import ABSENT, a_definition, a_tuning_arn, a_tuning_request
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.members import MalformedRequestError
from vpc_guardrail.app.tuning_requests import described_tuning_job, requested_tuning_job
from vpc_guardrail.core.model import (
    JobKind,
    JobSource,
    S3Place,
    S3Use,
    Starts,
    TrainingJob,
    Unknown,
    VpcConfig,
)
from vpc_guardrail.core.model.job import NO_ROLE

Json = Any

ELSEWHERE = {"securityGroupIds": ["sg-2"], "subnets": ["subnet-b", "subnet-c"]}


def requested(**members: Json) -> TrainingJob:
    return requested_tuning_job(a_tuning_request(**members), JobArn.parse(a_tuning_arn()), NOW)


def of_definitions(*definitions: Json, **members: Json) -> TrainingJob:
    return requested(trainingJobDefinition=ABSENT, trainingJobDefinitions=[*definitions], **members)


def a_description(**members: Json) -> dict[str, Json]:
    """A DescribeHyperParameterTuningJob response; casing is the business of another test."""
    told: Json = {
        "hyperParameterTuningJobArn": a_tuning_arn(),
        "hyperParameterTuningJobStatus": "InProgress",
        "creationTime": NOW,
        "trainingJobStatusCounters": {"completed": 0, "inProgress": 0},
    }
    return a_tuning_request(**(told | members))


def test_a_description_is_the_truth_about_a_tuning_job() -> None:
    job = described_tuning_job(a_description())

    assert (job.name, job.arn, job.kind) == ("tune-1", a_tuning_arn(), JobKind.TUNING)
    assert (job.status, job.source, job.created_at) == ("InProgress", JobSource.DESCRIBED, NOW)
    assert [each.source for each in job.judged] == [JobSource.DESCRIBED]


def test_its_creation_time_is_in_utc() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=2)))

    assert described_tuning_job(a_description(creationTime=there)).created_at.tzinfo is UTC


def test_one_definition_is_what_every_child_asks_for() -> None:
    job = requested()

    (child,) = job.judged
    assert (child.definition_name, child.name, child.arn) == ("forest", "tune-1", a_tuning_arn())
    assert child.vpc_config == job.vpc_config == VpcConfig(("subnet-a", "subnet-b"), ("sg-1",))
    assert child.instance_plans == (a_plan(("ml.m5.xlarge", 1)),)
    assert child.role_arn == job.role_arn == a_definition()["roleArn"]


def test_children_write_below_names_that_begin_with_the_tuning_jobs() -> None:
    uri = "s3://example-bucket/out/tune-1-001-00000000/output"

    assert S3Place("the output", uri, S3Use.WRITES) in requested().judged[0].s3_places


def test_several_definitions_are_judged_apart_and_named_together() -> None:
    job = of_definitions(
        a_definition(), a_definition(definitionName="trees", vpcConfig=ELSEWHERE, roleArn="x")
    )

    assert [each.definition_name for each in job.judged] == ["forest", "trees"]
    assert [each.security_group_ids for each in job.judged] == [("sg-1",), ("sg-2",)]
    assert job.vpc_config == VpcConfig(("subnet-a", "subnet-b", "subnet-c"), ("sg-1", "sg-2"))
    assert job.role_arn is NO_ROLE


def test_a_definition_without_a_name_is_named_by_its_number() -> None:
    job = of_definitions(a_definition(), a_definition(definitionName=ABSENT))

    assert [each.definition_name for each in job.judged] == ["forest", "number 2"]


def test_a_definition_without_vpc_stays_without() -> None:
    job = of_definitions(a_definition(), a_definition(vpcConfig=ABSENT))

    assert [each.has_vpc for each in job.judged] == [True, False]
    assert job.has_vpc


def test_any_of_the_instance_configs_may_be_used() -> None:
    resources = {
        "instanceConfigs": [
            {"instanceType": "ml.p4d.24xlarge", "instanceCount": 1, "volumeSizeInGB": 10},
            {"instanceType": "ml.m5.xlarge", "instanceCount": 3, "volumeSizeInGB": 10},
        ]
    }
    definition = a_definition(resourceConfig=ABSENT, hyperParameterTuningResourceConfig=resources)

    (child,) = requested(trainingJobDefinition=definition).judged
    assert child.instance_plans == (a_plan(("ml.p4d.24xlarge", 1)), a_plan(("ml.m5.xlarge", 3)))


def test_one_type_of_the_tuning_resources_serves_as_well() -> None:
    resources = {"instanceType": "ml.m5.xlarge", "instanceCount": 2, "volumeSizeInGB": 10}
    definition = a_definition(resourceConfig=ABSENT, hyperParameterTuningResourceConfig=resources)

    (child,) = requested(trainingJobDefinition=definition).judged
    assert child.instance_plans == (a_plan(("ml.m5.xlarge", 2)),)


def test_a_definition_that_names_no_instances_leaves_the_whole_unknown() -> None:
    job = of_definitions(a_definition(), a_definition(resourceConfig=ABSENT))

    assert isinstance(job.instance_plans, Unknown)
    assert not isinstance(job.judged[0].instance_plans, Unknown)


def limits(parallel: int, in_all: int | None = None) -> Json:
    named = {"maxParallelTrainingJobs": parallel, "maxNumberOfTrainingJobs": in_all}
    return {"strategy": "Random", "resourceLimits": named}


@pytest.mark.parametrize(
    ("config", "in_progress", "one", "two"),
    [
        pytest.param(limits(4, 20), 0, Starts(4, 4), Starts(1, 4), id="as many as are allowed"),
        pytest.param(limits(4), 0, Starts(4, 4), Starts(1, 4), id="no number of jobs in all"),
        pytest.param(limits(4, 3), 0, Starts(3, 3), Starts(1, 3), id="fewer jobs in all"),
        pytest.param(limits(4, 20), 3, Starts(1, 1), Starts(0, 1), id="some have started"),
        pytest.param(limits(4, 20), 4, Starts(0, 0), Starts(0, 0), id="all have started"),
        pytest.param(limits(4, 20), 5, Starts(0, 0), Starts(0, 0), id="more than are allowed"),
        pytest.param(None, 0, Starts(1, 1), Starts(1, 1), id="no limits told"),
    ],
)
def test_children_that_are_yet_to_start_side_by_side(
    config: Json, in_progress: int, one: Starts, two: Starts
) -> None:
    told = {
        "hyperParameterTuningJobConfig": config,
        "trainingJobStatusCounters": {"inProgress": in_progress},
    }

    assert {each.starts for each in requested(**told).judged} == {one}
    at_first = requested(hyperParameterTuningJobConfig=config).judged[0].starts
    assert requested(**told).judged[0].starts_at_first == at_first
    several = of_definitions(a_definition(), a_definition(definitionName="trees"), **told)
    assert {each.starts for each in several.judged} == {two}


@pytest.mark.parametrize(
    ("counters", "together"),
    [
        pytest.param({}, Starts(10, 10), id="none has begun"),
        pytest.param({"InProgress": 2}, Starts(8, 8), id="some are in progress"),
        pytest.param({"Completed": 45, "InProgress": 2}, Starts(3, 8), id="few are left"),
        pytest.param({"NonRetryableError": 50}, Starts(0, 10), id="it may be that none is left"),
        pytest.param(
            {"Stopped": 20, "RetryableError": 25, "Completed": 1}, Starts(4, 10), id="whatever came"
        ),
    ],
)
def test_no_more_are_certain_to_begin_than_are_left(
    counters: dict[str, int], together: Starts
) -> None:
    told = {
        "hyperParameterTuningJobConfig": limits(10, 50),
        "trainingJobStatusCounters": {
            name[0].lower() + name[1:]: number for name, number in counters.items()
        },
    }
    several = of_definitions(a_definition(), a_definition(definitionName="trees"), **told)

    assert requested(**told).judged[0].starts == together
    assert several.starts == together
    assert {each.starts.most for each in several.judged} == {together.most}


def test_a_tuning_job_that_has_ended_starts_no_more() -> None:
    told = {"hyperParameterTuningJobConfig": limits(4, 20)}
    job = described_tuning_job(a_description(hyperParameterTuningJobStatus="Stopping", **told))

    assert (job.judged[0].starts, job.judged[0].starts_at_first) == (Starts(0, 0), Starts(4, 4))


def test_members_have_the_apis_casing_in_a_description() -> None:
    description = {
        "HyperParameterTuningJobName": "tune-1",
        "HyperParameterTuningJobArn": a_tuning_arn(),
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxParallelTrainingJobs": 2}},
        "TrainingJobDefinition": {"VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}},
        "TrainingJobStatusCounters": {"InProgress": 1},
    }

    job = described_tuning_job(description)
    assert (job.status, job.subnet_ids, job.judged[0].starts) == (
        "InProgress",
        ("s",),
        Starts(1, 1),
    )


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"creationTime": "yesterday"}, id="no time"),
        pytest.param({"trainingJobDefinition": None}, id="no definition"),
        pytest.param({"trainingJobDefinition": []}, id="a list for a definition"),
        pytest.param({"trainingJobStatusCounters": {"inProgress": "x"}}, id="no counter"),
    ],
)
def test_a_description_without_sense_is_malformed(members: Json) -> None:
    with pytest.raises(MalformedRequestError):
        described_tuning_job(a_description(**members))


def test_neither_environment_nor_hyperparameters_are_kept() -> None:
    secret = {"key": "a secret"}
    ranges = {"categoricalParameterRanges": [{"name": "a secret", "values": ["a secret"]}]}
    job = requested(
        trainingJobDefinition=a_definition(
            environment=secret, staticHyperParameters=secret, hyperParameterRanges=ranges
        )
    )

    assert "a secret" not in repr(job)
