"""VPCs, subnets, endpoints, NAT gateways and prefix lists, as EC2 describes them: pure parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from vpc_guardrail.adapters.dhcp_facts import NO_OPTIONS
from vpc_guardrail.adapters.ec2_answers import (
    Block,
    Description,
    IncompleteAnswerError,
    block,
    by_id,
    ids,
    ipv4_block,
    items,
    structure,
    tags,
    text,
    texts,
)
from vpc_guardrail.core.model import (
    Endpoint,
    EndpointType,
    NatGateway,
    PrefixList,
    Subnet,
    Unknown,
    Vpc,
)
from vpc_guardrail.core.routing import AWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ipaddress import IPv4Network

    from vpc_guardrail.core.model import Fact

Blocks: TypeAlias = tuple[Block, ...]
"""The entries of a prefix list."""

ENDPOINT_TYPES = {"gateway": EndpointType.GATEWAY, "interface": EndpointType.INTERFACE}

DEFAULT_ENDPOINT_TYPE = "Gateway"
"""Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html"""

DEFAULT_CONNECTIVITY = "public"
"""Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html"""

NO_BLOCK = "off"
"""VPC Block Public Access blocks nothing where an answer does not speak of it.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_BlockPublicAccessStates.html
"""


def subnets(found: Iterable[Description]) -> Fact[Mapping[str, Subnet]]:
    """Subnets by id, from ec2:DescribeSubnets."""
    return by_id("ec2:DescribeSubnets", "SubnetId", found, _subnet)


def _subnet(item: Description) -> Subnet:
    ipv6_only = item.get("Ipv6Native") is True
    addresses = item.get("AvailableIpAddressCount", 0 if ipv6_only else None)
    if not isinstance(addresses, int):
        raise IncompleteAnswerError("a sound AvailableIpAddressCount")
    return Subnet(
        id=text(item, "SubnetId"),
        vpc_id=text(item, "VpcId"),
        owner_id=text(item, "OwnerId"),
        cidr=None if ipv6_only else ipv4_block(text(item, "CidrBlock")),
        availability_zone=item.get("AvailabilityZone") or "",
        available_addresses=addresses,
        outpost_arn=item.get("OutpostArn") or None,
        tags=tags(item),
    )


def vpcs(
    found: Fact[Iterable[Description]],
    dns_support: Mapping[str, Fact[bool]],
    dns_hostnames: Mapping[str, Fact[bool]],
) -> Fact[Mapping[str, Vpc]]:
    """VPCs by id, from ec2:DescribeVpcs, with the DNS attributes that were read beside."""
    if isinstance(found, Unknown):
        return found
    unread = Unknown("ec2:DescribeVpcAttribute was not asked about this VPC")

    def parse(item: Description) -> Vpc:
        vpc_id = text(item, "VpcId")
        access = structure(item, "BlockPublicAccessStates")
        return Vpc(
            id=vpc_id,
            owner_id=text(item, "OwnerId"),
            tenancy=text(item, "InstanceTenancy"),
            cidrs=_vpc_blocks(item),
            dns_support=dns_support.get(vpc_id, unread),
            dns_hostnames=dns_hostnames.get(vpc_id, unread),
            internet_block_mode=access.get("InternetGatewayBlockMode") or NO_BLOCK,
            dhcp_options_id=item.get("DhcpOptionsId") or NO_OPTIONS,
            tags=tags(item),
        )

    return by_id("ec2:DescribeVpcs", "VpcId", found, parse)


def _vpc_blocks(item: Description) -> tuple[IPv4Network, ...]:
    """The VPC's primary block, then those associated with it that still are."""
    primary = ipv4_block(text(item, "CidrBlock"))
    associated = (
        ipv4_block(text(each, "CidrBlock"))
        for each in items(item, "CidrBlockAssociationSet")
        if structure(each, "CidrBlockState").get("State") == "associated"
    )
    return tuple(dict.fromkeys((primary, *associated)))


def dns_attribute(answer: Fact[Description], attribute: str) -> Fact[bool]:
    """The value of `EnableDnsSupport` or `EnableDnsHostnames`, from ec2:DescribeVpcAttribute."""
    if isinstance(answer, Unknown):
        return answer
    value = structure(answer, attribute).get("Value")
    if isinstance(value, bool):
        return value
    return Unknown(f"ec2:DescribeVpcAttribute answered without {attribute}")


def endpoints(found: Iterable[Description]) -> Fact[Mapping[str, Endpoint]]:
    """VPC endpoints by id, from ec2:DescribeVpcEndpoints."""
    return by_id("ec2:DescribeVpcEndpoints", "VpcEndpointId", found, _endpoint)


def _endpoint(item: Description) -> Endpoint:
    dns = structure(item, "DnsOptions")
    kind: str = item.get("VpcEndpointType") or DEFAULT_ENDPOINT_TYPE
    return Endpoint(
        id=text(item, "VpcEndpointId"),
        vpc_id=text(item, "VpcId"),
        service_name=text(item, "ServiceName"),
        type=ENDPOINT_TYPES.get(kind.lower(), EndpointType.OTHER),
        state=text(item, "State").lower(),
        route_table_ids=texts(item, "RouteTableIds"),
        subnet_ids=texts(item, "SubnetIds"),
        group_ids=ids(items(item, "Groups"), "GroupId"),
        private_dns_enabled=item.get("PrivateDnsEnabled") is True,
        private_dns_only_for_inbound_resolver=(
            dns.get("PrivateDnsOnlyForInboundResolverEndpoint") is True
        ),
        policy=item.get("PolicyDocument"),
    )


def nat_gateways(found: Iterable[Description]) -> Fact[Mapping[str, NatGateway]]:
    """NAT gateways by id, from ec2:DescribeNatGateways."""
    return by_id("ec2:DescribeNatGateways", "NatGatewayId", found, _nat_gateway)


def _nat_gateway(item: Description) -> NatGateway:
    return NatGateway(
        id=text(item, "NatGatewayId"),
        vpc_id=text(item, "VpcId"),
        state=text(item, "State").lower(),
        connectivity_type=item.get("ConnectivityType") or DEFAULT_CONNECTIVITY,
        subnet_id=item.get("SubnetId") or None,
        route_table_id=item.get("RouteTableId") or None,
    )


def prefix_lists(found: Iterable[Description]) -> Fact[Mapping[str, PrefixList]]:
    """AWS's own prefix lists by id, with their entries, from ec2:DescribePrefixLists."""
    return by_id("ec2:DescribePrefixLists", "PrefixListId", found, _prefix_list)


def _prefix_list(item: Description) -> PrefixList:
    return PrefixList(
        id=text(item, "PrefixListId"),
        name=text(item, "PrefixListName"),
        owner_id=AWS,
        entries=_cidrs(item),
    )


def _cidrs(item: Description) -> Fact[Blocks]:
    """The blocks of a service; it has some, so none are not taken for an answer."""
    try:
        blocks = tuple(block(each) for each in sorted(texts(item, "Cidrs")))
    except IncompleteAnswerError as error:
        return Unknown(f"ec2:DescribePrefixLists answered without {error}")
    return blocks or Unknown("ec2:DescribePrefixLists answered without Cidrs")


def prefix_list_entries(found: Iterable[Description]) -> Fact[Blocks]:
    """The blocks of one prefix list, from ec2:GetManagedPrefixListEntries."""
    try:
        return tuple(block(text(item, "Cidr")) for item in found)
    except IncompleteAnswerError as error:
        return Unknown(f"ec2:GetManagedPrefixListEntries answered without {error}")


def efa_support(found: Iterable[Description]) -> Fact[Mapping[str, Fact[bool]]]:
    """Whether EC2 can attach an EFA to a type, by EC2's name, from ec2:DescribeInstanceTypes."""
    return by_id("ec2:DescribeInstanceTypes", "InstanceType", found, _efa_supported)


def _efa_supported(item: Description) -> Fact[bool]:
    supported = structure(item, "NetworkInfo").get("EfaSupported")
    if isinstance(supported, bool):
        return supported
    return Unknown("ec2:DescribeInstanceTypes answered without EfaSupported")
