"""What an endpoint policy lets out of the VPC."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.policy.builders import (
    ACCOUNT,
    ARN,
    GUIDE_PAGE_DENIES,
    IN_ORGANIZATION,
    JOURNEY,
    PARTNER,
    allow,
    deny,
    policy,
)
from vpc_guardrail.core.policy import REPOSITORIES, Tri, package_requests, parse_policy, restricts

Json = Any
YES, NO, MAYBE = Tri.YES, Tri.NO, Tri.MAYBE
EXEMPT_TAG = {"aws:PrincipalOrgID": "o-own0000000", "aws:PrincipalTag/exempt": "true"}
OWN = [f"{ARN}job-data", f"{ARN}job-data/*"]
NAME_STARTS = "abcdefghijklmnopqrstuvwxyz0123456789.-"


def when(key: str, *values: str, operator: str = "StringEquals") -> Json:
    return {operator: {key: list(values)}}


RESTRICTED: dict[str, tuple[list[Json], Tri]] = {
    "full access": ([allow(action="*")], YES),
    "s3 only": ([allow()], YES),
    "reading only": ([allow(action=["s3:Get*", "s3:List*"])], YES),
    "named buckets": ([allow(OWN)], NO),
    "nothing allowed": ([deny(OWN)], NO),
    "a public folder of every bucket": ([allow(f"{ARN}*/public/*")], YES),
    "every bucket, asked for where it lies": ([allow(action="s3:GetBucketLocation")], NO),
    "own account": ([allow(condition=when("aws:ResourceAccount", ACCOUNT))], NO),
    "own account, by S3's key": ([allow(condition=when("s3:ResourceAccount", ACCOUNT))], NO),
    "a named partner's account": (
        [allow(condition=when("aws:ResourceAccount", ACCOUNT, PARTNER))],
        NO,
    ),
    "every account but a partner's": (
        [allow(condition=when("aws:ResourceAccount", PARTNER, operator="StringNotEquals"))],
        YES,
    ),
    "foreign accounts denied": (
        [allow(), deny(condition=when("aws:ResourceAccount", ACCOUNT, operator="StringNotEquals"))],
        NO,
    ),
    "foreign accounts denied, if the key exists": (
        [
            allow(),
            deny(
                condition=when("aws:ResourceAccount", ACCOUNT, operator="StringNotEqualsIfExists")
            ),
        ],
        NO,
    ),
    "foreign organizations denied": (
        [allow(), deny(condition=when("aws:ResourceOrgID", "o-x", operator="StringNotEquals"))],
        NO,
    ),
    "foreign principals only denied": (
        [
            allow(),
            deny(condition=when("aws:PrincipalAccount", ACCOUNT, operator="StringNotEquals")),
        ],
        YES,
    ),
    "whoever is of an organization": ([allow(condition=when("aws:PrincipalOrgID", "o-x"))], YES),
    "the organization's own buckets": (
        [
            allow(
                condition={
                    "StringEquals": {"aws:PrincipalOrgID": "o-x", "aws:ResourceOrgID": "o-x"}
                }
            )
        ],
        NO,
    ),
    "whoever has a tag": ([allow(condition=when("aws:PrincipalTag/exempt", "true"))], YES),
    "what the caller may choose": ([allow(condition=when("s3:x-amz-acl", "private"))], YES),
    "only without transport security": (
        [allow(condition={"Bool": {"aws:SecureTransport": "false"}})],
        YES,
    ),
    "a named partner's own role": (
        [allow(condition=when("aws:PrincipalAccount", PARTNER))],
        YES,
    ),
    "a role of the account, by its ARN": (
        [allow(condition=when("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/other"))],
        YES,
    ),
    "everyone of the account but the job's role": (
        [
            allow(condition=when("aws:PrincipalAccount", ACCOUNT)),
            deny(condition=when("aws:PrincipalArn", JOURNEY.role_arn)),
        ],
        YES,
    ),
    "reading versions only": ([allow(action="s3:GetObjectVersion")], YES),
    "every name is in a pattern, own bucket alone allowed": (
        [
            allow(OWN),
            deny(Resource=None, NotResource=[*OWN, *(f"{ARN}{each}*" for each in NAME_STARTS)]),
        ],
        NO,
    ),
    "through another endpoint": ([allow(condition=when("aws:SourceVpce", "vpce-0bb"))], NO),
    "a deny in pieces": (
        [allow(), deny(f"{ARN}*/*"), deny(f"{ARN}*", action="s3:ListBucket")],
        NO,
    ),
    "a deny in pieces, listing left out": ([allow(), deny(f"{ARN}*/*")], YES),
    "everything but own buckets denied": (
        [allow(), deny(Resource=None, NotResource=OWN)],
        NO,
    ),
    "every action but those of data": (
        [allow(Action=None, NotAction=["s3:*Object", "s3:GetObjectVersion", "s3:ListBucket"])],
        NO,
    ),
}


@pytest.mark.parametrize(("statements", "expected"), RESTRICTED.values(), ids=RESTRICTED)
def test_buckets_that_nobody_named(statements: list[Json], expected: Tri) -> None:
    restriction = restricts(policy(*statements), JOURNEY)
    assert restriction.data.allowed is expected
    if expected is YES:
        assert restriction.data.example is not None
        assert restriction.data.example.resource.startswith(ARN)


def test_known_organization_and_tags_settle_what_was_a_maybe() -> None:
    tagged = policy(allow(condition={"StringEquals": EXEMPT_TAG}))
    assert restricts(tagged, JOURNEY).data.allowed is MAYBE
    assert restricts(tagged, IN_ORGANIZATION).data.allowed is NO


def test_a_gateways_policy_that_names_an_account_means_its_root_user() -> None:
    found = restricts(policy(allow(principal={"AWS": PARTNER})), JOURNEY).data
    assert found.allowed is YES
    assert found.example is not None
    assert found.example.principal.arn == f"arn:aws:iam::{PARTNER}:root"


def test_an_interface_endpoints_policy_may_name_an_account() -> None:
    named = policy(allow(principal={"AWS": PARTNER}))
    assert restricts(named, replace(JOURNEY, is_gateway=False)).data.allowed is YES


def test_other_actions_are_told_apart() -> None:
    restriction = restricts(policy(allow(action="s3:GetBucketLocation")), JOURNEY)
    assert restriction.data.allowed is NO
    assert restriction.other.allowed is YES


def test_a_name_pattern_lets_in_whoever_finds_a_name() -> None:
    restriction = restricts(policy(allow(f"{ARN}sagemaker-*")), JOURNEY)
    assert restriction.data.allowed is NO
    assert restriction.by_pattern.allowed is YES
    assert restriction.by_pattern.example is not None
    assert restriction.by_pattern.example.resource.startswith(f"{ARN}sagemaker-")
    assert restricts(policy(allow(OWN)), JOURNEY).by_pattern.allowed is NO


def test_an_access_point_of_a_stranger_is_told_apart() -> None:
    points = allow("arn:aws:s3:us-east-1:*:accesspoint/*")
    restriction = restricts(policy(allow(OWN), points), JOURNEY)
    assert (restriction.data.allowed, restriction.by_access_point.allowed) == (NO, YES)
    assert restricts(policy(allow(OWN)), JOURNEY).by_access_point.allowed is NO
    own = when("s3:DataAccessPointAccount", ACCOUNT)
    assert restricts(policy({**points, "Condition": own}), JOURNEY).by_access_point.allowed is NO


def test_every_first_letter_denied_leaves_no_bucket() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.-"
    closed = policy(allow(), deny([f"{ARN}{each}*" for each in letters]))
    assert restricts(closed, JOURNEY).data.allowed is NO
    ajar = policy(allow(), deny([f"{ARN}{each}*" for each in letters if each != "q"]))
    assert restricts(ajar, JOURNEY).by_pattern.allowed is YES


def test_peers_fault_6_effect_is_not_ignored() -> None:
    """The guide's own Deny, added to a trusted policy, must not make it look worse."""
    for statements in ([allow(OWN)], [allow(OWN), *GUIDE_PAGE_DENIES]):
        restriction = restricts(policy(*statements), JOURNEY)
        assert (restriction.data.allowed, restriction.by_pattern.allowed) == (NO, NO)
        assert set(packages(*statements).values()) == {(NO, NO)}


def test_peers_fault_7_each_endpoint_is_judged_by_its_own_policy() -> None:
    """A closed endpoint beside an open one, each on its own route table, closes only itself."""
    policies = {"vpce-0aa": policy(allow(OWN)), "vpce-0bb": policy(allow())}
    answers = {
        endpoint: restricts(found, replace(JOURNEY, endpoint_id=endpoint)).data.allowed
        for endpoint, found in policies.items()
    }
    assert answers == {"vpce-0aa": NO, "vpce-0bb": YES}


def packages(*statements: Json, **changes: Json) -> dict[str, tuple[Tri, Tri]]:
    answers = package_requests(policy(*statements), replace(JOURNEY, **changes))
    return {each.bucket: (each.unsigned.allowed, each.signed.allowed) for each in answers}


GUIDE_PAGE = {each.bucket("us-east-1") for each in REPOSITORIES if each.on_guide_page}


def test_full_access_lets_every_package_through() -> None:
    assert set(packages(allow()).values()) == {(YES, YES)}


def test_the_guides_denies_close_what_it_names_and_no_more() -> None:
    found = packages(allow(), *GUIDE_PAGE_DENIES)
    assert {bucket for bucket, answer in found.items() if answer == (NO, NO)} == GUIDE_PAGE
    assert {answer for bucket, answer in found.items() if bucket not in GUIDE_PAGE} == {(YES, YES)}


def test_an_allow_for_the_account_stops_who_does_not_sign() -> None:
    """Package managers do not sign, so a limit on principals denies them already."""
    found = packages(allow(condition=when("aws:PrincipalAccount", ACCOUNT)))
    assert set(found.values()) == {(NO, YES)}


def test_named_buckets_let_no_package_through() -> None:
    assert set(packages(allow(OWN)).values()) == {(NO, NO)}


def test_own_accounts_buckets_are_none_of_amazons() -> None:
    found = packages(allow(condition=when("aws:ResourceAccount", ACCOUNT)))
    assert set(found.values()) == {(NO, NO)}


def test_a_deny_of_another_region_does_not_count() -> None:
    region = deny([f"{ARN}packages.eu-west-1.amazonaws.com/*"])
    found = packages(allow(), region)
    assert found["packages.us-east-1.amazonaws.com"] == (YES, YES)
    found = packages(allow(), region, region="eu-west-1")
    assert found["packages.eu-west-1.amazonaws.com"] == (NO, NO)


def test_a_part_of_the_packages_is_not_all_of_them() -> None:
    found = packages(allow(), deny(f"{ARN}packages.*.amazonaws.com/2018.03/*"))
    assert found["packages.us-east-1.amazonaws.com"] == (YES, YES)


def test_the_guides_page_alone_allows_nothing() -> None:
    found = parse_policy({"Statement": [*GUIDE_PAGE_DENIES]})
    assert restricts(found, JOURNEY).data.allowed is NO
    assert all(each.signed.allowed is NO for each in package_requests(found, JOURNEY))
