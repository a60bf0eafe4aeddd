"""A synthetic account: what EC2 would say of any number of VPCs, made up from their numbers.

Each VPC has ten subnets, three of them public, four route tables, a NAT gateway, an S3 gateway
endpoint with a policy of its own, an interface endpoint, a network ACL and a default group. In
every fourth one the route to the S3 endpoint is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

REGION, ACCOUNT = "eu-central-1", "111122223333"
SUBNETS, PUBLIC_SUBNETS = 10, 3
TABLES = 4
EVERYWHERE = "0.0.0.0/0"
S3_LIST = "pl-0000000000000003"
S3_BLOCKS = ("3.5.134.0/23", "3.5.136.0/22", "52.219.44.0/22", "52.219.72.0/22", "52.219.168.0/24")
LISTS = 60
"""AWS's own prefix lists in a Region, about."""

Filters = Mapping[str, Sequence[str]]


def vpc_id(number: int) -> str:
    """The id of a VPC; ids of its parts are made alike."""
    return f"vpc-{number:017x}"


def part_id(kind: str, vpc: int, number: int = 0) -> str:
    """The id of a part of a VPC."""
    return f"{kind}-{vpc:013x}{number:04x}"


def items_of(action: str, filters: Filters, vpcs: int) -> tuple[str, list[str]]:
    """The member that holds the items of an answer, and the items that the filters let through."""
    member, make = ANSWERS[action]
    wanted = filters.get("vpc-id")
    numbers = range(vpcs) if wanted is None else [int(each[4:], 16) for each in wanted]
    if action in OF_THE_ACCOUNT:
        return member, [*make(0)]
    if "group-id" in filters:
        numbers = sorted({int(each[3:16], 16) for each in filters["group-id"]})
    if "dhcp-options-id" in filters:
        numbers = sorted({int(each[5:18], 16) for each in filters["dhcp-options-id"]})
    return member, [item for number in numbers for item in make(number)]


def _element(name: str, content: object) -> str:
    return f"<{name}>{content}</{name}>"


def _item(**members: object) -> str:
    return _element("item", "".join(_element(name, text) for name, text in members.items()))


def _vpcs(vpc: int) -> Iterator[str]:
    yield _item(
        vpcId=vpc_id(vpc),
        ownerId=ACCOUNT,
        state="available",
        cidrBlock="10.0.0.0/16",
        dhcpOptionsId=part_id("dopt", vpc % 3),
        instanceTenancy="default",
        tagSet=_item(key="Name", value=f"vpc {vpc}") + _item(key="team", value=f"team {vpc % 7}"),
    )


def _subnets(vpc: int) -> Iterator[str]:
    for number in range(SUBNETS):
        yield _item(
            subnetId=part_id("subnet", vpc, number),
            vpcId=vpc_id(vpc),
            ownerId=ACCOUNT,
            state="available",
            cidrBlock=f"10.0.{number}.0/24",
            availableIpAddressCount=200,
            availabilityZone=f"{REGION}{'abc'[number % 3]}",
            tagSet=_item(key="Name", value=f"subnet {number}"),
        )


def _route_tables(vpc: int) -> Iterator[str]:
    """The main table, the public one, and two private ones."""
    local = _item(destinationCidrBlock="10.0.0.0/16", gatewayId="local", state="active")
    public = _item(destinationCidrBlock=EVERYWHERE, gatewayId=part_id("igw", vpc), state="active")
    by_nat = _item(
        destinationCidrBlock=EVERYWHERE, natGatewayId=part_id("nat", vpc), state="active"
    )
    to_s3 = _item(destinationPrefixListId=S3_LIST, gatewayId=part_id("vpce", vpc), state="active")
    private = local + by_nat + ("" if vpc % 4 == 0 else to_s3)
    for number, routes in enumerate((local, local + public, private, private)):
        served = [each for each in range(SUBNETS) if _table_of(each) == number]
        yield _item(
            routeTableId=part_id("rtb", vpc, number),
            vpcId=vpc_id(vpc),
            ownerId=ACCOUNT,
            associationSet=_item(main="true") if number == 0 else _associations(vpc, served),
            routeSet=routes,
        )


def _table_of(subnet: int) -> int:
    return 1 if subnet < PUBLIC_SUBNETS else 2 + subnet % 2


def _associations(vpc: int, subnets: Sequence[int]) -> str:
    return "".join(
        _item(
            subnetId=part_id("subnet", vpc, each),
            main="false",
            associationState=_element("state", "associated"),
        )
        for each in subnets
    )


def _groups(vpc: int) -> Iterator[str]:
    own = part_id("sg", vpc)
    yield _item(
        ownerId=ACCOUNT,
        groupId=own,
        groupName="default",
        vpcId=vpc_id(vpc),
        ipPermissions=_item(ipProtocol="-1", groups=_item(userId=ACCOUNT, groupId=own)),
        ipPermissionsEgress=_item(ipProtocol="-1", ipRanges=_item(cidrIp=EVERYWHERE)),
    )


def _endpoints(vpc: int) -> Iterator[str]:
    arns = [f"arn:aws:s3:::data-of-{vpc}", f"arn:aws:s3:::data-of-{vpc}/*"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": arns}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    tables = "".join(_element("item", part_id("rtb", vpc, each)) for each in range(1, TABLES))
    yield _item(
        vpcEndpointId=part_id("vpce", vpc),
        vpcEndpointType="Gateway",
        vpcId=vpc_id(vpc),
        serviceName=f"com.amazonaws.{REGION}.s3",
        state="available",
        policyDocument=escape(policy),
        routeTableIdSet=tables,
    )
    yield _item(
        vpcEndpointId=part_id("vpce", vpc, 1),
        vpcEndpointType="Interface",
        vpcId=vpc_id(vpc),
        serviceName=f"com.amazonaws.{REGION}.sts",
        state="available",
        subnetIdSet=_element("item", part_id("subnet", vpc, 5)),
        groupSet=_item(groupId=part_id("sg", vpc), groupName="default"),
        privateDnsEnabled="true",
    )


def _nat_gateways(vpc: int) -> Iterator[str]:
    yield _item(
        natGatewayId=part_id("nat", vpc),
        vpcId=vpc_id(vpc),
        subnetId=part_id("subnet", vpc),
        state="available",
        connectivityType="public",
    )


def _network_acls(vpc: int) -> Iterator[str]:
    entries = "".join(
        _item(
            ruleNumber=number,
            protocol="-1",
            ruleAction=action,
            egress=egress,
            cidrBlock=EVERYWHERE,
        )
        for number, action in ((100, "allow"), (32767, "deny"))
        for egress in ("true", "false")
    )
    subnets = "".join(_item(subnetId=part_id("subnet", vpc, each)) for each in range(SUBNETS))
    yield _item(
        networkAclId=part_id("acl", vpc),
        vpcId=vpc_id(vpc),
        entrySet=entries,
        associationSet=subnets,
    )


def _dhcp_options(number: int) -> Iterator[str]:
    name, servers = f"{REGION}.compute.internal", "AmazonProvidedDNS"
    pairs = (("domain-name", name), ("domain-name-servers", servers))
    configuration = "".join(_item(key=key, valueSet=_item(value=value)) for key, value in pairs)
    yield _item(dhcpOptionsId=part_id("dopt", number), dhcpConfigurationSet=configuration)


def _prefix_lists(_: int) -> Iterator[str]:
    blocks = "".join(_element("item", each) for each in S3_BLOCKS)
    yield _item(prefixListId=S3_LIST, prefixListName=f"com.amazonaws.{REGION}.s3", cidrSet=blocks)
    for number in range(LISTS):
        yield _item(
            prefixListId=part_id("pl", 1, number),
            prefixListName=f"com.amazonaws.{REGION}.service-{number}",
            cidrSet=blocks,
        )


Maker = Callable[[int], Iterator[str]]
ANSWERS: Mapping[str, tuple[str, Maker]] = {
    "DescribeDhcpOptions": ("dhcpOptionsSet", _dhcp_options),
    "DescribeNatGateways": ("natGatewaySet", _nat_gateways),
    "DescribeNetworkAcls": ("networkAclSet", _network_acls),
    "DescribePrefixLists": ("prefixListSet", _prefix_lists),
    "DescribeRouteTables": ("routeTableSet", _route_tables),
    "DescribeSecurityGroups": ("securityGroupInfo", _groups),
    "DescribeSubnets": ("subnetSet", _subnets),
    "DescribeVpcEndpoints": ("vpcEndpointSet", _endpoints),
    "DescribeVpcs": ("vpcSet", _vpcs),
}
OF_THE_ACCOUNT = frozenset({"DescribePrefixLists"})
