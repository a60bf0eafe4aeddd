"""A bucket's policy that refused the job lets it in, and nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.core.policy.builders import ARN, JOURNEY, allow, deny, document
from vpc_guardrail.core.policy import (
    Address,
    Bucket,
    Keys,
    Transfer,
    Tri,
    UnsoundRemedyError,
    admits,
    only_from_vpc,
    parse_policy,
    reopened_bucket_policy,
)

Json = Any
TRAIN = Transfer("read", Address("job-data", "train/"), Keys.PREFIX, reads=True, lists=True)
OUTPUT = Transfer("write", Address("job-data", "out"), Keys.FOLDER, writes=True)
ALL = [f"{ARN}job-data", f"{ARN}job-data/*"]
FULL = parse_policy(document(allow()))


def reopened(*statements: Json) -> Json:
    before = json.dumps(document(*statements))
    return reopened_bucket_policy(JOURNEY, "job-data", before, [TRAIN, OUTPUT]).document


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"aws:SourceVpc": "vpc-0bb"}},
        {"StringNotEquals": {"aws:sourceVpce": ["vpce-0bb"]}},
        {"stringnotequals": {"AWS:SourceVPC": ["vpc-0bb", "vpc-0cc"]}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        None,
    ],
)
def test_the_job_gets_in_from_its_vpc_and_nothing_else_changes(condition: Json) -> None:
    kept = allow(f"{ARN}job-data/public/*", Sid="Kept")
    made = reopened(kept, deny(ALL, condition=condition, Sid="Closed"))
    policy = parse_policy(made)
    bucket = Bucket("job-data", JOURNEY.account, policy)
    for transfer in (TRAIN, OUTPUT):
        assert admits(FULL, bucket, JOURNEY, transfer).admitted is Tri.YES
    then = parse_policy(document(kept, deny(ALL, condition=condition)))
    before = only_from_vpc(then, JOURNEY, Bucket("job-data", JOURNEY.account, then))
    assert only_from_vpc(policy, JOURNEY, bucket).data.allowed is before.data.allowed
    sids = [each["Sid"] for each in made["Statement"]]
    assert sids == ["Kept", "ClosedFromElsewhere", "ClosedForOthers"]


def test_a_demand_for_headers_is_not_weakened() -> None:
    unencrypted = {"Null": {"s3:x-amz-server-side-encryption": "true"}}
    with pytest.raises(UnsoundRemedyError, match="headers"):
        reopened(deny(ALL, condition=unencrypted))
