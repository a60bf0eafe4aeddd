"""Second looks in the inspection queue: read strictly, and only for jobs of the own place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.builders import ANOTHER_ACCOUNT, NOW, VPC
from tests.laws import law
from tests.messages import HOME, an_arn, an_event
from tests.strategies import json_values
from vpc_guardrail.app.arn import JobArn
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.app.second_look_codec import encode
from vpc_guardrail.wiring.events import MalformedEventError, parse_event

LOOK = SecondLook(JobArn.parse(an_arn()), NOW, VPC, NOW)


def test_it_is_told_from_an_event() -> None:
    assert parse_event(encode(LOOK), HOME) == LOOK


@pytest.mark.parametrize(
    "home",
    [replace(HOME, account=ANOTHER_ACCOUNT), replace(HOME, region="us-west-1")],
    ids=["account", "region"],
)
def test_a_job_of_another_place_is_refused(home: Any) -> None:
    with pytest.raises(MalformedEventError, match="this guardrail watches"):
        parse_event(encode(LOOK), home)


def test_an_event_that_asks_for_a_look_as_well_is_refused() -> None:
    both = an_event() | json.loads(encode(LOOK))

    with pytest.raises(MalformedEventError, match="second_look"):
        parse_event(json.dumps(both), HOME)


@law
@given(json_values, json_values)
def test_arbitrary_json_raises_nothing_else(value: Any, other: Any) -> None:
    sound = json.loads(encode(LOOK))["second_look"]
    for each in (value, sound | {"job_arn": value, "vpc_id": other}, sound | {"hour": value}):
        try:
            parse_event(json.dumps({"second_look": each}), HOME)
        except MalformedEventError:
            continue
