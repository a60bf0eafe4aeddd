"""Second looks as they travel: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import NOW, VPC, a_job, a_tuning_job
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.app.second_look_codec import MalformedSecondLookError, decode, encode

Json = Any

LOOK = SecondLook(JobArn.parse(a_job().arn), NOW, VPC, datetime(2026, 11, 23, 7, tzinfo=UTC))
WRITTEN = json.loads(encode(LOOK))


@pytest.mark.parametrize("job", [a_job(), a_tuning_job()], ids=["training", "tuning"])
def test_what_is_written_is_read(job: Any) -> None:
    look = SecondLook(JobArn.parse(job.arn), NOW, VPC, NOW)

    assert decode(json.loads(encode(look))) == look


def with_members(**members: Json) -> Json:
    values = {**WRITTEN["second_look"], **members}
    return {"second_look": {name: each for name, each in values.items() if each is not None}}


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        pytest.param({}, "not one structure", id="nothing"),
        pytest.param({"second_look": "vpc-1"}, "not one structure", id="a text"),
        pytest.param({**WRITTEN, "detail": {}}, "not one structure", id="an event too"),
        pytest.param(with_members(vpc_id=None), "has not the texts", id="no VPC"),
        pytest.param(with_members(action="stop"), "has not the texts", id="one more member"),
        pytest.param(with_members(job_arn=7), "has not the texts", id="a number"),
        pytest.param(with_members(vpc_id="*"), "vpc_id", id="no id of a VPC"),
        pytest.param(with_members(vpc_id="vpc-1\n"), "vpc_id", id="a line more"),
        pytest.param(with_members(job_arn="arn:aws:s3:::b"), "not the ARN", id="no job"),
        pytest.param(with_members(created_at="today"), "created_at is not a time", id="no time"),
        pytest.param(with_members(hour="2026-11-23T07:00:00"), "without its zone", id="no zone"),
    ],
)
def test_anything_else_is_refused(message: Json, complaint: str) -> None:
    with pytest.raises(MalformedSecondLookError, match=complaint):
        decode(message)
