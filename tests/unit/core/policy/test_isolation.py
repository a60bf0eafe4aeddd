"""Whether a bucket is closed to whoever does not come through the VPC."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.core.policy.builders import (
    ACCOUNT,
    ARN,
    IN_ORGANIZATION,
    JOURNEY,
    PARTNER,
    ROLE,
    allow,
    deny,
    own_bucket,
    policy,
)
from vpc_guardrail.core.model import Fact, Unknown
from vpc_guardrail.core.policy import Bucket, Tri, only_from_vpc

Json = Any
YES, NO, MAYBE = Tri.YES, Tri.NO, Tri.MAYBE
EVERYTHING = [f"{ARN}job-data", f"{ARN}job-data/*"]


def unless(key: str, *values: str, operator: str = "StringNotEquals") -> Json:
    return {operator: {key: list(values)}}


def closed(**others: Json) -> Json:
    members: dict[str, Json] = {"condition": unless("aws:SourceVpc", JOURNEY.vpc_id), **others}
    return deny(EVERYTHING, **members)


TABLE: dict[str, tuple[list[Json], Tri]] = {
    "no policy": ([], YES),
    "only from this VPC": ([closed()], NO),
    "only from this endpoint": ([closed(condition=unless("aws:sourceVpce", "vpce-0aa"))], NO),
    "from several VPCs": ([closed(condition=unless("aws:SourceVpc", "vpc-0aa", "vpc-0bb"))], NO),
    "if the key exists, negated": (
        [closed(condition=unless("aws:SourceVpc", "vpc-0aa", operator="StringNotEqualsIfExists"))],
        NO,
    ),
    "not like": (
        [closed(condition=unless("aws:SourceVpce", "vpce-0aa", operator="StringNotLike"))],
        NO,
    ),
    "from any VPC that is like": (
        [closed(condition=unless("aws:SourceVpce", "vpce-*", operator="StringNotLike"))],
        YES,
    ),
    "from any VPC": ([closed(condition={"Null": {"aws:SourceVpc": "true"}})], YES),
    "deleting only": ([closed(action="s3:DeleteObject")], YES),
    "reading only": ([closed(action="s3:GetObject")], YES),
    "transport security only": (
        [deny(EVERYTHING, condition={"Bool": {"aws:SecureTransport": "false"}})],
        YES,
    ),
    "a folder only": ([deny(f"{ARN}job-data/train/*", condition=closed()["Condition"])], YES),
    "another bucket": ([deny(f"{ARN}other/*", condition=closed()["Condition"])], YES),
    "an allow that is if-exists": (
        [
            allow(
                EVERYTHING,
                principal={"AWS": ROLE},
                condition=unless("aws:SourceVpc", "vpc-0aa", operator="StringEqualsIfExists"),
            )
        ],
        YES,
    ),
    "an allow from this VPC, and nothing else": (
        [
            allow(
                EVERYTHING,
                principal={"AWS": ROLE},
                condition=unless("aws:SourceVpc", "vpc-0aa", operator="StringEquals"),
            )
        ],
        MAYBE,
    ),
    "a public bucket": ([allow(EVERYTHING)], YES),
    "a public bucket, closed": ([allow(EVERYTHING), closed()], NO),
    "a partner, closed": ([allow(EVERYTHING, principal={"AWS": PARTNER}), closed()], NO),
    "one principal only": ([closed(principal={"AWS": ROLE})], YES),
    "everyone but an administrator": (
        [
            closed(
                condition={
                    **unless("aws:SourceVpc", "vpc-0aa"),
                    "ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/admin"},
                }
            )
        ],
        NO,
    ),
    "or from addresses of the office": (
        [
            closed(
                condition={
                    **unless("aws:SourceVpc", "vpc-0aa"),
                    "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                }
            )
        ],
        YES,
    ),
    "services may come from outside": (
        [
            closed(
                condition={
                    **unless("aws:SourceVpc", "vpc-0aa"),
                    "Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
                }
            )
        ],
        NO,
    ),
    "closed to everyone": ([deny(EVERYTHING)], NO),
}


@pytest.mark.parametrize(("statements", "expected"), TABLE.values(), ids=TABLE)
def test_data(statements: list[Json], expected: Tri) -> None:
    found = policy(*statements) if statements else None
    isolation = only_from_vpc(found, JOURNEY, own_bucket())
    assert isolation.data.allowed is expected


def test_listing_is_told_apart() -> None:
    found = policy(closed(action=["s3:GetObject", "s3:PutObject"]))
    isolation = only_from_vpc(found, JOURNEY, own_bucket())
    assert isolation.data.allowed is NO
    assert isolation.listing.allowed is YES


def test_a_bucket_closed_to_everyone_is_no_bucket_of_a_vpc() -> None:
    shut = only_from_vpc(policy(deny(EVERYTHING)), JOURNEY, own_bucket())
    assert shut.reachable is NO
    elsewhere = policy(closed(condition=unless("aws:SourceVpc", "vpc-0bb")))
    assert only_from_vpc(elsewhere, JOURNEY, own_bucket()).reachable is YES


def test_an_exempt_tag_is_a_maybe_until_the_tags_are_known() -> None:
    found = policy(
        closed(
            condition={
                "StringNotEquals": {"aws:SourceVpc": "vpc-0aa", "aws:PrincipalTag/exempt": "yes"}
            }
        )
    )
    assert only_from_vpc(found, JOURNEY, own_bucket()).data.allowed is MAYBE
    assert only_from_vpc(found, IN_ORGANIZATION, own_bucket()).data.allowed is NO


def test_an_allow_for_a_named_partner_is_a_way_in() -> None:
    found = policy(allow(EVERYTHING, principal={"AWS": f"arn:aws:iam::{PARTNER}:role/reader"}))
    isolation = only_from_vpc(found, JOURNEY, own_bucket())
    assert isolation.data.allowed is YES


@pytest.mark.parametrize("owner", [PARTNER, Unknown("the owner is not read")])
def test_who_is_let_in_by_another_account_cannot_be_known(owner: Fact[str]) -> None:
    """Its identities may come from anywhere, unless the bucket's policy denies that."""
    vpc = unless("aws:SourceVpc", "vpc-0aa", operator="StringEquals")
    allowing = policy(allow(EVERYTHING, principal={"AWS": ACCOUNT}, condition=vpc))
    for found, expected in ((allowing, MAYBE), (policy(closed()), NO), (None, MAYBE)):
        isolation = only_from_vpc(found, JOURNEY, Bucket("job-data", owner, found))
        assert isolation.data.allowed is expected


def test_the_witness_says_who_gets_in_and_from_where() -> None:
    isolation = only_from_vpc(None, JOURNEY, own_bucket())
    assert isolation.data.example is not None
    assert isolation.data.example.principal.arn == ROLE


OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"
EXEMPT: dict[str, tuple[Json, Tri, Tri]] = {
    "an administrator, by his ARN": (
        {**unless("aws:SourceVpc", "vpc-0aa"), "ArnNotEquals": {"aws:PrincipalArn": OWN_ROLE}},
        NO,
        YES,
    ),
    "administrators, by a pattern": (
        {
            **unless("aws:SourceVpc", "vpc-0aa"),
            "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin*"},
        },
        NO,
        YES,
    ),
    "the job's role": (
        {**unless("aws:SourceVpc", "vpc-0aa"), "ArnNotEquals": {"aws:PrincipalArn": ROLE}},
        YES,
        NO,
    ),
    "nobody": (unless("aws:SourceVpc", "vpc-0aa"), NO, NO),
}


@pytest.mark.parametrize(("condition", "data", "exempt"), EXEMPT.values(), ids=EXEMPT)
def test_whom_the_policy_exempts_by_name_is_told_apart(
    condition: Json, data: Tri, exempt: Tri
) -> None:
    found = policy(closed(condition=condition))
    isolation = only_from_vpc(found, JOURNEY, own_bucket())
    assert (isolation.data.allowed, isolation.exempt.allowed) == (data, exempt)


def test_a_principal_who_is_not_meant_by_the_deny_is_exempt() -> None:
    found = policy(closed(Principal=None, NotPrincipal={"AWS": [ACCOUNT, OWN_ROLE]}))
    assert only_from_vpc(found, JOURNEY, own_bucket()).exempt.allowed is YES


def test_a_partner_let_in_by_a_condition_gets_in_from_anywhere() -> None:
    """His account stands in no Principal element, but both statements speak of it."""
    partner = {"StringEquals": {"aws:PrincipalAccount": PARTNER}}
    but_partner = {"StringNotEquals": {"aws:SourceVpc": "vpc-0aa", "aws:PrincipalAccount": PARTNER}}
    found = policy(allow(EVERYTHING, condition=partner), closed(condition=but_partner))
    assert only_from_vpc(found, JOURNEY, own_bucket()).data.allowed is YES


def test_an_organization_let_in_by_a_condition_gets_in_from_anywhere() -> None:
    within = {"StringEquals": {"aws:PrincipalOrgID": "o-partner"}}
    but = {"StringNotEquals": {"aws:SourceVpc": "vpc-0aa", "aws:PrincipalOrgID": "o-partner"}}
    found = policy(allow(EVERYTHING, condition=within), closed(condition=but))
    assert only_from_vpc(found, IN_ORGANIZATION, own_bucket()).data.allowed is YES


def test_another_vpc_of_the_account_is_another_vpc() -> None:
    found = policy(closed(condition=unless("aws:VpceAccount", ACCOUNT)))
    assert only_from_vpc(found, JOURNEY, own_bucket()).data.allowed is YES
