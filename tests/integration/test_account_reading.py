"""The reading of an account before moto's EC2: one network for each VPC, by few calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, NOW, REGION
from tests.integration.networks import (
    add_interface_endpoint,
    add_list_route,
    add_nat_gateway,
    add_prefix_list,
    add_route,
    add_subnet,
    add_table,
    build_vpc,
    let_in_list,
)
from tests.integration.wire import ALWAYS, Wire, ec2_answer
from vpc_guardrail.adapters.account_reading import VPCS_AT_A_TIME, AccountInventory
from vpc_guardrail.adapters.follow_ups import NO_HOSTNAMES_NEEDED
from vpc_guardrail.adapters.pace import Pace
from vpc_guardrail.app.errors import AccountNotReadableError
from vpc_guardrail.core.model import Network, Unknown
from vpc_guardrail.core.score import VpcStatus
from vpc_guardrail.core.score_rule import ScoreRule, Tag
from vpc_guardrail.core.scoring import score_vpc

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

ONE_INSTANCE = ScoreRule(instance_count=1)
"""moto's default groups lack the rule by which several instances reach each other."""

TRAINING = (Tag("purpose", "training"),)

FOR_ONE_VPC = Counter(
    {
        "DescribePrefixLists": 1,
        "DescribeVpcs": 1,
        "DescribeSubnets": 1,
        "DescribeRouteTables": 1,
        "DescribeSecurityGroups": 1,
        "DescribeVpcEndpoints": 1,
        "DescribeNetworkAcls": 1,
        "DescribeDhcpOptions": 1,
        "DescribeVpcAttribute": 1,
    }
)


@pytest.fixture
def ec2(clients: Clients) -> EC2Client:
    return clients.ec2


@pytest.fixture
def wire(ec2: EC2Client) -> Wire:
    return Wire(ec2)


class Waited(Pace):
    """A pace that lets everything through, and counts."""

    def __init__(self) -> None:
        super().__init__(1, 1)
        self.times = 0

    def wait(self) -> None:
        self.times += 1


@pytest.fixture
def pace() -> Waited:
    return Waited()


@pytest.fixture
def account(ec2: EC2Client, pace: Waited) -> AccountInventory:
    return AccountInventory(ec2, REGION, ACCOUNT, lambda: NOW, pace)


def tag(ec2: EC2Client, resource: str, value: str = "training") -> None:
    ec2.create_tags(Resources=[resource], Tags=[{"Key": "purpose", "Value": value}])


def read(account: AccountInventory, *vpc_ids: str, rule: ScoreRule = ONE_INSTANCE) -> list[Network]:
    return [network for _, network in account.networks(vpc_ids, rule)]


def test_a_sound_vpc_is_compliant(ec2: EC2Client, account: AccountInventory) -> None:
    built = build_vpc(ec2)

    (network,) = read(account, built.id)
    score = score_vpc(built.id, network, ONE_INSTANCE)

    assert score.subnet_ids == (built.subnet,)
    assert score.unknown_checks == ()
    assert score.failed_checks == ("s3-endpoint-policy-restricted", "package-repositories-denied")
    assert score.status is VpcStatus.COMPLIANT


def test_one_vpc_costs_one_call_of_each_kind(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    built = build_vpc(ec2)
    wire.calls.clear()

    read(account, built.id)

    assert Counter(wire.calls) == FOR_ONE_VPC


def test_many_vpcs_cost_the_calls_of_one_but_for_their_dns_attributes(
    ec2: EC2Client, account: AccountInventory, wire: Wire, pace: Waited
) -> None:
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(12)]
    wire.calls.clear()

    networks = read(account, *(each.id for each in built))

    assert len(networks) == 12
    assert Counter(wire.calls) == FOR_ONE_VPC | Counter(DescribeVpcAttribute=12)
    assert pace.times == 12


def test_batches_bound_what_is_held_and_share_what_is_the_accounts(
    ec2: EC2Client,
    account: AccountInventory,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(5)]
    monkeypatch.setattr("vpc_guardrail.adapters.account_reading.VPCS_AT_A_TIME", 2)
    wire.calls.clear()
    begun = account.networks([each.id for each in built], ONE_INSTANCE)

    next(begun)
    assert Counter(wire.calls) == FOR_ONE_VPC
    assert len([*begun]) == 4
    calls = Counter(wire.calls)
    assert calls["DescribeSubnets"] == 3
    assert calls["DescribePrefixLists"] == 1
    assert VPCS_AT_A_TIME == 100


def test_each_network_holds_what_belongs_to_its_vpc_alone(
    ec2: EC2Client, account: AccountInventory
) -> None:
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(2)]

    networks = read(account, *(each.id for each in built))

    for each, network in zip(built, networks, strict=True):
        for parts in (
            network.subnets,
            network.security_groups,
            network.route_tables,
            network.endpoints,
            network.network_acls,
        ):
            assert not isinstance(parts, Unknown)
            assert {part.vpc_id for part in parts.values()} == {each.id}
        assert not isinstance(network.vpcs, Unknown)
        assert network.vpcs.keys() == {each.id}


def test_tags_and_default_groups_are_read(ec2: EC2Client, account: AccountInventory) -> None:
    built = build_vpc(ec2)
    for resource in (built.id, built.subnet, built.group):
        tag(ec2, resource)

    (network,) = read(account, built.id, rule=replace(ONE_INSTANCE, training_tags=TRAINING))

    assert not isinstance(network.security_groups, Unknown)
    groups = network.security_groups
    assert {each.is_default: each.tags for each in groups.values()} == {
        True: {},
        False: {"purpose": "training"},
    }
    vpc, subnet = network.vpc(built.id), network.subnet(built.subnet)
    assert not isinstance(vpc, Unknown)
    assert not isinstance(subnet, Unknown)
    assert vpc.tags == subnet.tags == {"purpose": "training"}


def test_groups_that_are_neither_default_nor_tagged_are_not_read(
    ec2: EC2Client, account: AccountInventory
) -> None:
    built = build_vpc(ec2)

    (network,) = read(account, built.id)

    assert not isinstance(network.security_groups, Unknown)
    assert built.group not in network.security_groups


def test_fault_14_of_untagged_vpcs_nothing_is_read_where_tags_are_asked_for(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(2)]
    tag(ec2, built[0].id)
    rule = replace(ONE_INSTANCE, included_vpc_tags=TRAINING)
    wire.calls.clear()

    networks = dict(account.networks([each.id for each in built], rule))

    statuses = {key: score_vpc(key, each, rule).status for key, each in networks.items()}
    assert statuses[built[1].id] is VpcStatus.NOT_APPLICABLE
    assert statuses[built[0].id] is VpcStatus.COMPLIANT
    filters = [each["Filters"] for name, each in wire.requests if name == "DescribeSubnets"]
    assert filters == [[{"Name": "vpc-id", "Values": [built[0].id]}]]


def test_out_of_scope_costs_no_further_call(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    built = build_vpc(ec2)
    wire.calls.clear()

    read(account, built.id, rule=replace(ONE_INSTANCE, included_vpc_tags=TRAINING))

    assert Counter(wire.calls) == Counter(DescribePrefixLists=1, DescribeVpcs=1)


def test_a_vpc_that_does_not_exist_has_no_network(account: AccountInventory) -> None:
    assert read(account, "vpc-0123456789abcdef0", "no id at all") == []


def test_dns_attributes_are_asked_for_where_a_job_has_a_place(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    ec2.create_vpc(CidrBlock="10.9.0.0/16")
    built = build_vpc(ec2)
    wire.calls.clear()

    (network,) = read(account, built.id)
    read(account, *account.vpc_ids())

    vpc = network.vpc(built.id)
    assert not isinstance(vpc, Unknown)
    assert vpc.dns_support is True
    assert vpc.dns_hostnames == NO_HOSTNAMES_NEEDED
    asked = {each["VpcId"] for name, each in wire.requests if name == "DescribeVpcAttribute"}
    assert built.id in asked


def test_an_interface_endpoint_makes_hostnames_and_its_groups_worth_knowing(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    built = build_vpc(ec2)
    add_interface_endpoint(ec2, built.id, built.subnet, "sts", built.group)
    wire.calls.clear()

    (network,) = read(account, built.id)

    vpc = network.vpc(built.id)
    assert not isinstance(vpc, Unknown)
    assert isinstance(vpc.dns_hostnames, bool)
    assert not isinstance(network.security_group(built.group), Unknown)
    extra = Counter(wire.calls) - FOR_ONE_VPC
    assert extra == Counter(DescribeVpcAttribute=1, DescribeSecurityGroups=1)


def test_nat_gateways_are_asked_for_where_a_route_leads_to_one(
    ec2: EC2Client, account: AccountInventory, wire: Wire
) -> None:
    built, other = build_vpc(ec2), build_vpc(ec2, "10.1.0.0/16")
    table = add_table(ec2, built.id, add_subnet(ec2, built.id, "10.0.1.0/24"))
    nat = add_nat_gateway(ec2, built.subnet)
    add_route(ec2, table, nat=nat)
    wire.calls.clear()

    first, second = read(account, built.id, other.id)

    assert not isinstance(first.nat_gateways, Unknown)
    assert first.nat_gateways.keys() == {nat}
    assert second.nat_gateways == {}
    (asked,) = (each for name, each in wire.requests if name == "DescribeNatGateways")
    assert asked["Filter"] == [{"Name": "vpc-id", "Values": [built.id]}]


def test_prefix_lists_are_asked_for_once_whoever_names_them(
    ec2: EC2Client,
    account: AccountInventory,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vpc_guardrail.adapters.account_reading.VPCS_AT_A_TIME", 1)
    prefix_list = add_prefix_list(ec2, "ours", "192.168.0.0/16")
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(2)]
    for each in built:
        tag(ec2, each.group)
        let_in_list(ec2, each.group, prefix_list)
        nat = add_nat_gateway(ec2, each.subnet)
        add_list_route(ec2, each.route_table, prefix_list, nat=nat)
    rule = replace(ONE_INSTANCE, training_tags=TRAINING)
    wire.calls.clear()

    networks = read(account, *(each.id for each in built), rule=rule)

    assert wire.calls.count("GetManagedPrefixListEntries") == 1
    for network in networks:
        assert not isinstance(network.prefix_lists, Unknown)
        assert not isinstance(network.prefix_lists[prefix_list].entries, Unknown)


def test_an_instance_type_that_the_table_does_not_know_is_asked_for_once(
    account: AccountInventory, ec2: EC2Client, wire: Wire
) -> None:
    built = [build_vpc(ec2, f"10.{number}.0.0/16") for number in range(2)]
    wire.calls.clear()

    networks = read(
        account, *(each.id for each in built), rule=ScoreRule(instance_type="ml.p99.48xlarge")
    )

    assert wire.calls.count("DescribeInstanceTypes") == 1
    assert [[*each.efa_support] for each in networks] == [["ml.p99.48xlarge"]] * 2


def test_all_vpcs_come_in_pages(account: AccountInventory, wire: Wire) -> None:
    first, second = (
        f"<vpcSet><item><vpcId>{vpc}</vpcId></item></vpcSet>" for vpc in ("vpc-b", "vpc-a")
    )
    wire.answers("DescribeVpcs", ec2_answer("DescribeVpcs", first, "more"))
    wire.answers("DescribeVpcs", ec2_answer("DescribeVpcs", second))

    assert account.vpc_ids() == ("vpc-a", "vpc-b")
    assert [each.get("NextToken") for _, each in wire.requests] == [None, "more"]


def test_vpcs_that_may_not_be_listed_are_no_empty_account(
    account: AccountInventory, wire: Wire
) -> None:
    wire.fails("DescribeVpcs", "UnauthorizedOperation")

    with pytest.raises(AccountNotReadableError, match="ec2:DescribeVpcs is denied"):
        account.vpc_ids()


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeVpcs",
        "DescribeSubnets",
        "DescribeRouteTables",
        "DescribeSecurityGroups",
        "DescribeVpcEndpoints",
        "DescribeNetworkAcls",
        "DescribeDhcpOptions",
        "DescribeVpcAttribute",
    ],
)
def test_what_is_denied_is_unknown_and_never_compliant(
    ec2: EC2Client, account: AccountInventory, wire: Wire, operation: str
) -> None:
    built = build_vpc(ec2)
    wire.fails(operation, "UnauthorizedOperation", times=ALWAYS)

    (network,) = read(account, built.id)
    score = score_vpc(built.id, network, ONE_INSTANCE)

    assert score.status is VpcStatus.UNDETERMINED
    assert f"ec2:{operation} is denied" in " ".join(
        [score.reason, *(each.message for each in score.findings)]
    )


def test_a_fault_raises(
    ec2: EC2Client, account: AccountInventory, wire: Wire, waits: Waits
) -> None:
    built = build_vpc(ec2)
    wire.fails("DescribeRouteTables", "RequestLimitExceeded", status=503, times=ALWAYS)

    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        read(account, built.id)


def test_keys_of_tags_are_taken_literally(ec2: EC2Client, account: AccountInventory) -> None:
    wire = Wire(ec2)
    built = build_vpc(ec2)

    read(account, built.id, rule=replace(ONE_INSTANCE, training_tags=(Tag("a*b?c\\d"),)))

    filters = [
        each["Filters"][1] for name, each in wire.requests if name == "DescribeSecurityGroups"
    ]
    assert {"Name": "tag-key", "Values": [r"a\*b\?c\\d"]} in filters
