"""Each bucket of the job refuses requests that do not come through the VPC."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ACCOUNT,
    ANOTHER_ACCOUNT,
    BUCKET,
    DATA_ACTIONS,
    DENIED,
    ROLE,
    VPC,
    a_bucket,
    a_job,
    a_network,
    a_network_with_routes,
    a_place,
    a_policy,
    a_statement,
    of_bucket,
)
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.bucket_policy_vpc_only import evaluate
from vpc_guardrail.core.model import S3Bucket, Unknown
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Network


def found(*buckets: S3Bucket) -> list[Finding]:
    return [*evaluate(a_job(), a_network(buckets=buckets), Settings())]


def denying(
    operator: str, key: str, value: object, actions: tuple[str, ...] = ("s3:*",)
) -> dict[str, object]:
    statement = a_statement("Deny", actions, of_bucket())
    return {**statement, "Condition": {operator: {key: value}}}


def letting_in(principal: object, **more: object) -> dict[str, object]:
    statement = a_statement(action=DATA_ACTIONS, resource=of_bucket())
    return {**statement, "Principal": principal, **more}


NOT_THE_VPC = denying("StringNotEquals", "aws:SourceVpc", VPC)


NOT_ADMINISTRATOR = {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/administrator"}
EXCEPT_ADMINISTRATOR = {
    **NOT_THE_VPC,
    "Condition": {
        "StringNotEquals": {"aws:SourceVpc": VPC},
        "ArnNotEquals": NOT_ADMINISTRATOR,
    },
}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param([NOT_THE_VPC], "PASS", id="a Deny of all but the VPC"),
        pytest.param(
            [denying("StringNotEquals", "aws:sourceVpce", "vpce-s3")], "PASS", id="the endpoint"
        ),
        pytest.param(
            [denying("StringNotEquals", "aws:SourceVpc", [VPC, "vpc-x"])],
            "PASS",
            id="several VPCs",
        ),
        pytest.param(
            [denying("StringNotEqualsIfExists", "aws:SourceVpc", VPC)],
            "PASS",
            id="IfExists on a negated operator changes nothing",
        ),
        pytest.param(
            [letting_in("*"), NOT_THE_VPC], "PASS", id="a Deny beside an Allow for everyone"
        ),
        pytest.param(
            [letting_in("*"), denying("Bool", "aws:SecureTransport", "false")],
            "FAIL MEDIUM",
            id="a Deny of plain HTTP",
        ),
        pytest.param(
            [denying("StringNotEquals", "aws:SourceVpc", VPC, ("s3:DeleteObject",))],
            "FAIL MEDIUM",
            id="a Deny of deleting alone",
        ),
        pytest.param(
            [denying("StringNotEquals", "aws:SourceVpc", VPC, ("s3:GetObject",))],
            "FAIL MEDIUM",
            id="a Deny of reading alone",
        ),
        pytest.param(
            [letting_in("*", Condition={"StringEqualsIfExists": {"aws:SourceVpc": VPC}})],
            "FAIL MEDIUM",
            id="an Allow with IfExists lets in whoever comes from no VPC",
        ),
        pytest.param(
            [denying("StringNotEquals", "aws:SourceVpc", VPC, ("s3:GetObject", "s3:PutObject"))],
            "FAIL LOW",
            id="listing is left open",
        ),
        pytest.param(
            [EXCEPT_ADMINISTRATOR], "FAIL LOW", id="an administrator is exempt by his ARN"
        ),
        pytest.param(
            [letting_in({"AWS": ROLE})], "FAIL MEDIUM", id="an Allow for the role, from anywhere"
        ),
        pytest.param(
            [letting_in({"AWS": ROLE}, Condition={"StringEquals": {"aws:SourceVpc": VPC}})],
            "UNKNOWN",
            id="an Allow for the role from the VPC: what identities are granted is not read",
        ),
    ],
)
def test_table_of_policies(statements: list[dict[str, object]], expected: str) -> None:
    assert outcomes(found(a_bucket(policy=a_policy(*statements)))) == [f"{BUCKET}: {expected}"]


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        pytest.param(a_bucket(policy=None), "FAIL MEDIUM", id="no policy"),
        pytest.param(a_bucket(policy=DENIED), "UNKNOWN", id="a policy that may not be read"),
        pytest.param(a_bucket(policy="[1]"), "UNKNOWN", id="no policy that can be judged"),
        pytest.param(a_bucket(region="us-east-1"), "UNKNOWN", id="another Region"),
        pytest.param(a_bucket(region=DENIED), "UNKNOWN", id="a Region that is not told"),
        pytest.param(S3Bucket(BUCKET, DENIED, DENIED, DENIED), "UNKNOWN", id="another account's"),
    ],
)
def test_table_of_buckets(bucket: S3Bucket, expected: str) -> None:
    assert outcomes(found(bucket)) == [f"{BUCKET}: {expected}"]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(a_network(), "PASS", id="an endpoint"),
        pytest.param(a_network_with_routes(endpoints=()), "PASS", id="no endpoint"),
        pytest.param(a_network(endpoints=DENIED), "PASS", id="endpoints are not read"),
        pytest.param(a_network(subnets=DENIED), "UNKNOWN", id="the VPC is not known"),
        pytest.param(a_network(buckets=DENIED), "UNKNOWN", id="buckets are not read"),
        pytest.param(a_network(buckets=()), "UNKNOWN", id="the bucket was not read"),
    ],
)
def test_table_of_networks(network: Network, expected: str) -> None:
    assert outcomes(evaluate(a_job(), network, Settings())) == [f"{BUCKET}: {expected}"]


def test_each_bucket_is_judged_once_and_what_is_no_ordinary_bucket_is_unknown() -> None:
    places = [a_place(f"s3://{name}/x") for name in ("first", "second", "first", "third--x-s3")]
    buckets = (a_bucket("first", policy=None), a_bucket("second", policy=None))
    said = evaluate(a_job(s3_places=places), a_network(buckets=buckets), Settings())

    assert outcomes(said) == [
        "s3://third--x-s3/x: UNKNOWN",
        "first: FAIL MEDIUM",
        "second: FAIL MEDIUM",
    ]


def test_no_policy_is_told_in_its_own_words() -> None:
    assert "has no policy" in the(found(a_bucket(policy=None))).message


def test_the_remedy_keeps_what_the_policy_says_and_passes() -> None:
    policy = a_policy(
        {**letting_in({"AWS": f"arn:aws:iam::{ANOTHER_ACCOUNT}:root"}), "Sid": "Kept"}
    )
    finding = the(found(a_bucket(policy=policy)))
    mended = finding.remediation.partition(" --policy '")[2].rstrip("'")

    assert outcomes([finding]) == [f"{BUCKET}: FAIL MEDIUM"]
    assert finding.remediation.startswith(f"aws s3api put-bucket-policy --bucket {BUCKET} ")
    assert json.loads(mended)["Statement"][0]["Sid"] == "Kept"
    assert outcomes(found(a_bucket(policy=mended))) == [f"{BUCKET}: PASS"]


def test_a_long_remedy_names_the_command_that_makes_it() -> None:
    statements = [{**letting_in("*"), "Sid": f"Statement{number}"} for number in range(10)]
    finding = the(found(a_bucket(policy=a_policy(*statements))))

    assert f"vpc-guardrail generate bucket-policy --job train-1 --bucket {BUCKET} >" in (
        finding.remediation
    )


def test_a_job_that_names_no_bucket_is_not_concerned() -> None:
    finding = the(evaluate(a_job(s3_places=()), a_network(), Settings()))

    assert (finding.status.value, ACCOUNT in finding.resource) == ("NOT_APPLICABLE", True)


def test_without_the_jobs_role_nothing_is_said() -> None:
    job = a_job(role_arn=Unknown("the job's role is not told"))

    assert outcomes(evaluate(job, a_network(), Settings())) == [f"{BUCKET}: UNKNOWN"]
