"""CloudTrail events: what is announced, what is ignored, and what is no event at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import ACCOUNT, ANOTHER_ACCOUNT, NOW, REGION, a_plan
from tests.fakes import FakeJobs
from tests.messages import ABSENT, HOME, a_message, a_request, an_arn, an_event
from vpc_guardrail.app.inspect_job import Announcement, JobUnknownError, announced_job
from vpc_guardrail.core.model import JobSource, TrainingJob, VpcConfig
from vpc_guardrail.wiring.events import Ignored, MalformedEventError, parse_event

Json = Any


def announcement(text: str) -> Announcement:
    parsed = parse_event(text, HOME)
    assert isinstance(parsed, Announcement)
    return parsed


def requested(text: str) -> TrainingJob:
    job = announcement(text).requested
    assert job is not None
    return job


def recased(value: Json, change: Any) -> Json:
    """The same JSON with every name of a member in another casing."""
    if isinstance(value, dict):
        return {change(name): recased(each, change) for name, each in value.items()}
    if isinstance(value, list):
        return [recased(each, change) for each in value]
    return value


class TestAnEventInTheShapeOfARealOne:
    def test_it_announces_the_job_of_its_response(self) -> None:
        announced = announcement(a_message("Train-1"))

        assert announced.arn.text == an_arn("Train-1")
        assert announced.job_name == "Train-1"

    def test_it_carries_the_job_as_it_was_asked_for(self) -> None:
        job = requested(a_message("train-1"))

        assert job.name == "train-1"
        assert (job.account, job.region, job.partition) == (ACCOUNT, REGION, "aws")
        assert job.source is JobSource.EVENT
        assert job.created_at == NOW
        assert job.vpc_config == VpcConfig(("subnet-a", "subnet-b"), ("sg-1",))
        assert job.instance_plans == (a_plan(("ml.m5.xlarge", 1)),)
        assert not job.encrypts_inter_container_traffic

    def test_it_says_so_when_the_job_names_no_vpc(self) -> None:
        job = requested(a_message(requestParameters=a_request(vpcConfig=ABSENT)))

        assert job.vpc_config is None

    def test_hyperparameters_are_not_taken_for_members_of_the_request(self) -> None:
        request = a_request(vpcConfig=ABSENT, hyperParameters={"VpcConfig": '{"Subnets": ["x"]}'})

        assert requested(a_message(requestParameters=request)).vpc_config is None

    def test_unknown_members_are_ignored(self) -> None:
        request = a_request(futureMember={"deep": [1]}, resourceConfig={"newKnob": None})
        event = an_event(requestParameters=request, newMember=[{}]) | {"replay-name": "x"}

        assert isinstance(parse_event(json.dumps(event), HOME), Announcement)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(str.lower, id="lower case"),
            pytest.param(str.upper, id="upper case"),
            pytest.param(lambda name: name[0].upper() + name[1:], id="the API's casing"),
        ],
    )
    def test_casing_does_not_matter(self, change: Any) -> None:
        event = an_event(requestParameters=a_request(enableInterContainerTrafficEncryption=True))

        assert requested(json.dumps(recased(event, change))) == requested(json.dumps(event))

    def test_the_exact_casing_goes_first(self) -> None:
        request = a_request(vpcConfig={"subnets": ["other"]})
        request |= {"VpcConfig": {"subnets": ["this"]}, "VPCCONFIG": {"subnets": ["another"]}}

        assert requested(a_message(requestParameters=request)).subnet_ids == ("this",)

    @pytest.mark.parametrize(
        ("time", "created_at"),
        [
            pytest.param("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="Z"),
            pytest.param(
                "2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="no zone"
            ),
            pytest.param(
                "2026-01-02T03:04:05+02:00",
                datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
                id="another zone",
            ),
        ],
    )
    def test_the_time_of_the_event_is_the_creation_time_in_utc(
        self, time: str, created_at: datetime
    ) -> None:
        assert requested(a_message(eventTime=time)).created_at == created_at
        assert requested(a_message(eventTime=time)).created_at.tzinfo is UTC


class TestAFailedCall:
    def test_fault_1_a_failed_call_that_reuses_a_running_jobs_name_is_ignored(self) -> None:
        """peers.md, fault 1: it must not lead to a judgement on the running, sound job."""
        text = a_message(
            "running-and-sound",
            errorCode="ResourceInUse",
            errorMessage="Training job names must be unique.",
            requestParameters=a_request("running-and-sound", vpcConfig=ABSENT),
            responseElements=None,
        )

        assert parse_event(text, HOME) == Ignored("the call failed with ResourceInUse")

    def test_fault_2_a_failed_call_may_carry_no_request_at_all(self) -> None:
        """peers.md, fault 2: AccessDenied comes with null requestParameters."""
        text = a_message(errorCode="AccessDenied", requestParameters=None, responseElements=None)

        assert parse_event(text, HOME) == Ignored("the call failed with AccessDenied")

    def test_it_is_ignored_even_if_it_names_a_job(self) -> None:
        assert isinstance(parse_event(a_message(ErrorCode="ThrottlingException"), HOME), Ignored)

    @pytest.mark.parametrize("error_code", ["", " ", 0, False, [], ["x"], {"a": "b"}])
    def test_an_error_code_that_tells_nothing_is_no_failed_call(self, error_code: Json) -> None:
        """Such an event must not vanish: what it means is for a person to see."""
        with pytest.raises(MalformedEventError, match="errorCode"):
            parse_event(a_message(errorCode=error_code), HOME)

    def test_the_reason_is_harmless_and_short(self) -> None:
        parsed = parse_event(a_message(errorCode="\x1b[31m\u202eX\n" + "y" * 9999), HOME)

        assert isinstance(parsed, Ignored)
        assert parsed.reason.isprintable()
        assert len(parsed.reason) < 200

    def test_null_error_code_is_a_call_that_went_well(self) -> None:
        assert isinstance(parse_event(a_message(errorCode=None), HOME), Announcement)


UNUSABLE_REQUESTS = [
    pytest.param(None, id="null (fault 2 of peers.md)"),
    pytest.param(ABSENT, id="absent"),
    pytest.param({"omitted": True}, id="omitted, because it was too large"),
    pytest.param(a_request() | {"omitted": True}, id="omitted in part"),
    pytest.param('{"trainingJobName": "train-1", "hyperParam', id="truncated text"),
    pytest.param([], id="a list"),
    pytest.param({}, id="empty"),
    pytest.param(a_request(trainingJobName=ABSENT), id="without the job's name"),
    pytest.param(a_request(trainingJobName="other"), id="with the name of another job"),
    pytest.param(a_request(vpcConfig={"omitted": True}), id="VpcConfig omitted"),
    pytest.param(a_request(vpcConfig={"subnets": {"omitted": True}}), id="subnets omitted"),
    pytest.param(a_request(vpcConfig="{truncat"), id="VpcConfig truncated"),
    pytest.param(a_request(resourceConfig={"omitted": True}), id="ResourceConfig omitted"),
    pytest.param(
        a_request(resourceConfig={"instanceType": "ml.m5.large", "instanceCount": "two"}),
        id="a count that is none",
    ),
]


class TestAnEventWithoutAUsableRequest:
    @pytest.mark.parametrize("request_parameters", UNUSABLE_REQUESTS)
    def test_fault_2_the_job_is_described_by_the_name_in_its_arn(
        self, request_parameters: Json
    ) -> None:
        """peers.md, fault 2: the AWS sample crashes on null requestParameters."""
        announced = announcement(a_message("train-1", requestParameters=request_parameters))
        jobs = FakeJobs()

        assert announced.requested is None
        with pytest.raises(JobUnknownError):
            announced_job(announced, jobs)
        assert jobs.asked == ["train-1"]

    @pytest.mark.parametrize(
        "time",
        [
            pytest.param(ABSENT, id="absent"),
            pytest.param(None, id="null"),
            pytest.param(1_700_000_000, id="a number"),
            pytest.param("yesterday", id="no time"),
            pytest.param("0001-01-01T00:00:00+01:00", id="before the first year"),
            pytest.param("9999-12-31T23:59:59-01:00", id="after the last year"),
        ],
    )
    def test_nor_without_a_time_to_take_for_the_creation_time(self, time: Json) -> None:
        assert announcement(a_message(eventTime=time)).requested is None

    def test_the_name_in_the_arn_may_differ_in_case(self) -> None:
        text = a_message("Train-ONE", responseElements={"trainingJobArn": an_arn("train-one")})

        assert announcement(text).job_name == "Train-ONE"
        assert requested(text).arn == an_arn("train-one")

    def test_the_arn_is_believed_where_the_name_differs(self) -> None:
        text = a_message("one", responseElements={"trainingJobArn": an_arn("two")})

        assert announcement(text).job_name == "two"
        assert announcement(text).requested is None


MALFORMED = [
    pytest.param("", "not JSON", id="nothing"),
    pytest.param("{", "not JSON", id="half a JSON"),
    pytest.param("[" * 100_000, "not JSON", id="JSON nested without end"),
    pytest.param("9" * 5_000, "not JSON", id="a number of too many digits"),
    pytest.param("null", "detail", id="null"),
    pytest.param("[]", "detail", id="a list"),
    pytest.param("{}", "detail", id="no detail"),
    pytest.param('{"detail": "text"}', "detail", id="detail is a text"),
    pytest.param(a_message(eventName="StopTrainingJob"), "eventName", id="another call"),
    pytest.param(a_message(eventName=ABSENT), "eventName", id="no call"),
    pytest.param(a_message(eventName=["CreateTrainingJob"]), "eventName", id="a list of calls"),
    pytest.param(a_message(responseElements=None), "trainingJobArn", id="no response"),
    pytest.param(a_message(responseElements="omitted"), "trainingJobArn", id="a text as response"),
    pytest.param(a_message(responseElements={}), "trainingJobArn", id="a response without ARN"),
    pytest.param(
        a_message(responseElements={"trainingJobArn": {"arn": "x"}}),
        "trainingJobArn",
        id="an ARN that is no text",
    ),
    pytest.param(
        a_message(responseElements={"trainingJobArn": an_arn().replace("training", "tuning")}),
        "not the ARN",
        id="the ARN of something else",
    ),
    pytest.param(
        a_message(responseElements={"trainingJobArn": an_arn(account=ANOTHER_ACCOUNT)}),
        f"account {ANOTHER_ACCOUNT}",
        id="a job in another account",
    ),
    pytest.param(
        a_message(responseElements={"trainingJobArn": an_arn(region="us-east-1")}),
        "us-east-1",
        id="a job in another Region",
    ),
]


@pytest.mark.parametrize(("text", "reason"), MALFORMED)
def test_a_malformed_event_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(MalformedEventError, match=reason):
        parse_event(text, HOME)
