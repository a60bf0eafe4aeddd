"""The rule of AWS Config: a change re-scores the right VPC, and what is read back is right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws import networks
from local_aws.recorder import VPC
from tests.e2e.scoring import ANSWERED, FAILED, SCORED, ScoreRule
from vpc_guardrail.adapters.aws_calls import CONFIG_RULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork

ENDPOINT = "AWS::EC2::VPCEndpoint"
GROUP = "AWS::EC2::SecurityGroup"
ROUTE_TABLE = "AWS::EC2::RouteTable"

READS = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
]
"""What one reading of a sound VPC calls: its groups by tag, and its default one."""

ALL_ATTEMPTS = 4
"""More than the SDK tries by itself."""


@pytest.fixture(scope="module")
def rule(aws: LocalAws, session: AwsSession, artifact: Path) -> ScoreRule:
    """A demanding one, by which subnets and groups with a name are those of training."""
    parameters = {"TrainingSubnetTags": "Name", "MinimumScore": "95"}
    return ScoreRule.deployed(aws, session, artifact, "scoring", parameters)


@pytest.fixture
def ec2(session: AwsSession) -> Any:
    return session.client("ec2")


@pytest.fixture
def network(session: AwsSession, ec2: Any) -> TrainingNetwork:
    """A sound network of the test's own."""
    return networks.sound_network(ec2, session.client("s3"))


@pytest.fixture
def other(session: AwsSession, ec2: Any) -> TrainingNetwork:
    """Another one, that a change of the first must leave alone."""
    return networks.sound_network(ec2, session.client("s3"))


def move_to_bare_route_table(ec2: Any, network: TrainingNetwork) -> str:
    table = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    tables = ec2.describe_route_tables(RouteTableIds=[network.route_table_id])["RouteTables"]
    for association in tables[0]["Associations"]:
        ec2.replace_route_table_association(
            AssociationId=association["RouteTableAssociationId"], RouteTableId=table
        )
    return str(table)


def shut_members_out(ec2: Any, network: TrainingNetwork) -> str:
    group = network.security_group_id
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[itself])
    return group


def open_endpoint(ec2: Any, network: TrainingNetwork) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    ec2.modify_vpc_endpoint(VpcEndpointId=network.s3_endpoint_id, PolicyDocument=policy)
    return network.s3_endpoint_id


@pytest.mark.parametrize(
    ("resource_type", "spoil", "told"),
    [
        pytest.param(
            ROUTE_TABLE, move_to_bare_route_table, "CRITICAL s3-reachable", id="route table"
        ),
        pytest.param(
            GROUP, shut_members_out, "HIGH security-group-self-ingress: sg-", id="security group"
        ),
        pytest.param(
            ENDPOINT, open_endpoint, "MEDIUM s3-endpoint-policy-restricted: vpce-", id="endpoint"
        ),
    ],
)
def test_a_change_scores_the_right_vpc_anew(
    rule: ScoreRule,
    ec2: Any,
    network: TrainingNetwork,
    other: TrainingNetwork,
    resource_type: str,
    spoil: Callable[[Any, TrainingNetwork], str],
    told: str,
) -> None:
    rule.change(VPC, network.vpc_id)
    before = rule.results()[network.vpc_id]
    rule.change(resource_type, spoil(ec2, network))
    results = rule.results()

    assert (before.compliance, before.annotation) == ("COMPLIANT", "Score 100 of 100.")
    assert results[network.vpc_id].compliance == "NON_COMPLIANT"
    assert told in results[network.vpc_id].annotation
    assert other.vpc_id not in results


def test_what_is_mended_is_compliant_again(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork
) -> None:
    rule.change(GROUP, shut_members_out(ec2, network))
    itself = {
        "IpProtocol": "-1",
        "UserIdGroupPairs": [{"GroupId": network.security_group_id}],
    }
    ec2.authorize_security_group_ingress(GroupId=network.security_group_id, IpPermissions=[itself])
    rule.change(GROUP, network.security_group_id)

    assert rule.results()[network.vpc_id].compliance == "COMPLIANT"


def test_the_settings_of_the_environment_hold_for_the_score(
    rule: ScoreRule, network: TrainingNetwork
) -> None:
    exemption = {"check": "required-services-reachable", "vpc": network.vpc_id}
    granted = {"owner": "net", "reason": "It is being built.", "expires": "2999-12-31"}
    severe = {"required-services-reachable": {"severity": "HIGH"}}
    document = {"required_services": ["sts"], "checks": severe}
    rule.change(VPC, network.vpc_id)
    assert rule.results()[network.vpc_id].compliance == "COMPLIANT"

    try:
        rule.set(document)
        failing = rule.comes_to_say(network.vpc_id, "HIGH required-services-reachable")
        rule.set({**document, "exemptions": [{**exemption, **granted}]})
        exempted = rule.comes_to_say(network.vpc_id, "Exempted: required-services-reachable")
    finally:
        rule.set({})
        as_before = rule.comes_to_say(network.vpc_id, r"^Score 100 of 100\.$")

    assert failing.compliance == "NON_COMPLIANT"
    assert exempted.compliance == as_before.compliance == "COMPLIANT"


def test_a_deleted_endpoint_is_known_by_what_was_recorded_of_it(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork, other: TrainingNetwork
) -> None:
    rule.change(ENDPOINT, network.s3_endpoint_id)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[network.s3_endpoint_id])
    rule.change(ENDPOINT, network.s3_endpoint_id)
    results = rule.results()

    assert results[network.vpc_id].compliance == "NON_COMPLIANT"
    assert "s3-gateway-endpoint" in results[network.vpc_id].annotation
    assert other.vpc_id not in results


def test_an_item_too_large_to_be_told_is_looked_up(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork
) -> None:
    rule.change(GROUP, shut_members_out(ec2, network), oversized=True)

    assert rule.results()[network.vpc_id].compliance == "NON_COMPLIANT"


def test_what_nobody_recorded_before_has_all_vpcs_scored(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork, other: TrainingNetwork
) -> None:
    ec2.delete_vpc_endpoints(VpcEndpointIds=[network.s3_endpoint_id])
    rule.change(ENDPOINT, network.s3_endpoint_id)
    results = rule.results()

    assert results[network.vpc_id].compliance == "NON_COMPLIANT"
    assert results[other.vpc_id].compliance == "COMPLIANT"


def test_nothing_applies_to_a_deleted_vpc(rule: ScoreRule, ec2: Any) -> None:
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.delete_vpc(VpcId=vpc_id)
    with rule.function.recorded() as calls:
        rule.change(VPC, vpc_id)

    assert rule.results()[vpc_id].compliance == "NOT_APPLICABLE"
    assert calls == ["config:PutEvaluations"]


def test_the_schedule_scores_all_vpcs_and_takes_back_what_is_there_no_more(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork, other: TrainingNetwork
) -> None:
    vanishing = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vanishing, CidrBlock="10.9.1.0/24")["Subnet"]
    rule.change(VPC, vanishing)
    before = rule.results()[vanishing]
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vanishing)
    shut_members_out(ec2, other)
    rule.tick()
    results = rule.results()

    assert before.compliance == "NON_COMPLIANT"
    assert results[vanishing].compliance == "NOT_APPLICABLE"
    assert results[network.vpc_id].compliance == "COMPLIANT"
    assert results[other.vpc_id].compliance == "NON_COMPLIANT"
    assert {each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]} <= results.keys()


NOT_NEEDED_HERE = {"ec2:DescribePrefixLists"}
"""Where S3's endpoint is the only way out of a table, S3's addresses decide nothing."""


@pytest.mark.parametrize("action", sorted({*READS} - NOT_NEEDED_HERE))
def test_what_may_not_be_read_is_never_compliant(
    rule: ScoreRule, network: TrainingNetwork, action: str
) -> None:
    with rule.function.denied(action):
        rule.change(VPC, network.vpc_id)
    result = rule.results()[network.vpc_id]

    assert result.compliance == "NOT_APPLICABLE"
    assert result.annotation.startswith("Undetermined. ")


def test_the_schedule_tells_nothing_where_vpcs_may_not_be_listed(
    rule: ScoreRule, network: TrainingNetwork
) -> None:
    rule.change(VPC, network.vpc_id)
    with rule.function.denied("ec2:DescribeVpcs"):
        rule.start_tick()
        failed = rule.wait_for_tick(FAILED)
        results = rule.results()
    rule.wait_for_tick(ANSWERED)  # Lambda tries again by itself.

    assert "ec2:DescribeVpcs is denied" in failed["reason"]
    assert results[network.vpc_id].compliance == "COMPLIANT"


def test_a_throttled_reading_raises_and_the_next_try_is_right(
    rule: ScoreRule, ec2: Any, network: TrainingNetwork
) -> None:
    group = shut_members_out(ec2, network)
    rule.function.fail("ec2:DescribeSubnets", "RequestLimitExceeded", times=ALL_ATTEMPTS)
    captured_at = rule.recorder.record(GROUP, group)
    about = f"{GROUP} {group}"
    failed = rule.wait_for(FAILED, about, captured_at)
    rule.wait_for(ANSWERED, about, captured_at)

    assert "RequestLimitExceeded" in failed["reason"]
    assert rule.results()[network.vpc_id].compliance == "NON_COMPLIANT"


def test_a_burst_of_changes_of_one_vpc_costs_one_reading(
    rule: ScoreRule, network: TrainingNetwork
) -> None:
    changed = [
        (ROUTE_TABLE, network.route_table_id),
        (GROUP, network.security_group_id),
        (ENDPOINT, network.s3_endpoint_id),
    ]
    scored = len(rule.function.records(SCORED))
    with rule.function.recorded() as calls:
        rule.change_at_once(changed)

    reads = [call for call in calls if call.startswith("ec2:")]
    assert reads == READS
    assert calls.count("config:PutEvaluations") == len(changed)
    assert len(rule.function.records(SCORED)) == scored + 1
    assert rule.results()[network.vpc_id].compliance == "COMPLIANT"


def test_the_rule_made_only_the_calls_that_are_declared(
    rule: ScoreRule, network: TrainingNetwork
) -> None:
    rule.change(VPC, network.vpc_id)
    made = {f"{call.service}:{call.operation}" for call in rule.function.calls()}

    assert made <= {f"{service}:{name}" for service, names in CONFIG_RULE.items() for name in names}
