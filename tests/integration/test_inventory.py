"""The inventory before moto's EC2: which calls it makes, and what it makes of the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, NoReturn

import pytest
from botocore.exceptions import ClientError

from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    a_job,
    a_network,
    a_subnet,
    a_vpc,
    an_interface_endpoint,
)
from tests.integration.networks import (
    BuiltVpc,
    add_gateway_endpoint,
    add_group,
    add_interface_endpoint,
    add_list_route,
    add_nat_gateway,
    add_prefix_list,
    add_route,
    add_subnet,
    add_table,
    associations,
    build_vpc,
    let_in_list,
)
from tests.integration.wire import ALWAYS, Wire, ec2_answer
from vpc_guardrail.adapters import list_reading
from vpc_guardrail.adapters.aws_calls import JOB_INSPECTOR
from vpc_guardrail.adapters.endpoint_needs import needs_dns_hostnames
from vpc_guardrail.adapters.follow_ups import NO_HOSTNAMES_NEEDED, NO_NAT_GATEWAY_NEEDED
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.s3_reader import S3Reader
from vpc_guardrail.core import routing
from vpc_guardrail.core.acl import acl_of
from vpc_guardrail.core.interfaces import interface_endpoint_for
from vpc_guardrail.core.model import (
    DhcpOptions,
    Direction,
    EndpointType,
    Network,
    PrefixList,
    TargetKind,
    TrainingJob,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ec2 import EC2Client

    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

FIRST_WAVE = ("DescribeSubnets", "DescribeSecurityGroups", "DescribePrefixLists")
SECOND_WAVE = (
    "DescribeVpcs",
    "DescribeRouteTables",
    "DescribeVpcEndpoints",
    "DescribeNetworkAcls",
    "DescribeVpcAttribute",
    "DescribeDhcpOptions",
)
"""The last one needs the ids that DescribeVpcs tells."""

COLD = len(FIRST_WAVE) + len(SECOND_WAVE)
"""EC2's calls for a job whose VPC has neither NAT, interface endpoints nor further prefix lists."""

FOLLOW_UPS = (
    "DescribeVpcAttribute",
    "DescribeSecurityGroups",
    "GetManagedPrefixListEntries",
    "DescribeNatGateways",
)
"""What interface endpoints, a further prefix list and a route to a NAT gateway cost beside."""

OF_FILE_SYSTEMS = {"DescribeNetworkInterfaces"}
"""Asked for where a job names file systems: see test_file_systems.py."""


@pytest.fixture
def ec2(clients: Clients) -> EC2Client:
    return clients.ec2


@pytest.fixture
def vpc(ec2: EC2Client) -> BuiltVpc:
    return build_vpc(ec2)


@pytest.fixture
def wire(ec2: EC2Client, vpc: BuiltVpc) -> Wire:
    """The wire from here on: the building of the VPC does not count."""
    return Wire(ec2)


def no_s3() -> NoReturn:
    """No client of S3 is made for jobs that name no bucket."""
    raise AssertionError


def an_inventory(ec2: EC2Client, upcoming: Sequence[TrainingJob] = ()) -> Inventory:
    return Inventory(ec2, lambda: NOW, lambda: upcoming, buckets=S3Reader(no_s3))


def read(ec2: EC2Client, job: TrainingJob) -> Network:
    return an_inventory(ec2).read(job)


class TestCalls:
    def test_a_cold_job_costs_three_calls_and_then_six(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        read(ec2, vpc.job())
        assert sorted(wire.calls[:3]) == sorted(FIRST_WAVE)
        assert sorted(wire.calls[3:]) == sorted(SECOND_WAVE)

    def test_every_call_is_filtered_and_takes_the_longest_page(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        read(ec2, vpc.job(instance_type="ml.p99.48xlarge"))
        for operation, parameters in wire.requests:
            by_filter = parameters.get("Filters") or parameters.get("Filter")
            by_name = parameters.get("PrefixListId") or parameters.get("VpcId")
            assert by_filter or by_name or operation == "DescribePrefixLists", operation
            assert parameters.get("MaxResults", 100) >= 100
            assert not [name for name in parameters if name.endswith("Ids")]

    def test_no_call_is_undeclared_and_no_job_is_listed_in_fault_4(
        self, clients: Clients, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        """Fault 4 of the peers: the whole history of jobs was listed for one event."""
        jobs_wire = Wire(clients.sagemaker)
        other = build_vpc(ec2, "10.1.0.0/16")
        let_in_list(ec2, other.group, add_prefix_list(ec2, "offices", "192.0.2.0/24"))
        add_route(ec2, vpc.route_table, nat=add_nat_gateway(ec2, vpc.subnet))
        wire.answers("DescribeSecurityGroupVpcAssociations", associations())
        wire.calls.clear()
        read(ec2, vpc.job(group=other.group, instance_type="ml.p99.48xlarge"))
        assert {*wire.calls} == {*JOB_INSPECTOR["ec2"]} - OF_FILE_SYSTEMS
        assert jobs_wire.calls == []

    def test_one_more_job_in_the_same_vpc_costs_no_call(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        created = ec2.create_subnet(VpcId=vpc.id, CidrBlock="10.0.1.0/24")
        another_subnet = created["Subnet"]["SubnetId"]
        jobs = [vpc.job("train-1"), vpc.job("train-2", subnet=another_subnet)]
        inventory = an_inventory(ec2, jobs)
        first = inventory.read(jobs[0])
        wire.calls.clear()
        second = inventory.read(jobs[1])
        assert wire.calls == []
        assert first is second
        assert isinstance(second.subnet(another_subnet), type(first.subnet(vpc.subnet)))

    def test_a_job_that_came_into_view_later_costs_a_reading_of_its_own(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        other = build_vpc(ec2, "10.1.0.0/16")
        inventory = an_inventory(ec2)
        inventory.read(vpc.job())
        wire.calls.clear()
        inventory.read(other.job("train-2"))
        assert len(wire.calls) == COLD

    def test_the_next_batch_is_read_anew(self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire) -> None:
        before = read(ec2, vpc.job())
        ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc.s3_endpoint])
        after = read(ec2, vpc.job())
        assert before.endpoints != after.endpoints

    def test_jobs_of_two_vpcs_are_read_together(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        other = build_vpc(ec2, "10.1.0.0/16")
        wire.answers("DescribeSecurityGroupVpcAssociations", associations())
        wire.calls.clear()
        jobs = [vpc.job("train-1"), other.job("train-2")]
        inventory = an_inventory(ec2, jobs)
        network = inventory.read(jobs[0])
        assert inventory.read(jobs[1]) is network
        assert not isinstance(network.vpcs, Unknown)
        assert {*network.vpcs} == {vpc.id, other.id}
        assert Counter(wire.calls)["DescribeVpcAttribute"] == 2

    def test_more_ids_than_a_filter_takes_are_asked_for_in_parts(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        missing = [f"subnet-{number:017x}" for number in range(250)]
        network = read(ec2, a_job(subnets=[*missing, vpc.subnet], groups=[vpc.group], s3_places=()))
        assert Counter(wire.calls)["DescribeSubnets"] == 2
        assert not isinstance(network.subnets, Unknown)
        assert {*network.subnets} == {vpc.subnet}

    def test_an_id_with_a_wildcard_finds_nothing(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        network = read(ec2, a_job(subnets=["subnet-*"], groups=["*"], s3_places=()))
        assert network.subnets == {}
        assert network.security_groups == {}


class TestFacts:
    def test_a_network_is_read(self, ec2: EC2Client, vpc: BuiltVpc) -> None:
        network = read(ec2, vpc.job())
        assert (network.region, network.account, network.read_at) == (REGION, ACCOUNT, NOW)
        for facts in (network.subnets, network.security_groups, network.vpcs):
            assert not isinstance(facts, Unknown)
            assert len(facts) == 1
        assert not isinstance(network.endpoints, Unknown)
        assert {*network.endpoints} == {vpc.s3_endpoint}
        assert network.group_vpcs == {}
        assert network.efa_support == {}
        built = network.vpc(vpc.id)
        assert not isinstance(built, Unknown)
        assert (built.dns_support, built.dns_hostnames) == (True, NO_HOSTNAMES_NEEDED)
        assert built.cidrs == (IPv4Network("10.0.0.0/16"),)

    def test_the_time_of_the_facts_is_not_later_than_the_facts(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        read_at: list[int] = []

        def now() -> datetime:
            read_at.append(len(wire.calls))
            return datetime.now(UTC)

        Inventory(ec2, now, buckets=S3Reader(no_s3)).read(vpc.job())
        assert read_at == [0]

    def test_what_does_not_exist_is_missing_and_fails_nothing(
        self, ec2: EC2Client, vpc: BuiltVpc
    ) -> None:
        job = a_job(
            subnets=["subnet-0gone", vpc.subnet], groups=["sg-0gone", vpc.group], s3_places=()
        )
        network = read(ec2, job)
        assert not isinstance(network.subnets, Unknown)
        assert not isinstance(network.security_groups, Unknown)
        assert {*network.subnets} == {vpc.subnet}
        assert {*network.security_groups} == {vpc.group}

    def test_without_any_subnet_nothing_is_asked_about_vpcs(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        network = read(ec2, a_job(subnets=["subnet-0gone"], groups=[vpc.group], s3_places=()))
        assert sorted(wire.calls) == sorted(FIRST_WAVE)
        assert network.subnets == {}
        reason = Unknown("no subnet was found that would tell the VPC")
        assert network.vpcs == network.route_tables == network.endpoints == reason
        assert network.nat_gateways == network.group_vpcs == reason
        assert network.network_acls == network.dhcp_options == reason
        s3 = routing.destination_of(network, network.s3_service_name)
        assert isinstance(s3.blocks, tuple)

    def test_without_any_subnet_the_lists_of_rules_are_not_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        named = add_prefix_list(ec2, "offices", "192.0.2.0/24")
        let_in_list(ec2, vpc.group, named)
        network = read(ec2, a_job(subnets=["subnet-0gone"], groups=[vpc.group], s3_places=()))
        assert not isinstance(network.prefix_lists, Unknown)
        assert network.prefix_lists[named].entries == network.vpcs
        assert "GetManagedPrefixListEntries" not in wire.calls

    def test_a_foreign_group_is_asked_for_its_associations(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        other = build_vpc(ec2, "10.1.0.0/16")
        wire.answers(
            "DescribeSecurityGroupVpcAssociations",
            associations((other.group, vpc.id, "associated"), (other.group, "vpc-9", "failed")),
        )
        network = read(ec2, vpc.job(group=other.group))
        assert network.group_vpcs == {other.group: frozenset({vpc.id})}

    @pytest.mark.parametrize(
        ("instance_type", "supported"),
        [("ml.hpc6a.48xlarge", True), ("ml.t2.nano", False)],
    )
    def test_a_type_that_the_table_does_not_know_is_described(
        self,
        ec2: EC2Client,
        vpc: BuiltVpc,
        wire: Wire,
        instance_type: str,
        supported: bool,
    ) -> None:
        network = read(ec2, vpc.job(instance_type=instance_type))
        assert network.efa_support == {instance_type: supported}
        assert len(wire.calls) == COLD + 1

    def test_a_type_that_ec2_does_not_know_is_unknown(self, ec2: EC2Client, vpc: BuiltVpc) -> None:
        network = read(ec2, vpc.job(instance_type="ml.p99.48xlarge"))
        assert network.efa_support == {
            "ml.p99.48xlarge": Unknown("EC2 does not know p99.48xlarge in this Region")
        }

    def test_the_network_acls_of_the_vpcs_are_read(self, ec2: EC2Client, vpc: BuiltVpc) -> None:
        network = read(ec2, vpc.job())
        acl = acl_of(network, vpc.subnet)
        assert not isinstance(acl, Unknown)
        assert acl.vpc_id == vpc.id
        allowed = {each.direction for each in acl.entries if each.allows}
        assert allowed == {*Direction}

    def test_the_dhcp_options_of_the_vpcs_are_read(self, ec2: EC2Client, vpc: BuiltVpc) -> None:
        network = read(ec2, vpc.job())
        built = network.vpc(vpc.id)
        assert not isinstance(built, Unknown)
        assert built.dhcp_options_id == vpc.dhcp_options
        assert network.dhcp_options == {
            vpc.dhcp_options: DhcpOptions(
                vpc.dhcp_options, (f"{REGION}.compute.internal",), ("AmazonProvidedDNS",)
            )
        }

    def test_where_no_option_set_is_associated_none_is_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc.id)
        wire.calls.clear()
        network = read(ec2, vpc.job())
        assert "DescribeDhcpOptions" not in wire.calls
        assert network.dhcp_options == {}


class TestGroupsOfEndpoints:
    @pytest.fixture
    def guard(self, ec2: EC2Client, vpc: BuiltVpc) -> str:
        """The group of an interface endpoint in the job's VPC."""
        group = add_group(ec2, vpc.id, "endpoints")
        add_interface_endpoint(ec2, vpc.id, vpc.subnet, "sts", group)
        return group

    def test_they_are_read_beside_those_of_the_job_with_one_more_call(
        self, ec2: EC2Client, vpc: BuiltVpc, guard: str, wire: Wire
    ) -> None:
        """And one for the DNS hostnames, with which the endpoint answers its service's name."""
        network = read(ec2, vpc.job())
        assert not isinstance(network.security_groups, Unknown)
        assert {*network.security_groups} == {vpc.group, guard}
        expected = Counter(FIRST_WAVE + SECOND_WAVE)
        expected.update(["DescribeSecurityGroups", "DescribeVpcAttribute"])
        assert Counter(wire.calls) == expected
        asked = [values for name, values in wire.requests if name == "DescribeSecurityGroups"]
        assert asked[1]["Filters"] == [{"Name": "group-id", "Values": [guard]}]

    def test_one_that_the_job_carries_itself_is_not_read_again(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        add_interface_endpoint(ec2, vpc.id, vpc.subnet, "sts", vpc.group)
        wire.calls.clear()
        read(ec2, vpc.job())
        assert Counter(wire.calls)["DescribeSecurityGroups"] == 1

    def test_a_prefix_list_that_their_rules_name_is_read(
        self, ec2: EC2Client, vpc: BuiltVpc, guard: str, wire: Wire
    ) -> None:
        named = add_prefix_list(ec2, "clients", "10.0.0.0/24")
        let_in_list(ec2, guard, named)
        network = read(ec2, vpc.job())
        assert not isinstance(network.prefix_lists, Unknown)
        assert network.prefix_lists[named].entries == (IPv4Network("10.0.0.0/24"),)

    def test_a_refusal_to_read_them_leaves_those_of_the_job(
        self, ec2: EC2Client, vpc: BuiltVpc, guard: str, wire: Wire
    ) -> None:
        wire.passes("DescribeSecurityGroups")
        wire.fails("DescribeSecurityGroups", "UnauthorizedOperation", status=403)
        network = read(ec2, vpc.job())
        assert not isinstance(network.security_group(vpc.group), Unknown)
        reason = Unknown("ec2:DescribeSecurityGroups is denied to the guardrail")
        assert network.security_group(guard) == reason

    def test_where_no_group_may_be_read_it_is_not_tried_again(
        self, ec2: EC2Client, vpc: BuiltVpc, guard: str, wire: Wire
    ) -> None:
        wire.fails("DescribeSecurityGroups", "UnauthorizedOperation", status=403)
        network = read(ec2, vpc.job())
        reason = Unknown("ec2:DescribeSecurityGroups is denied to the guardrail")
        assert network.security_groups == reason
        assert Counter(wire.calls)["DescribeSecurityGroups"] == 1

    def test_throttling_of_the_second_reading_is_a_fault(
        self, ec2: EC2Client, vpc: BuiltVpc, guard: str, wire: Wire, waits: Waits
    ) -> None:
        wire.passes("DescribeSecurityGroups")
        wire.fails("DescribeSecurityGroups", "RequestLimitExceeded", status=503, times=ALWAYS)
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            read(ec2, vpc.job())


class TestDnsHostnames:
    """They matter where an interface endpoint is to answer its service's name, and only there."""

    def test_without_interface_endpoints_they_are_not_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        read(ec2, vpc.job())
        assert attributes_asked_for(wire) == [(vpc.id, "enableDnsSupport")]

    def test_they_are_asked_for_in_the_vpc_with_an_interface_endpoint(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        other = build_vpc(ec2, "10.1.0.0/16")
        ec2.modify_vpc_attribute(VpcId=other.id, EnableDnsHostnames={"Value": True})
        add_interface_endpoint(ec2, other.id, other.subnet, "sts", other.group)
        wire.answers("DescribeSecurityGroupVpcAssociations", associations())
        wire.requests.clear()
        jobs = [vpc.job("train-1"), other.job("train-2")]
        network = an_inventory(ec2, jobs).read(jobs[0])
        assert attributes_asked_for(wire) == sorted(
            [
                (vpc.id, "enableDnsSupport"),
                (other.id, "enableDnsSupport"),
                (other.id, "enableDnsHostnames"),
            ]
        )
        assert not isinstance(network.vpcs, Unknown)
        assert network.vpcs[vpc.id].dns_hostnames == NO_HOSTNAMES_NEEDED
        assert network.vpcs[other.id].dns_hostnames is True

    def test_where_the_endpoints_may_not_be_read_they_are_unknown_for_that_reason(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        add_interface_endpoint(ec2, vpc.id, vpc.subnet, "sts", vpc.group)
        wire.fails("DescribeVpcEndpoints", "UnauthorizedOperation", status=403)
        wire.requests.clear()
        network = read(ec2, vpc.job())
        built = network.vpc(vpc.id)
        assert not isinstance(built, Unknown)
        assert built.dns_hostnames == network.endpoints
        assert attributes_asked_for(wire) == [(vpc.id, "enableDnsSupport")]

    @pytest.mark.parametrize("private_dns", [True, False])
    @pytest.mark.parametrize("for_resolver_only", [True, False])
    @pytest.mark.parametrize("state", ["available", "pending", "partial", "deleting", "failed"])
    @pytest.mark.parametrize("kind", EndpointType)
    def test_no_judgement_waits_for_them_where_they_are_not_asked_for(
        self, kind: EndpointType, state: str, for_resolver_only: bool, private_dns: bool
    ) -> None:
        endpoint = replace(
            an_interface_endpoint(state=state),
            type=kind,
            private_dns_enabled=private_dns,
            private_dns_only_for_inbound_resolver=for_resolver_only,
        )
        answers = [
            interface_endpoint_for(
                a_network(vpcs=[a_vpc(dns_hostnames=hostnames)], endpoints=[endpoint]),
                a_subnet(),
                endpoint.service_name,
            )
            for hostnames in (True, False, NO_HOSTNAMES_NEEDED)
        ]
        alike = answers[0] == answers[1] == answers[2]
        assert alike or needs_dns_hostnames(endpoint)
        assert not alike or not (needs_dns_hostnames(endpoint) and state == "available")


def attributes_asked_for(wire: Wire) -> list[tuple[str, str]]:
    """The VPCs' attributes that were asked for, in order of the VPCs' ids."""
    asked = (values for name, values in wire.requests if name == "DescribeVpcAttribute")
    return sorted((values["VpcId"], values["Attribute"]) for values in asked)


class TestNatGateways:
    def test_without_a_route_to_one_they_are_not_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        add_nat_gateway(ec2, vpc.subnet)
        wire.calls.clear()
        assert read(ec2, vpc.job()).nat_gateways == NO_NAT_GATEWAY_NEEDED
        assert len(wire.calls) == COLD

    def test_a_route_to_one_in_any_table_of_the_vpc_costs_one_call(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        nat, other = add_nat_gateway(ec2, vpc.subnet), add_nat_gateway(ec2, vpc.subnet)
        another_table = add_table(ec2, vpc.id, add_subnet(ec2, vpc.id, "10.0.1.0/24"))
        add_route(ec2, another_table, "192.0.2.0/24", nat=nat)
        wire.calls.clear()
        network = read(ec2, vpc.job())
        assert not isinstance(network.nat_gateways, Unknown)
        assert {*network.nat_gateways} == {nat, other}
        assert len(wire.calls) == COLD + 1

    def test_where_a_remedy_may_name_one_they_are_asked_for_without_a_route(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        nat = add_nat_gateway(ec2, vpc.subnet)
        wire.calls.clear()
        inventory = Inventory(ec2, lambda: NOW, every_nat_gateway=True)
        network = inventory.read(vpc.job())
        assert not isinstance(network.nat_gateways, Unknown)
        assert {*network.nat_gateways} == {nat}
        assert inventory.read(vpc.job("train-2")) is network
        assert len(wire.calls) == COLD + 1


class TestPrefixLists:
    def test_those_of_aws_come_in_one_answer_and_unnamed_ones_are_not_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        unnamed = add_prefix_list(ec2, "offices", "192.0.2.0/24")
        network = read(ec2, vpc.job())
        s3 = routing.destination_of(network, network.s3_service_name)
        assert isinstance(s3.blocks, tuple)
        assert IPv4Network("52.216.0.0/15") in s3.blocks
        assert not isinstance(network.prefix_lists, Unknown)
        assert unnamed not in network.prefix_lists
        assert "GetManagedPrefixListEntries" not in wire.calls

    def test_all_pages_of_them_are_read(self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire) -> None:
        pages = [
            ec2_answer("DescribePrefixLists", list_page(number), token)
            for number, token in ((1, "two"), (2, ""))
        ]
        wire.answers("DescribePrefixLists", *pages)
        network = read(ec2, vpc.job())
        assert not isinstance(network.prefix_lists, Unknown)
        assert {"pl-1", "pl-2"} < {*network.prefix_lists}
        assert network.prefix_lists["pl-1"].entries == (
            IPv4Network("192.0.1.0/24"),
            IPv6Network("fd00:1::/32"),
        )

    def test_the_route_of_a_gateway_endpoint_leads_to_a_list_in_that_answer(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        network = read(ec2, vpc.job())
        assert not isinstance(network.route_tables, Unknown)
        s3 = routing.destination_of(network, network.s3_service_name)
        destinations = [each.destination for each in network.route_tables[vpc.route_table].routes]
        assert s3.prefix_list_id in destinations

    def test_a_list_that_a_rule_names_is_read(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        named = add_prefix_list(ec2, "peers", "10.0.0.0/24", "10.0.1.0/24")
        let_in_list(ec2, vpc.group, named)
        wire.calls.clear()
        network = read(ec2, vpc.job())
        assert not isinstance(network.prefix_lists, Unknown)
        blocks = (IPv4Network("10.0.0.0/24"), IPv4Network("10.0.1.0/24"))
        assert network.prefix_lists[named] == PrefixList(named, "", "", blocks)
        assert len(wire.calls) == COLD + 1

    def test_a_list_that_rules_and_routes_name_is_read_once(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        named = add_prefix_list(ec2, "peers", "10.9.0.0/24")
        let_in_list(ec2, vpc.group, named)
        add_list_route(ec2, vpc.route_table, named, nat=add_nat_gateway(ec2, vpc.subnet))
        wire.calls.clear()
        network = read(ec2, vpc.job())
        assert not isinstance(network.prefix_lists, Unknown)
        assert network.prefix_lists[named].entries == (IPv4Network("10.9.0.0/24"),)
        assert Counter(wire.calls)["GetManagedPrefixListEntries"] == 1

    def test_an_endpoint_for_dynamodb_costs_no_call_and_s3_stays_judged(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        """A VPC with endpoints for both S3 and DynamoDB is a common one."""
        add_gateway_endpoint(ec2, vpc.id, vpc.route_table, "dynamodb")
        wire.calls.clear()
        network = read(ec2, vpc.job())
        dynamodb = routing.destination_of(network, f"com.amazonaws.{REGION}.dynamodb")
        assert isinstance(dynamodb.blocks, tuple)
        assert len(wire.calls) == COLD
        assert not isinstance(network.route_tables, Unknown)
        s3 = routing.destination_of(network, network.s3_service_name)
        table = network.route_tables[vpc.route_table]
        for leg in routing.legs(table, s3, network.prefix_lists):
            assert leg.route is not None
            assert not isinstance(leg.route, Unknown)
            assert leg.route.target.kind is TargetKind.VPC_ENDPOINT

    def test_a_list_of_aws_that_came_without_blocks_is_read_by_its_id_if_it_is_named(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        before = routing.destination_of(read(ec2, vpc.job()), f"com.amazonaws.{REGION}.s3")
        body = (
            f"<prefixListSet><item><prefixListId>{before.prefix_list_id}</prefixListId>"
            f"<prefixListName>com.amazonaws.{REGION}.s3</prefixListName></item></prefixListSet>"
        )
        wire.answers("DescribePrefixLists", ec2_answer("DescribePrefixLists", body))
        wire.calls.clear()
        after = routing.destination_of(read(ec2, vpc.job()), f"com.amazonaws.{REGION}.s3")
        assert isinstance(before.blocks, tuple)
        assert isinstance(after.blocks, tuple)
        assert {*after.blocks} == {*before.blocks}
        assert len(wire.calls) == COLD + 1

    def test_no_more_lists_than_the_bound_are_read(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        lists = [add_prefix_list(ec2, f"list-{n}", f"10.{n}.0.0/16") for n in range(25)]
        let_in_list(ec2, vpc.group, *lists)
        wire.calls.clear()
        network = read(ec2, vpc.job())
        asked = Counter(wire.calls)["GetManagedPrefixListEntries"]
        assert asked == list_reading.LISTS_READ
        assert not isinstance(network.prefix_lists, Unknown)
        left_out = [
            each for each in lists if network.prefix_lists[each].entries == list_reading.TOO_MANY
        ]
        assert len(left_out) == 25 - list_reading.LISTS_READ

    def test_a_list_that_another_account_no_longer_shares_is_unknown(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        named = add_prefix_list(ec2, "peers", "10.0.0.0/24")
        let_in_list(ec2, vpc.group, named)
        wire.fails("GetManagedPrefixListEntries", "InvalidPrefixListID.NotFound")
        network = read(ec2, vpc.job())
        assert not isinstance(network.prefix_lists, Unknown)
        assert network.prefix_lists[named].entries == Unknown(
            "ec2:GetManagedPrefixListEntries did not find what it was asked for "
            "(InvalidPrefixListID.NotFound)"
        )

    def test_where_those_of_aws_may_not_be_read_no_list_is_asked_for(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        let_in_list(ec2, vpc.group, add_prefix_list(ec2, "peers", "10.0.0.0/24"))
        wire.fails("DescribePrefixLists", "UnauthorizedOperation", status=403)
        network = read(ec2, vpc.job())
        assert isinstance(network.prefix_lists, Unknown)
        assert "GetManagedPrefixListEntries" not in wire.calls


def list_page(number: int) -> str:
    """A page with one prefix list, of both families."""
    return (
        f"<prefixListSet><item><prefixListId>pl-{number}</prefixListId>"
        f"<prefixListName>com.amazonaws.{REGION}.service-{number}</prefixListName>"
        f"<cidrSet><item>192.0.{number}.0/24</item><item>fd00:{number}::/32</item></cidrSet>"
        "</item></prefixListSet>"
    )


FACTS = (
    "subnets",
    "security_groups",
    "group_vpcs",
    "vpcs",
    "route_tables",
    "endpoints",
    "nat_gateways",
    "prefix_lists",
    "network_acls",
    "dhcp_options",
)
BY_SUBNETS = (
    "vpcs",
    "route_tables",
    "endpoints",
    "nat_gateways",
    "group_vpcs",
    "network_acls",
    "dhcp_options",
)
DENIALS = {
    "DescribeSubnets": ("subnets", *BY_SUBNETS),
    "DescribeSecurityGroups": ("security_groups", "group_vpcs"),
    "DescribeSecurityGroupVpcAssociations": ("group_vpcs",),
    "DescribePrefixLists": ("prefix_lists",),
    "DescribeVpcs": ("vpcs", "dhcp_options"),
    "DescribeDhcpOptions": ("dhcp_options",),
    "DescribeNetworkAcls": ("network_acls",),
    "DescribeRouteTables": ("route_tables", "nat_gateways"),
    "DescribeVpcEndpoints": ("endpoints",),
    "DescribeNatGateways": ("nat_gateways",),
    "DescribeVpcAttribute": (),
    "GetManagedPrefixListEntries": (),
    "DescribeInstanceTypes": (),
}
"""Which facts are Unknown as a whole when one action is denied; the last three lie deeper."""


def test_every_ec2_action_is_denied_once_below() -> None:
    assert {*DENIALS} == {*JOB_INSPECTOR["ec2"]} - OF_FILE_SYSTEMS


@pytest.mark.parametrize("denied", DENIALS)
def test_a_denied_action_makes_its_own_fact_unknown_and_no_other(
    ec2: EC2Client, vpc: BuiltVpc, wire: Wire, denied: str
) -> None:
    other = build_vpc(ec2, "10.1.0.0/16")
    named = add_prefix_list(ec2, "peers", "10.0.0.0/24")
    let_in_list(ec2, other.group, named)
    add_interface_endpoint(ec2, vpc.id, vpc.subnet, "sts", other.group)
    add_route(ec2, vpc.route_table, nat=add_nat_gateway(ec2, vpc.subnet))
    if denied != "DescribeSecurityGroupVpcAssociations":
        wire.answers("DescribeSecurityGroupVpcAssociations", associations())
    wire.fails(denied, "UnauthorizedOperation", status=403, times=ALWAYS)
    job = vpc.job(group=other.group, instance_type="ml.p99.48xlarge")
    network = read(ec2, job)
    reason = Unknown(f"ec2:{denied} is denied to the guardrail")
    unknown = {
        name: value for name in FACTS if isinstance(value := getattr(network, name), Unknown)
    }
    assert unknown == dict.fromkeys(DENIALS[denied], reason)
    built = network.vpc(vpc.id)
    if not isinstance(built, Unknown):
        dns_is_unread = built.dns_support == built.dns_hostnames == reason
        assert dns_is_unread == (denied == "DescribeVpcAttribute")
    s3_is_unread = routing.destination_of(network, network.s3_service_name).blocks == reason
    assert s3_is_unread == (denied == "DescribePrefixLists")
    if not isinstance(network.prefix_lists, Unknown) and denied != "DescribeSecurityGroups":
        named_is_unread = network.prefix_lists[named].entries == reason
        assert named_is_unread == (denied in {"GetManagedPrefixListEntries", "DescribeSubnets"})
    type_is_unread = network.efa_support["ml.p99.48xlarge"] == reason
    assert type_is_unread == (denied == "DescribeInstanceTypes")


@pytest.fixture
def vpc_with_follow_ups(ec2: EC2Client, vpc: BuiltVpc) -> BuiltVpc:
    """A VPC with a NAT gateway and an interface endpoint, whose own group names a prefix list."""
    guard = add_group(ec2, vpc.id, "endpoints")
    let_in_list(ec2, guard, add_prefix_list(ec2, "clients", "10.0.0.0/24"))
    add_interface_endpoint(ec2, vpc.id, vpc.subnet, "sts", guard)
    add_route(ec2, vpc.route_table, nat=add_nat_gateway(ec2, vpc.subnet))
    return vpc


EVERY_OPERATION = [*dict.fromkeys(FIRST_WAVE + SECOND_WAVE + FOLLOW_UPS)]


class TestFaults:
    @pytest.mark.parametrize("operation", EVERY_OPERATION)
    def test_throttling_that_passes_does_no_harm(
        self,
        ec2: EC2Client,
        vpc_with_follow_ups: BuiltVpc,
        wire: Wire,
        waits: Waits,
        operation: str,
    ) -> None:
        vpc = vpc_with_follow_ups
        sound = read(ec2, vpc.job())
        wire.fails(operation, "RequestLimitExceeded", status=503, times=2)
        wire.attempts.clear()
        assert read(ec2, vpc.job()) == sound
        assert len(wire.attempts) == COLD + len(FOLLOW_UPS) + 2
        assert len(waits) == 2

    @pytest.mark.parametrize("operation", EVERY_OPERATION)
    def test_throttling_that_does_not_pass_is_raised_in_faults_3_and_5(
        self,
        ec2: EC2Client,
        vpc_with_follow_ups: BuiltVpc,
        wire: Wire,
        waits: Waits,
        operation: str,
    ) -> None:
        """Faults 3 and 5 of the peers: throttling became success without work, or a verdict."""
        wire.fails(operation, "RequestLimitExceeded", status=503, times=ALWAYS)
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            read(ec2, vpc_with_follow_ups.job())
        assert max(waits) < 20

    @pytest.mark.parametrize(
        "code", ["InternalError", "AuthFailure", "ExpiredToken", "SomethingNew", "RequestExpired"]
    )
    def test_any_other_error_is_raised(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire, waits: Waits, code: str
    ) -> None:
        wire.fails("DescribeRouteTables", code, status=500, times=ALWAYS)
        with pytest.raises(ClientError, match=code):
            read(ec2, vpc.job())

    def test_a_fault_is_that_of_all_jobs_of_the_reading(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire, waits: Waits
    ) -> None:
        jobs = [vpc.job("train-1"), vpc.job("train-2")]
        inventory = an_inventory(ec2, jobs)
        wire.fails("DescribeSubnets", "RequestLimitExceeded", status=503, times=ALWAYS)
        with pytest.raises(ClientError):
            inventory.read(jobs[0])
        attempts = [*wire.attempts]
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            inventory.read(jobs[1])
        assert wire.attempts == attempts

    def test_the_next_batch_tries_again(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire, waits: Waits
    ) -> None:
        wire.fails("DescribeSubnets", "RequestLimitExceeded", status=503, times=4)
        with pytest.raises(ClientError):
            read(ec2, vpc.job())
        assert not isinstance(read(ec2, vpc.job()).subnets, Unknown)


class TestPages:
    def test_all_pages_are_merged(self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire) -> None:
        pages = [
            ec2_answer("DescribeRouteTables", table_page(f"rtb-{number}", vpc.id), token)
            for number, token in ((1, "two"), (2, "three"), (3, ""))
        ]
        wire.answers("DescribeRouteTables", *pages)
        network = read(ec2, vpc.job())
        assert not isinstance(network.route_tables, Unknown)
        assert [*network.route_tables] == ["rtb-1", "rtb-2", "rtb-3"]
        asked = [values for name, values in wire.requests if name == "DescribeRouteTables"]
        assert [each.get("NextToken") for each in asked] == [None, "two", "three"]

    def test_a_denied_page_makes_all_of_it_unknown(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire
    ) -> None:
        first = ec2_answer("DescribeRouteTables", table_page("rtb-1", vpc.id), "two")
        wire.answers("DescribeRouteTables", first)
        wire.fails("DescribeRouteTables", "UnauthorizedOperation", status=403)
        network = read(ec2, vpc.job())
        assert isinstance(network.route_tables, Unknown)

    def test_a_throttled_page_is_a_fault(
        self, ec2: EC2Client, vpc: BuiltVpc, wire: Wire, waits: Waits
    ) -> None:
        first = ec2_answer("DescribeRouteTables", table_page("rtb-1", vpc.id), "two")
        wire.answers("DescribeRouteTables", first)
        wire.fails("DescribeRouteTables", "RequestLimitExceeded", status=503, times=ALWAYS)
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            read(ec2, vpc.job())


def table_page(table_id: str, vpc_id: str) -> str:
    """A page with one route table."""
    return (
        f"<routeTableSet><item><routeTableId>{table_id}</routeTableId>"
        f"<vpcId>{vpc_id}</vpcId></item></routeTableSet>"
    )
