"""The S3 endpoint's policy refuses packages from the Amazon Linux repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ACCOUNT,
    ANOTHER_ACCOUNT,
    DENIED,
    FULL_ACCESS,
    OWN_BUCKET_ONLY,
    REGION,
    S3_ROUTE,
    a_gateway_endpoint,
    a_job,
    a_nat_gateway,
    a_network,
    a_network_with_routes,
    a_policy,
    a_route,
    a_route_table,
    a_statement,
    a_subnet,
    endpoint,
    internet_gateway,
    nat,
)
from tests.findings import outcome, outcomes
from vpc_guardrail.core.checks.package_repositories_denied import evaluate
from vpc_guardrail.core.finding import Status
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Network

ALL = a_statement(action="*")
OLD = tuple(
    f"arn:aws:s3:::{name}.{REGION}.amazonaws.com/*" for name in ("packages", "repo", "amazonlinux")
)
CURRENT = (
    f"arn:aws:s3:::amazonlinux-2-repos-{REGION}/*",
    "arn:aws:s3:::al2023-*",
)
ONLY_SIGNED = a_statement(action="*", condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})


def by(policy: str) -> list[Finding]:
    network = a_network(endpoints=(a_gateway_endpoint(policy=policy),))
    return [*evaluate(a_job(), network, Settings())]


def said(network: Network) -> list[str]:
    return outcomes(evaluate(a_job(), network, Settings()))


@pytest.mark.parametrize(
    ("policy", "of_the_guide", "current"),
    [
        pytest.param(FULL_ACCESS, "FAIL MEDIUM", "FAIL LOW", id="full access"),
        pytest.param(OWN_BUCKET_ONLY, "PASS", "PASS", id="one bucket alone"),
        pytest.param(
            a_policy(ALL, a_statement("Deny", "s3:GetObject", OLD)),
            "PASS",
            "FAIL LOW",
            id="the guide's own repositories alone",
        ),
        pytest.param(
            a_policy(ALL, a_statement("Deny", "*", (*OLD, *CURRENT))), "PASS", "PASS", id="all"
        ),
        pytest.param(
            a_policy(ALL, a_statement("Deny", "s3:PutObject", OLD)),
            "FAIL MEDIUM",
            "FAIL LOW",
            id="a Deny of another action",
        ),
        pytest.param(
            a_policy(ALL, a_statement("Deny", "s3:*", OLD[:2])),
            "FAIL MEDIUM",
            "FAIL LOW",
            id="a Deny that leaves one out",
        ),
        pytest.param(a_policy(ONLY_SIGNED), "FAIL LOW", "FAIL LOW", id="only signed requests"),
        pytest.param(
            a_policy(
                a_statement(action="*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
            ),
            "FAIL LOW",
            "FAIL LOW",
            id="signed by an organization",
        ),
        pytest.param(
            a_policy(
                a_statement(action="*", condition={"StringEquals": {"aws:ResourceOrgID": "o-1"}})
            ),
            "PASS",
            "PASS",
            id="buckets of an organization",
        ),
    ],
)
def test_table_of_policies(policy: str, of_the_guide: str, current: str) -> None:
    assert outcomes(by(policy)) == [f"vpce-s3: {of_the_guide}", f"vpce-s3: {current}"]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(
            a_network(endpoints=(a_gateway_endpoint(policy="[]"),)),
            ["vpce-s3: UNKNOWN"],
            id="no policy",
        ),
        pytest.param(
            a_network(subnets=(a_subnet(owner=ANOTHER_ACCOUNT), a_subnet("subnet-b", owner="x"))),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="a shared VPC",
        ),
        pytest.param(
            a_network(route_tables=DENIED),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="route tables are not read",
        ),
        pytest.param(
            a_network_with_routes(endpoints=()),
            ["subnet-a: NOT_APPLICABLE", "subnet-b: NOT_APPLICABLE"],
            id="no endpoint",
        ),
    ],
)
def test_table_of_networks(network: Network, expected: list[str]) -> None:
    assert said(network) == expected


def test_fault_6_the_effect_is_honoured() -> None:
    assert by(OWN_BUCKET_ONLY) == by(
        a_policy(
            a_statement(
                action=("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
                resource=("arn:aws:s3:::training-data", "arn:aws:s3:::training-data/*"),
            ),
            a_statement("Deny", "s3:*", OLD),
        )
    )


def test_fault_7_a_closed_endpoint_does_not_close_the_open_one_beside_it() -> None:
    network = a_network(
        route_tables=(
            a_route_table(id="rtb-a", subnets=("subnet-a",)),
            a_route_table(
                a_route("pl-s3", to=endpoint("vpce-open")), id="rtb-b", subnets=("subnet-b",)
            ),
        ),
        endpoints=(
            a_gateway_endpoint(route_tables=("rtb-a",)),
            a_gateway_endpoint("vpce-open", route_tables=("rtb-b",), policy=FULL_ACCESS),
        ),
    )

    assert said(network) == [
        "vpce-s3: PASS",
        "vpce-s3: PASS",
        "vpce-open: FAIL MEDIUM",
        "vpce-open: FAIL LOW",
    ]


def test_with_a_nat_route_it_says_that_the_policy_does_not_bind_that_way() -> None:
    network = a_network_with_routes(
        S3_ROUTE,
        a_route("0.0.0.0/0", to=nat()),
        nat_gateways=(a_nat_gateway(),),
        nat_routes=(a_route("0.0.0.0/0", to=internet_gateway()),),
    )

    for finding in evaluate(a_job(), network, Settings()):
        assert outcome(finding) == "PASS"
        assert "no endpoint policy binds it" in finding.message
        assert finding.evidence["subnets_with_nat"] == ["subnet-a", "subnet-b"]


def test_what_is_open_is_named() -> None:
    of_guide, current = by(FULL_ACCESS)

    assert of_guide.evidence["open"][0] == f"packages.{REGION}.amazonaws.com"
    assert of_guide.evidence["request"]["principal"] == "anyone, unsigned"
    assert "Amazon Linux 2023" in current.message
    assert "modify-vpc-endpoint" in current.remediation


def test_the_remedy_passes() -> None:
    first = by(FULL_ACCESS)[0]
    policy = first.remediation.partition(" --policy-document '")[2].partition("'")[0]

    assert {finding.status for finding in by(policy)} == {Status.PASS}


def test_without_the_jobs_role_nothing_is_said() -> None:
    job = a_job(role_arn=Unknown("the job's role is not told"))

    assert outcomes(evaluate(job, a_network(), Settings())) == ["vpce-s3: UNKNOWN"]
