"""Policies that are suggested do what they are suggested for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.policy.builders import (
    ARN,
    JOURNEY,
    PARTNER,
    allow,
    deny,
    document,
    own_bucket,
)
from vpc_guardrail.core.policy import (
    Address,
    Keys,
    PolicyError,
    Transfer,
    Tri,
    UnsoundRemedyError,
    admits,
    bucket_policy,
    endpoint_policy,
    only_from_vpc,
    package_requests,
    parse_policy,
    restricts,
)

Json = Any
TRAIN = Transfer("read", Address("job-data", "train/"), Keys.PREFIX, reads=True, lists=True)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_an_endpoint_policy_answers_every_question_well(partition: str) -> None:
    journey = replace(
        JOURNEY,
        partition=partition,
        role_arn=JOURNEY.role_arn.replace("arn:aws:", f"arn:{partition}:"),
    )
    policy = parse_policy(endpoint_policy(journey, ["job-data", "job-models"]).text)
    assert admits(policy, own_bucket(), journey, TRAIN).admitted is Tri.YES
    restriction = restricts(policy, journey)
    assert restriction.by_pattern.allowed is Tri.NO
    assert restriction.other.allowed is Tri.NO
    assert all(each.signed.allowed is Tri.NO for each in package_requests(policy, journey))


def test_an_endpoint_policy_is_one_document_that_allows() -> None:
    found = endpoint_policy(JOURNEY, ["job-data"]).document
    assert [each["Effect"] for each in found["Statement"]] == ["Allow", "Deny"]


def test_a_hundred_long_names_are_proved() -> None:
    """As many as the document holds: nothing in the proof depends on how many there are."""
    names = [f"{each:03d}-{'long-name-' * 6}"[:62] + "x" for each in range(100)]
    found = endpoint_policy(JOURNEY, names)
    assert len(found.document["Statement"][0]["Resource"]) == 2 * len(names)


def test_too_many_buckets_are_no_policy() -> None:
    with pytest.raises(UnsoundRemedyError):
        endpoint_policy(JOURNEY, [f"a-bucket-with-quite-a-long-name-{n}" for n in range(500)])


def test_a_bucket_policy_closes_the_bucket_to_all_but_the_vpc() -> None:
    policy = parse_policy(bucket_policy(JOURNEY, "job-data").compact)
    isolation = only_from_vpc(policy, JOURNEY, own_bucket())
    assert (isolation.data.allowed, isolation.listing.allowed) == (Tri.NO, Tri.NO)
    assert isolation.reachable is Tri.YES


def test_a_bucket_policy_may_name_endpoints() -> None:
    found = bucket_policy(JOURNEY, "job-data", ["vpce-0bb", "vpce-0aa"]).document
    condition = found["Statement"][0]["Condition"]
    assert condition == {"StringNotEquals": {"aws:SourceVpce": ["vpce-0aa", "vpce-0bb"]}}


def test_the_statements_of_an_existing_policy_stay() -> None:
    before = document(allow(f"{ARN}job-data/*", principal={"AWS": PARTNER}, Sid="Partner"))
    once = bucket_policy(JOURNEY, "job-data", existing=json.dumps(before)).document
    twice = bucket_policy(JOURNEY, "job-data", existing=once).document
    assert [each["Sid"] for each in once["Statement"]] == ["Partner", "OnlyFromTheTrainingVpc"]
    assert twice == once
    alone = {"Version": "2012-10-17", "Statement": deny(f"{ARN}job-data/x")}
    assert len(bucket_policy(JOURNEY, "job-data", existing=alone).document["Statement"]) == 2


def test_an_existing_policy_that_is_none_is_refused() -> None:
    with pytest.raises(PolicyError):
        bucket_policy(JOURNEY, "job-data", existing="{}")
