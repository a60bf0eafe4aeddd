"""EC2's descriptions as facts: what each member becomes, and that nothing is made up."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpc_guardrail.adapters import (
    acl_facts,
    dhcp_facts,
    group_facts,
    network_facts,
    route_facts,
)
from vpc_guardrail.core.model import (
    DhcpOptions,
    Direction,
    EndpointType,
    Target,
    TargetKind,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

Json = dict[str, Any]

A_SUBNET: Json = {
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "OwnerId": "111122223333",
    "CidrBlock": "10.0.0.0/24",
    "AvailabilityZone": "eu-central-1a",
    "AvailableIpAddressCount": 251,
}
A_VPC: Json = {
    "VpcId": "vpc-1",
    "OwnerId": "111122223333",
    "InstanceTenancy": "default",
    "CidrBlock": "10.0.0.0/16",
}
A_GROUP: Json = {"GroupId": "sg-1", "VpcId": "vpc-1", "OwnerId": "111122223333"}
AN_ENDPOINT: Json = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "ServiceName": "com.amazonaws.eu-central-1.s3",
    "State": "Available",
}
A_NAT_GATEWAY: Json = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "available"}
AN_ENTRY: Json = {
    "RuleNumber": 100,
    "Egress": False,
    "Protocol": "6",
    "RuleAction": "allow",
    "CidrBlock": "10.0.0.0/8",
    "PortRange": {"From": 443, "To": 444},
}
A_LIST: Json = {
    "PrefixListId": "pl-1",
    "PrefixListName": "com.amazonaws.eu-central-1.s3",
    "Cidrs": ["52.219.170.0/23", "3.5.134.0/23"],
}


class TestSubnets:
    def test_a_subnet(self) -> None:
        found = network_facts.subnets([A_SUBNET])
        assert not isinstance(found, Unknown)
        subnet = found["subnet-1"]
        assert (subnet.vpc_id, subnet.available_addresses) == ("vpc-1", 251)
        assert subnet.cidr == IPv4Network("10.0.0.0/24")

    def test_it_is_on_no_outpost_unless_it_is_said(self) -> None:
        arn = "arn:aws:outposts:eu-central-1:111122223333:outpost/op-1"
        found = network_facts.subnets(
            [A_SUBNET, A_SUBNET | {"SubnetId": "subnet-2", "OutpostArn": arn}]
        )
        assert not isinstance(found, Unknown)
        assert found["subnet-1"].outpost_arn is None
        assert found["subnet-2"].outpost_arn == arn

    def test_an_ipv6_only_subnet_has_no_ipv4_addresses(self) -> None:
        item = A_SUBNET | {"Ipv6Native": True, "AvailableIpAddressCount": 0}
        del item["CidrBlock"]
        found = network_facts.subnets([item])
        assert not isinstance(found, Unknown)
        assert found["subnet-1"].cidr is None
        assert found["subnet-1"].available_addresses == 0

    @pytest.mark.parametrize("member", ["AvailableIpAddressCount", "VpcId", "CidrBlock", "OwnerId"])
    def test_a_missing_member_is_not_made_up(self, member: str) -> None:
        item = {name: value for name, value in A_SUBNET.items() if name != member}
        found = network_facts.subnets([item])
        assert isinstance(found, Unknown)
        assert found.reason.startswith("ec2:DescribeSubnets answered without ")
        assert member in found.reason


class TestVpcs:
    def test_only_associated_blocks_count(self) -> None:
        blocks = [("10.0.0.0/16", "associated"), ("10.1.0.0/16", "disassociated")]
        item = A_VPC | {
            "CidrBlockAssociationSet": [
                {"CidrBlock": block, "CidrBlockState": {"State": state}} for block, state in blocks
            ]
        }
        found = network_facts.vpcs([item], {}, {})
        assert not isinstance(found, Unknown)
        assert found["vpc-1"].cidrs == (IPv4Network("10.0.0.0/16"),)

    def test_the_primary_block_comes_first(self) -> None:
        blocks = ["10.9.0.0/16", "10.0.0.0/16"]
        item = A_VPC | {
            "CidrBlock": "10.0.0.0/16",
            "CidrBlockAssociationSet": [
                {"CidrBlock": block, "CidrBlockState": {"State": "associated"}} for block in blocks
            ],
        }
        found = network_facts.vpcs([item], {}, {})
        assert not isinstance(found, Unknown)
        assert found["vpc-1"].cidrs == (IPv4Network("10.0.0.0/16"), IPv4Network("10.9.0.0/16"))

    def test_attributes_are_those_read_beside(self) -> None:
        unread = Unknown("ec2:DescribeVpcAttribute is denied to the guardrail")
        found = network_facts.vpcs([A_VPC], {"vpc-1": True}, {"vpc-1": unread})
        assert not isinstance(found, Unknown)
        assert (found["vpc-1"].dns_support, found["vpc-1"].dns_hostnames) == (True, unread)

    @pytest.mark.parametrize("mode", ["off", "block-ingress", "block-bidirectional"])
    def test_block_public_access_is_read(self, mode: str) -> None:
        item = A_VPC | {"BlockPublicAccessStates": {"InternetGatewayBlockMode": mode}}
        found = network_facts.vpcs([item], {}, {})
        assert not isinstance(found, Unknown)
        assert found["vpc-1"].internet_block_mode == mode

    @pytest.mark.parametrize(
        ("members", "options"),
        [
            ({"DhcpOptionsId": "dopt-1"}, "dopt-1"),
            ({"DhcpOptionsId": "default"}, "default"),
            ({}, "default"),
        ],
    )
    def test_its_dhcp_option_set(self, members: Json, options: str) -> None:
        found = network_facts.vpcs([A_VPC | members], {}, {})
        assert not isinstance(found, Unknown)
        assert found["vpc-1"].dhcp_options_id == options

    def test_an_attribute_without_a_value_is_unknown(self) -> None:
        assert network_facts.dns_attribute({"EnableDnsSupport": {}}, "EnableDnsSupport") == Unknown(
            "ec2:DescribeVpcAttribute answered without EnableDnsSupport"
        )


class TestRouteTables:
    @pytest.mark.parametrize(
        ("member", "value", "kind"),
        [
            ("GatewayId", "local", TargetKind.LOCAL),
            ("GatewayId", "igw-1", TargetKind.INTERNET_GATEWAY),
            ("GatewayId", "vgw-1", TargetKind.VIRTUAL_PRIVATE_GATEWAY),
            ("GatewayId", "vpce-1", TargetKind.VPC_ENDPOINT),
            ("GatewayId", "xyz-1", TargetKind.OTHER),
            ("NatGatewayId", "nat-1", TargetKind.NAT_GATEWAY),
            ("TransitGatewayId", "tgw-1", TargetKind.TRANSIT_GATEWAY),
            ("VpcPeeringConnectionId", "pcx-1", TargetKind.VPC_PEERING_CONNECTION),
            ("EgressOnlyInternetGatewayId", "eigw-1", TargetKind.EGRESS_ONLY_INTERNET_GATEWAY),
            ("NetworkInterfaceId", "eni-1", TargetKind.NETWORK_INTERFACE),
            ("LocalGatewayId", "lgw-1", TargetKind.LOCAL_GATEWAY),
            ("CarrierGatewayId", "cagw-1", TargetKind.CARRIER_GATEWAY),
            ("CoreNetworkArn", "arn:aws:networkmanager::1:core-network/c", TargetKind.CORE_NETWORK),
            ("OdbNetworkArn", "arn:aws:odb:eu-central-1:1:odb-network/o", TargetKind.OTHER),
        ],
    )
    def test_the_kind_of_a_target(self, member: str, value: str, kind: TargetKind) -> None:
        route = self.route({"DestinationCidrBlock": "0.0.0.0/0", member: value})
        assert route.target == Target(kind, value)

    def test_an_instance_stands_for_its_interface(self) -> None:
        route = self.route(
            {
                "DestinationCidrBlock": "0.0.0.0/0",
                "InstanceId": "i-1",
                "NetworkInterfaceId": "eni-1",
            }
        )
        assert route.target == Target(TargetKind.INSTANCE, "i-1")

    def test_a_target_of_next_year_is_of_no_known_kind(self) -> None:
        route = self.route({"DestinationCidrBlock": "0.0.0.0/0", "TeleporterId": "tp-1"})
        assert route.target.kind is TargetKind.OTHER

    @pytest.mark.parametrize(
        ("destination", "expected"),
        [
            ({"DestinationCidrBlock": "10.0.0.0/8"}, IPv4Network("10.0.0.0/8")),
            ({"DestinationIpv6CidrBlock": "::/0"}, IPv6Network("::/0")),
            ({"DestinationPrefixListId": "pl-1"}, "pl-1"),
        ],
    )
    def test_the_kind_of_a_destination(self, destination: Json, expected: object) -> None:
        assert self.route(destination | {"GatewayId": "local"}).destination == expected

    @pytest.mark.parametrize("state", ["active", "blackhole", "filtered"])
    def test_the_state_and_origin_of_a_route(self, state: str) -> None:
        origin = {"Origin": "EnableVgwRoutePropagation", "State": state, "GatewayId": "vgw-1"}
        route = self.route({"DestinationCidrBlock": "10.9.0.0/16"} | origin)
        assert (route.state, route.propagated) == (state, True)

    def test_a_route_without_a_state_is_neither_up_nor_down(self) -> None:
        route = self.route({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"})
        assert route.state not in ("active", "blackhole")

    def test_associations_in_force(self) -> None:
        table = self.table(
            Associations=[
                {"Main": True, "AssociationState": {"State": "associated"}},
                {"SubnetId": "subnet-1", "AssociationState": {"State": "associated"}},
                {"SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}},
                {"SubnetId": "subnet-3"},
            ]
        )
        assert table.is_main
        assert table.subnet_ids == {"subnet-1", "subnet-3"}

    def table(self, **members: Any) -> Any:
        found = route_facts.route_tables([{"RouteTableId": "rtb-1", "VpcId": "vpc-1"} | members])
        assert not isinstance(found, Unknown)
        return found["rtb-1"]

    def route(self, members: Json) -> Any:
        (route,) = self.table(Routes=[members]).routes
        return route


class TestSecurityGroups:
    @pytest.mark.parametrize(
        ("given_as", "number"),
        [
            ("tcp", "6"),
            ("TCP", "6"),
            ("udp", "17"),
            ("icmp", "1"),
            ("icmpv6", "58"),
            ("-1", "-1"),
            ("6", "6"),
            ("50", "50"),
        ],
    )
    def test_protocols_are_kept_by_number(self, given_as: str, number: str) -> None:
        assert group_facts.protocol_number(given_as) == number

    def test_a_rule_of_ports_and_peers(self) -> None:
        rule = self.rule(
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 444,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "1"}, {"GroupId": "sg-2"}],
                "PrefixListIds": [{"PrefixListId": "pl-1"}],
            }
        )
        assert (rule.protocol, rule.from_port, rule.to_port) == ("6", 443, 444)
        assert rule.peers.cidrs == (IPv4Network("10.0.0.0/8"), IPv6Network("::/0"))
        assert rule.peers.group_ids == {"sg-1", "sg-2"}
        assert rule.peers.prefix_list_ids == {"pl-1"}

    @pytest.mark.parametrize("protocol", ["-1", "icmp", "50"])
    def test_protocols_without_ports(self, protocol: str) -> None:
        rule = self.rule({"IpProtocol": protocol, "FromPort": 8, "ToPort": -1})
        assert (rule.from_port, rule.to_port) == (None, None)

    def test_a_tcp_rule_without_ports_does_not_open_all(self) -> None:
        found = group_facts.security_groups([A_GROUP | {"IpPermissions": [{"IpProtocol": "tcp"}]}])
        assert found == Unknown(
            "ec2:DescribeSecurityGroups answered without the FromPort of a rule"
        )

    def test_directions_are_kept_apart(self) -> None:
        every = [{"IpProtocol": "-1"}]
        found = group_facts.security_groups([A_GROUP | {"IpPermissionsEgress": every}])
        assert not isinstance(found, Unknown)
        assert (len(found["sg-1"].ingress), len(found["sg-1"].egress)) == (0, 1)

    def rule(self, members: Json) -> Any:
        found = group_facts.security_groups([A_GROUP | {"IpPermissions": [members]}])
        assert not isinstance(found, Unknown)
        return found["sg-1"].ingress[0]


class TestEndpoints:
    @pytest.mark.parametrize(
        ("given_as", "kind"),
        [
            ("Gateway", EndpointType.GATEWAY),
            ("gateway", EndpointType.GATEWAY),
            (None, EndpointType.GATEWAY),
            ("Interface", EndpointType.INTERFACE),
            ("GatewayLoadBalancer", EndpointType.OTHER),
            ("ServiceNetwork", EndpointType.OTHER),
        ],
    )
    def test_the_type(self, given_as: str | None, kind: EndpointType) -> None:
        assert self.endpoint(VpcEndpointType=given_as).type is kind

    @pytest.mark.parametrize("state", ["Available", "available", "AVAILABLE"])
    def test_the_state_is_in_lower_case_whatever_the_casing(self, state: str) -> None:
        assert self.endpoint(State=state).state == "available"

    def test_private_dns(self) -> None:
        options = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
        endpoint = self.endpoint(PrivateDnsEnabled=True, DnsOptions=options)
        assert endpoint.private_dns_enabled
        assert endpoint.private_dns_only_for_inbound_resolver
        assert not self.endpoint().private_dns_enabled

    def test_what_it_is_attached_to(self) -> None:
        endpoint = self.endpoint(
            RouteTableIds=["rtb-1"], SubnetIds=["subnet-1"], Groups=[{"GroupId": "sg-1"}]
        )
        assert endpoint.route_table_ids == {"rtb-1"}
        assert endpoint.subnet_ids == {"subnet-1"}
        assert endpoint.group_ids == {"sg-1"}

    def endpoint(self, **members: Any) -> Any:
        found = network_facts.endpoints([AN_ENDPOINT | members])
        assert not isinstance(found, Unknown)
        return found["vpce-1"]


class TestNatGateways:
    def test_a_zonal_one(self) -> None:
        nat = self.nat_gateway(SubnetId="subnet-1", ConnectivityType="private")
        assert (nat.subnet_id, nat.connectivity_type, nat.route_table_id) == (
            "subnet-1",
            "private",
            None,
        )

    def test_a_regional_one_has_no_subnet_but_a_route_table(self) -> None:
        nat = self.nat_gateway(AvailabilityMode="regional", RouteTableId="rtb-9")
        assert (nat.subnet_id, nat.route_table_id) == (None, "rtb-9")

    def test_it_is_public_unless_it_is_said(self) -> None:
        assert self.nat_gateway().connectivity_type == "public"

    def nat_gateway(self, **members: Any) -> Any:
        found = network_facts.nat_gateways([A_NAT_GATEWAY | members])
        assert not isinstance(found, Unknown)
        return found["nat-1"]


class TestPrefixLists:
    def test_entries_of_both_families(self) -> None:
        entries = network_facts.prefix_list_entries([{"Cidr": "10.0.0.0/8"}, {"Cidr": "fd00::/8"}])
        assert entries == (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8"))

    def test_a_list_of_aws(self) -> None:
        found = self.prefix_list()
        assert (found.name, found.owner_id) == ("com.amazonaws.eu-central-1.s3", "AWS")
        assert {*found.entries} == {IPv4Network("52.219.170.0/23"), IPv4Network("3.5.134.0/23")}

    def test_a_list_of_aws_may_hold_ipv6_blocks(self) -> None:
        found = self.prefix_list(Cidrs=["fd00:ec2:80::/64"])
        assert found.entries == (IPv6Network("fd00:ec2:80::/64"),)

    @pytest.mark.parametrize("members", [{"Cidrs": []}, {"Cidrs": None}])
    def test_a_service_has_some_addresses(self, members: Json) -> None:
        found = self.prefix_list(**members)
        assert found.entries == Unknown("ec2:DescribePrefixLists answered without Cidrs")

    def test_a_block_of_next_year_leaves_the_other_lists(self) -> None:
        another = A_LIST | {"PrefixListId": "pl-2", "Cidrs": ["nowhere"]}
        found = network_facts.prefix_lists([A_LIST, another])
        assert not isinstance(found, Unknown)
        assert isinstance(found["pl-1"].entries, tuple)
        assert found["pl-2"].entries == Unknown(
            "ec2:DescribePrefixLists answered without a sound block of addresses, but 'nowhere'"
        )

    @pytest.mark.parametrize("member", ["PrefixListId", "PrefixListName"])
    def test_a_missing_member_is_not_made_up(self, member: str) -> None:
        item = {name: value for name, value in A_LIST.items() if name != member}
        found = network_facts.prefix_lists([item])
        assert found == Unknown(f"ec2:DescribePrefixLists answered without {member}")

    def prefix_list(self, **members: Any) -> Any:
        found = network_facts.prefix_lists([A_LIST | members])
        assert not isinstance(found, Unknown)
        return found["pl-1"]


class TestNetworkAcls:
    def test_an_acl_and_its_subnets(self) -> None:
        acl = self.acl(
            Associations=[
                {"NetworkAclAssociationId": "aclassoc-1", "SubnetId": "subnet-1"},
                {"NetworkAclAssociationId": "aclassoc-2", "SubnetId": "subnet-2"},
            ]
        )
        assert (acl.id, acl.vpc_id, acl.entries) == ("acl-1", "vpc-1", ())
        assert acl.subnet_ids == {"subnet-1", "subnet-2"}

    def test_an_entry(self) -> None:
        entry = self.entry()
        assert (entry.number, entry.direction, entry.protocol) == (100, Direction.INGRESS, "6")
        assert (entry.allows, entry.block) == (True, IPv4Network("10.0.0.0/8"))
        assert (entry.first_port, entry.last_port) == (443, 444)

    @pytest.mark.parametrize(
        ("egress", "direction"), [(True, Direction.EGRESS), (False, Direction.INGRESS)]
    )
    def test_the_direction(self, egress: bool, direction: Direction) -> None:
        assert self.entry(Egress=egress).direction is direction

    @pytest.mark.parametrize(
        ("action", "allows"), [("allow", True), ("deny", False), ("DENY", False)]
    )
    def test_whether_it_allows(self, action: str, allows: bool) -> None:
        assert self.entry(RuleAction=action).allows is allows

    @pytest.mark.parametrize(
        ("given_as", "number"),
        [("-1", "-1"), ("6", "6"), ("tcp", "6"), ("UDP", "17"), ("50", "50")],
    )
    def test_the_protocol_is_kept_by_number(self, given_as: str, number: str) -> None:
        assert self.entry(Protocol=given_as).protocol == number

    @pytest.mark.parametrize("protocol", ["-1", "1", "50"])
    def test_protocols_without_ports(self, protocol: str) -> None:
        entry = self.entry(Protocol=protocol)
        assert (entry.first_port, entry.last_port) == (None, None)

    def test_an_ipv6_block(self) -> None:
        entry = self.entry(CidrBlock=None, Ipv6CidrBlock="::/0")
        assert entry.block == IPv6Network("::/0")

    @pytest.mark.parametrize(
        "member", ["RuleNumber", "Egress", "Protocol", "RuleAction", "CidrBlock", "PortRange"]
    )
    def test_a_missing_member_is_not_made_up(self, member: str) -> None:
        assert self.without(member).reason.startswith("ec2:DescribeNetworkAcls answered without ")

    def test_an_action_of_next_year_neither_allows_nor_denies(self) -> None:
        found = acl_facts.network_acls([self.item(Entries=[AN_ENTRY | {"RuleAction": "log"}])])
        assert found == Unknown(
            "ec2:DescribeNetworkAcls answered without a known RuleAction, but 'log'"
        )

    def without(self, member: str) -> Unknown:
        entry = {name: value for name, value in AN_ENTRY.items() if name != member}
        found = acl_facts.network_acls([self.item(Entries=[entry])])
        assert isinstance(found, Unknown)
        return found

    def entry(self, **members: Any) -> Any:
        (entry,) = self.acl(Entries=[AN_ENTRY | members]).entries
        return entry

    def acl(self, **members: Any) -> Any:
        found = acl_facts.network_acls([self.item(**members)])
        assert not isinstance(found, Unknown)
        return found["acl-1"]

    def item(self, **members: Any) -> Json:
        return {"NetworkAclId": "acl-1", "VpcId": "vpc-1"} | members


class TestDhcpOptions:
    def test_a_set(self) -> None:
        found = self.options({"domain-name": ["a.internal"], "domain-name-servers": ["10.0.0.2"]})
        assert found == DhcpOptions("dopt-1", ("a.internal",), ("10.0.0.2",))

    def test_keys_that_it_lacks_are_empty(self) -> None:
        assert self.options({"ntp-servers": ["10.0.0.9"]}) == DhcpOptions("dopt-1", (), ())
        assert self.options({"domain-name": []}) == DhcpOptions("dopt-1", (), ())

    @pytest.mark.parametrize(
        "values", [["10.0.0.2", "10.0.0.3"], ["10.0.0.2,10.0.0.3"], ["10.0.0.2, 10.0.0.3"]]
    )
    def test_several_servers(self, values: list[str]) -> None:
        found = self.options({"domain-name-servers": values})
        assert found.domain_name_servers == ("10.0.0.2", "10.0.0.3")

    def test_only_sets_that_vpcs_name_are_asked_for(self) -> None:
        vpcs = [A_VPC, A_VPC | {"DhcpOptionsId": "default"}, A_VPC | {"DhcpOptionsId": "dopt-1"}]
        assert dhcp_facts.associated_ids(vpcs) == frozenset({"dopt-1"})

    def test_what_unread_vpcs_name_is_not_known(self) -> None:
        denied = Unknown("ec2:DescribeVpcs is denied to the guardrail")
        assert dhcp_facts.associated_ids(denied) == denied

    def options(self, values: dict[str, list[str]]) -> Any:
        configurations = [
            {"Key": key, "Values": [{"Value": value} for value in each]}
            for key, each in values.items()
        ]
        found = dhcp_facts.dhcp_options(
            [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": configurations}]
        )
        assert not isinstance(found, Unknown)
        return found["dopt-1"]


@pytest.mark.parametrize(("supported", "expected"), [(True, True), (False, False)])
def test_efa_support(supported: bool, expected: bool) -> None:
    item = {"InstanceType": "p9.48xlarge", "NetworkInfo": {"EfaSupported": supported}}
    assert network_facts.efa_support([item]) == {"p9.48xlarge": expected}


def test_efa_support_that_is_not_told_is_unknown() -> None:
    found = network_facts.efa_support([{"InstanceType": "p9.48xlarge"}])
    assert found == {
        "p9.48xlarge": Unknown("ec2:DescribeInstanceTypes answered without EfaSupported")
    }


PARSERS: dict[str, Callable[[list[Json]], object]] = {
    "Subnet": network_facts.subnets,
    "Vpc": lambda items: network_facts.vpcs(items, {}, {}),
    "VpcEndpoint": network_facts.endpoints,
    "NatGateway": network_facts.nat_gateways,
    "PrefixList": network_facts.prefix_lists,
    "PrefixListEntry": network_facts.prefix_list_entries,
    "InstanceTypeInfo": network_facts.efa_support,
    "RouteTable": route_facts.route_tables,
    "SecurityGroup": group_facts.security_groups,
    "NetworkAcl": acl_facts.network_acls,
    "DhcpOptions": dhcp_facts.dhcp_options,
    "SecurityGroupVpcAssociation": group_facts.associated_vpcs,
}
"""The parsers, by the shape of EC2's service model that they take apart."""

WORDS = (
    "local tcp -1 allow deny 10.0.0.0/16 10.0.0.5/8 ::/0 active associated Available domain-name "
    "domain-name-servers vpc-1 subnet-1 sg-1 pl-1 rtb-1 igw-1 vpce-1 nowhere"
)
TEXTS = st.sampled_from(["", *WORDS.split()])


@cache
def answers(shape_name: str) -> st.SearchStrategy[Json]:
    """Any answer that EC2's service model allows, with any member missing."""
    session = boto3.Session(region_name="eu-central-1")
    client = session.client("ec2", aws_access_key_id="a", aws_secret_access_key="b")
    return _of(client.meta.service_model.shape_for(shape_name), ())


def _of(shape: Any, above: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if shape.name in above:
        return st.none()
    if shape.type_name == "structure":
        members = {name: _of(each, (*above, shape.name)) for name, each in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members)
    if shape.type_name == "list":
        return st.lists(_of(shape.member, (*above, shape.name)), max_size=2)
    return _scalar(shape)


def _scalar(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in ("integer", "long"):
        return st.integers(-2, 70_000)
    if shape.type_name in ("float", "double"):
        return st.floats(allow_nan=False)
    if shape.type_name == "string":
        return TEXTS
    return st.none()


@pytest.mark.parametrize("shape_name", PARSERS)
def test_no_well_typed_answer_is_an_error(shape_name: str) -> None:
    parse = PARSERS[shape_name]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(answers(shape_name), max_size=3))
    def check(items: list[Json]) -> None:
        assert parse(items) is not None

    check()
