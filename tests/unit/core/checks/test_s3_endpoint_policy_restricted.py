"""The S3 endpoint's policy refuses buckets that nobody named, in foreign accounts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ACCOUNT,
    ANOTHER_ACCOUNT,
    BUCKET,
    DATA_ACTIONS,
    DENIED,
    FULL_ACCESS,
    OWN_BUCKET_ONLY,
    REGION,
    S3_ROUTE,
    a_gateway_endpoint,
    a_job,
    a_network,
    a_network_with_routes,
    a_place,
    a_policy,
    a_route,
    a_route_table,
    a_statement,
    a_subnet,
    a_tuning_job,
    an_interface_endpoint,
    endpoint,
    internet_gateway,
    nat,
    of_bucket,
    transit_gateway,
)
from tests.commands import problems
from tests.findings import outcomes, the
from vpc_guardrail.core import policy_remedies
from vpc_guardrail.core.checks.s3_endpoint_policy_restricted import evaluate
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Network, TrainingJob

OWN = a_statement(action=DATA_ACTIONS, resource=of_bucket())
ALL = a_statement(action="*")
GUIDES_DENY = a_statement(
    "Deny", "s3:*", ("arn:aws:s3:::packages.*.amazonaws.com/*", "arn:aws:s3:::repo.*/*")
)


def by(policy: str, job: TrainingJob | None = None) -> list[Finding]:
    network = a_network(endpoints=(a_gateway_endpoint(policy=policy),))
    return [*evaluate(job or a_job(), network, Settings())]


def said(network: Network) -> list[str]:
    return outcomes(evaluate(a_job(), network, Settings()))


EXEMPT_IN_ORGANIZATION = {"aws:PrincipalOrgID": "o-1", "aws:PrincipalTag/exempt": "true"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(FULL_ACCESS, "FAIL MEDIUM", id="full access, the default"),
        pytest.param(OWN_BUCKET_ONLY, "PASS", id="one bucket alone"),
        pytest.param(
            a_policy(a_statement("Deny", "s3:*")), "PASS", id="what only denies lets nothing out"
        ),
        pytest.param(
            a_policy(ALL, GUIDES_DENY), "FAIL MEDIUM", id="the guide's Deny beside full access"
        ),
        pytest.param(
            a_policy(
                ALL,
                a_statement(
                    "Deny", "*", condition={"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}
                ),
            ),
            "PASS",
            id="a Deny of all accounts but the own",
        ),
        pytest.param(
            a_policy(
                a_statement(action="*", condition={"StringEquals": {"s3:ResourceAccount": ACCOUNT}})
            ),
            "PASS",
            id="buckets of the own account",
        ),
        pytest.param(
            a_policy(
                a_statement(
                    action="*", condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
                )
            ),
            "FAIL MEDIUM",
            id="principals of the own account, any bucket",
        ),
        pytest.param(
            a_policy(
                a_statement(action="*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
            ),
            "FAIL MEDIUM",
            id="principals of an organization, any bucket",
        ),
        pytest.param(
            a_policy(a_statement(action="*", condition={"StringEquals": EXEMPT_IN_ORGANIZATION})),
            "UNKNOWN",
            id="principals with a tag, of an organization that is not read",
        ),
        pytest.param(
            a_policy(
                OWN,
                a_statement(
                    action=DATA_ACTIONS,
                    resource="arn:aws:s3:::sagemaker-*",
                    condition={"StringEquals": EXEMPT_IN_ORGANIZATION},
                ),
            ),
            "UNKNOWN",
            id="a pattern, for principals with a tag that is not read",
        ),
        pytest.param(
            a_policy(a_statement(action=DATA_ACTIONS, resource="arn:aws:s3:::sagemaker-*")),
            "FAIL LOW",
            id="a pattern that anybody's bucket may fit",
        ),
        pytest.param(
            a_policy(OWN, a_statement(action="s3:DeleteObject")),
            "FAIL LOW",
            id="what carries no data",
        ),
        pytest.param(
            a_policy(OWN, a_statement(action="*", resource=f"arn:aws:s3:{REGION}:*:accesspoint/*")),
            "FAIL LOW",
            id="access points of anybody",
        ),
        pytest.param("{", "UNKNOWN", id="no JSON"),
        pytest.param(
            a_policy({**OWN, "Effect": "Perhaps"}), "UNKNOWN", id="no effect that there is"
        ),
    ],
)
def test_table_of_policies(policy: str, expected: str) -> None:
    assert outcomes(by(policy)) == [f"vpce-s3: {expected}"]


TWO_ENDPOINTS = a_network(
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
NO_POLICY_TOLD = replace(a_gateway_endpoint(), policy=None)
SHARED = tuple(a_subnet(name, owner=ANOTHER_ACCOUNT) for name in ("subnet-a", "subnet-b"))
BOTH_UNKNOWN = ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"]
NEITHER = ["subnet-a: NOT_APPLICABLE", "subnet-b: NOT_APPLICABLE"]
TO_NAT = a_route("0.0.0.0/0", to=nat())
TO_TGW = a_route("0.0.0.0/0", to=transit_gateway())
TO_IGW = a_route("0.0.0.0/0", to=internet_gateway())


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(
            a_network(endpoints=(a_gateway_endpoint(), an_interface_endpoint(policy=FULL_ACCESS))),
            ["vpce-if: FAIL MEDIUM"],
            id="S3's name leads to the open interface endpoint, past the closed gateway endpoint",
        ),
        pytest.param(
            a_network(
                endpoints=(
                    a_gateway_endpoint(),
                    an_interface_endpoint(policy=FULL_ACCESS, only_for_inbound_resolver=True),
                )
            ),
            ["vpce-s3: PASS"],
            id="an interface endpoint for inbound resolvers alone is not on the way",
        ),
        pytest.param(
            a_network(endpoints=(NO_POLICY_TOLD,)), ["vpce-s3: UNKNOWN"], id="no policy is told"
        ),
        pytest.param(a_network(subnets=SHARED), BOTH_UNKNOWN, id="a shared VPC"),
        pytest.param(a_network(endpoints=()), BOTH_UNKNOWN, id="an endpoint out of sight"),
        pytest.param(a_network(endpoints=DENIED), BOTH_UNKNOWN, id="endpoints are not read"),
        pytest.param(a_network(subnets=DENIED), BOTH_UNKNOWN, id="subnets are not read"),
        pytest.param(a_network_with_routes(TO_TGW), BOTH_UNKNOWN, id="a transit gateway"),
        pytest.param(a_network_with_routes(TO_IGW), NEITHER, id="an internet gateway alone"),
        pytest.param(a_network_with_routes(endpoints=()), NEITHER, id="no way at all"),
        pytest.param(
            a_network_with_routes(S3_ROUTE, a_route("52.219.8.0/24", to=transit_gateway())),
            BOTH_UNKNOWN,
            id="a part of S3's addresses goes out of sight",
        ),
    ],
)
def test_table_of_networks(network: Network, expected: list[str]) -> None:
    assert said(network) == expected


def test_fault_6_the_effect_is_honoured() -> None:
    """The guide's own Deny, added to a policy that trusts one bucket, makes it no worse."""
    (before,) = by(OWN_BUCKET_ONLY)
    (after,) = by(a_policy(OWN, GUIDES_DENY))

    assert before == after


def test_fault_7_a_closed_endpoint_does_not_close_the_open_one_beside_it() -> None:
    assert said(TWO_ENDPOINTS) == ["vpce-s3: PASS", "vpce-open: FAIL MEDIUM"]


def test_the_request_that_gets_through_is_named_with_its_statement() -> None:
    finding = the(by(a_policy({**ALL, "Sid": "Everything"})))

    assert finding.evidence["endpoint"] == "vpce-s3"
    assert finding.evidence["subnets"] == ["subnet-a", "subnet-b"]
    assert finding.evidence["request"]["statements"] == ["Everything"]
    assert "by Everything" in finding.message


def test_the_remedy_admits_the_jobs_bucket_and_passes() -> None:
    finding = the(by(FULL_ACCESS))
    command, _, rest = finding.remediation.partition(" --policy-document '")
    policy = rest.partition("'")[0]

    assert command.endswith("&& aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3")
    assert f"arn:aws:s3:::{BUCKET}/*" in json.loads(policy)["Statement"][0]["Resource"]
    assert outcomes(by(policy)) == ["vpce-s3: PASS"]


def buckets(number: int) -> TrainingJob:
    return a_job(s3_places=[a_place(f"s3://a-bucket-{each}") for each in range(number)])


def test_a_remedy_that_is_too_long_names_the_command_that_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(policy_remedies, "LONGEST_COMMAND", 1_000)
    finding = the(by(FULL_ACCESS, buckets(10)))

    assert "vpc-guardrail generate endpoint-policy --job train-1 > policy.json" in (
        finding.remediation
    )
    assert len(finding.remediation) < policy_remedies.LONGEST_COMMAND


def test_a_remedy_for_a_tuning_job_names_its_arn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_remedies, "LONGEST_COMMAND", 1_000)
    tuning = a_tuning_job(buckets(10))
    finding = the(by(FULL_ACCESS, tuning.judged[0]))

    assert f"vpc-guardrail generate endpoint-policy --job {tuning.arn} > " in finding.remediation


def test_where_no_policy_can_be_made_the_one_in_force_is_opened_for_change() -> None:
    finding = the(by(FULL_ACCESS, buckets(400)))

    assert "400 buckets do not fit into one endpoint policy" in finding.remediation
    assert "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids vpce-s3" in finding.remediation
    assert problems(finding.remediation) == []


def test_a_remedy_for_a_job_without_buckets_asks_for_their_names() -> None:
    finding = the(by(FULL_ACCESS, a_job(s3_places=())))

    assert "read -r BUCKET && " in finding.remediation
    assert '--bucket "$BUCKET"' in finding.remediation
    assert problems(finding.remediation) == []


def test_without_the_jobs_role_nothing_is_said() -> None:
    found = by(OWN_BUCKET_ONLY, a_job(role_arn=Unknown("the job's role is not told")))

    assert outcomes(found) == ["vpce-s3: UNKNOWN"]


def test_the_remedy_admits_the_buckets_that_the_owner_allows_and_no_others() -> None:
    network = a_network(endpoints=(a_gateway_endpoint(policy=FULL_ACCESS),))
    settings = Settings(allowed_buckets=("shared-models", BUCKET))

    (finding,) = evaluate(a_job(), network, settings)

    assert "arn:aws:s3:::shared-models/*" in finding.remediation
    assert finding.remediation.count(f"arn:aws:s3:::{BUCKET}/*") == 1
