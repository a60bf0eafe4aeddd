"""Short words for policies in tests."""

from __future__ import annotations

from typing import Any

from vpc_guardrail.core.policy import Bucket, Journey, Policy, parse_policy

Json = Any

ACCOUNT, PARTNER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"
ARN = "arn:aws:s3:::"
JOURNEY = Journey(ACCOUNT, "us-east-1", ROLE, "vpc-0aa", "vpce-0aa")
IN_ORGANIZATION = Journey(
    ACCOUNT, "us-east-1", ROLE, "vpc-0aa", "vpce-0aa", organization="o-own0000000", role_tags={}
)


def statement(
    effect: str,
    resource: str | list[str] = "*",
    *,
    action: str | list[str] = "s3:*",
    condition: Json = None,
    principal: Json = "*",
    **others: Json,
) -> dict[str, Json]:
    """A statement; `others` replace or add members, and None takes one away."""
    members = {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Resource": resource,
        "Condition": condition,
        **others,
    }
    return {name: value for name, value in members.items() if value is not None}


def allow(resource: str | list[str] = "*", **others: Json) -> dict[str, Json]:
    """A statement that allows."""
    return statement("Allow", resource, **others)


def deny(resource: str | list[str] = "*", **others: Json) -> dict[str, Json]:
    """A statement that denies."""
    return statement("Deny", resource, **others)


def document(*statements: Json) -> dict[str, Json]:
    """A policy document of the current version."""
    return {"Version": "2012-10-17", "Statement": [*statements]}


def policy(*statements: Json) -> Policy:
    """A policy of these statements."""
    return parse_policy(document(*statements))


def own_bucket(*statements: Json, name: str = "job-data") -> Bucket:
    """A bucket of the job's account with a policy, or, without statements, with none."""
    return Bucket(name, ACCOUNT, policy(*statements) if statements else None)


GUIDE_PAGE_DENIES = (
    deny(
        [f"{ARN}packages.*.amazonaws.com/*", f"{ARN}repo.*.amazonaws.com/*"],
        action=["s3:GetObject"],
        Sid="AmazonLinuxAMIRepositoryAccess",
    ),
    deny(
        [f"{ARN}amazonlinux.*.amazonaws.com/*"],
        action=["s3:GetObject"],
        Sid="AmazonLinux2AMIRepositoryAccess",
    ),
)
"""The two statements of https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html."""
