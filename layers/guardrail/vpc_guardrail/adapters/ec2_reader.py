"""One question each to EC2: filtered, all pages, and Unknown where it may not be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from botocore import xform_name

from vpc_guardrail.adapters import (
    acl_facts,
    dhcp_facts,
    faults,
    file_systems,
    group_facts,
    network_facts,
    route_facts,
)
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Set

    from botocore.client import BaseClient
    from mypy_boto3_ec2 import EC2Client

    from vpc_guardrail.adapters.ec2_answers import Description
    from vpc_guardrail.adapters.file_systems import Interface
    from vpc_guardrail.adapters.network_facts import Blocks
    from vpc_guardrail.core.model import (
        DhcpOptions,
        Endpoint,
        Fact,
        NatGateway,
        NetworkAcl,
        PrefixList,
        RouteTable,
        SecurityGroup,
        Subnet,
    )

T = TypeVar("T")

Filter: TypeAlias = "Mapping[str, Any]"
"""A filter as EC2 takes it: its name and the values, any of which will do."""

FILTER_VALUES = 200
"""Values that one filter takes at most.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
"""

FILTERABLE = re.compile(r"[-.0-9a-zA-Z]{1,64}")
"""What ids and names of instance types look like; in a filter, * and ? would stand for others."""

ML_PREFIX = "ml."
"""What SageMaker's names of instance types begin with, and EC2's do not."""


@dataclass(frozen=True, slots=True)
class Question:
    """A Describe or Get action: its name, the member of its answer, and its longest page."""

    action: str
    member: str
    page_size: int
    filter_parameter: str = "Filters"


# The page sizes are the highest MaxResults that each action takes:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
# None is documented for DescribePrefixLists, which has far fewer to tell than a page holds.
SUBNETS = Question("DescribeSubnets", "Subnets", 1000)
SECURITY_GROUPS = Question("DescribeSecurityGroups", "SecurityGroups", 1000)
GROUP_VPCS = Question("DescribeSecurityGroupVpcAssociations", "SecurityGroupVpcAssociations", 1000)
PREFIX_LISTS = Question("DescribePrefixLists", "PrefixLists", 100)
ENTRIES = Question("GetManagedPrefixListEntries", "Entries", 100)
INSTANCE_TYPES = Question("DescribeInstanceTypes", "InstanceTypes", 100)
VPCS = Question("DescribeVpcs", "Vpcs", 1000)
ROUTE_TABLES = Question("DescribeRouteTables", "RouteTables", 100)
ENDPOINTS = Question("DescribeVpcEndpoints", "VpcEndpoints", 1000)
NAT_GATEWAYS = Question("DescribeNatGateways", "NatGateways", 1000, filter_parameter="Filter")
NETWORK_ACLS = Question("DescribeNetworkAcls", "NetworkAcls", 1000)
NETWORK_INTERFACES = Question("DescribeNetworkInterfaces", "NetworkInterfaces", 1000)
DHCP_OPTIONS = Question("DescribeDhcpOptions", "DhcpOptions", 1000)


class Ec2Reader:
    """Asks EC2; each answer is what was read, or Unknown. Faults raise.

    What is asked for by filters, and does not exist, is missing in the answer: unlike with the
    parameters for ids, it does not fail the call for the others.
    """

    def __init__(self, ec2: EC2Client) -> None:
        self._ec2 = ec2

    def subnets(self, ids: Set[str]) -> Fact[Mapping[str, Subnet]]:
        """The subnets of these ids."""
        return self._found(SUBNETS, "subnet-id", ids, network_facts.subnets)

    def security_groups(self, ids: Set[str]) -> Fact[Mapping[str, SecurityGroup]]:
        """The security groups of these ids."""
        return self._found(SECURITY_GROUPS, "group-id", ids, group_facts.security_groups)

    def further_security_groups(self, ids: Set[str]) -> Fact[Mapping[str, SecurityGroup]]:
        """As `security_groups`, but asks nothing about none."""
        return self.security_groups(ids) if ids else {}

    def group_vpcs(self, group_ids: Set[str]) -> Fact[Mapping[str, frozenset[str]]]:
        """The further VPCs that security groups are associated with."""
        return self._found(GROUP_VPCS, "group-id", group_ids, group_facts.associated_vpcs)

    def prefix_lists(self) -> Fact[Mapping[str, PrefixList]]:
        """The prefix lists of AWS's own services, with their entries."""
        found = faults.fact(_named(PREFIX_LISTS), lambda: [*self._pages(PREFIX_LISTS, {})])
        return found if isinstance(found, Unknown) else network_facts.prefix_lists(found)

    def prefix_list_entries(self, list_id: str) -> Fact[Blocks]:
        """The entries of one prefix list, whoever owns it."""
        parameters = {"PrefixListId": list_id}
        found = faults.fact(_named(ENTRIES), lambda: [*self._pages(ENTRIES, parameters)])
        return found if isinstance(found, Unknown) else network_facts.prefix_list_entries(found)

    def efa_support(self, instance_types: Set[str]) -> Mapping[str, Fact[bool]]:
        """Whether types, as SageMaker names them, can carry EFA; asks nothing about none."""
        if not instance_types:
            return {}
        ec2_names = {name: name.removeprefix(ML_PREFIX) for name in instance_types}
        asked = {*ec2_names.values()}
        found = self._found(INSTANCE_TYPES, "instance-type", asked, network_facts.efa_support)
        if isinstance(found, Unknown):
            return dict.fromkeys(instance_types, found)
        return {
            name: found.get(ec2_name, Unknown(f"EC2 does not know {ec2_name} in this Region"))
            for name, ec2_name in ec2_names.items()
        }

    def vpcs(self, ids: Set[str]) -> Fact[list[Description]]:
        """The VPCs of these ids, without their DNS attributes."""
        return self._found(VPCS, "vpc-id", ids, list)

    def dns_support(self, vpc_id: str) -> Fact[bool]:
        """Whether a VPC's own DNS server answers."""
        answer = faults.fact(
            "ec2:DescribeVpcAttribute",
            lambda: self._ec2.describe_vpc_attribute(Attribute="enableDnsSupport", VpcId=vpc_id),
        )
        return network_facts.dns_attribute(answer, "EnableDnsSupport")

    def dns_hostnames(self, vpc_id: str) -> Fact[bool]:
        """Whether a VPC gives names to what is in it; the API tells one attribute a call."""
        answer = faults.fact(
            "ec2:DescribeVpcAttribute",
            lambda: self._ec2.describe_vpc_attribute(Attribute="enableDnsHostnames", VpcId=vpc_id),
        )
        return network_facts.dns_attribute(answer, "EnableDnsHostnames")

    def route_tables(self, vpc_ids: Set[str]) -> Fact[Mapping[str, RouteTable]]:
        """All route tables of these VPCs."""
        return self._found(ROUTE_TABLES, "vpc-id", vpc_ids, route_facts.route_tables)

    def endpoints(self, vpc_ids: Set[str]) -> Fact[Mapping[str, Endpoint]]:
        """All endpoints of these VPCs."""
        return self._found(ENDPOINTS, "vpc-id", vpc_ids, network_facts.endpoints)

    def nat_gateways(self, vpc_ids: Set[str]) -> Fact[Mapping[str, NatGateway]]:
        """All NAT gateways of these VPCs."""
        return self._found(NAT_GATEWAYS, "vpc-id", vpc_ids, network_facts.nat_gateways)

    def network_acls(self, vpc_ids: Set[str]) -> Fact[Mapping[str, NetworkAcl]]:
        """All network ACLs of these VPCs."""
        return self._found(NETWORK_ACLS, "vpc-id", vpc_ids, acl_facts.network_acls)

    def network_interfaces(self, ids: Set[str]) -> Fact[Mapping[str, Interface]]:
        """The network interfaces of these ids; asks nothing about none."""
        if not ids:
            return {}
        return self._found(NETWORK_INTERFACES, "network-interface-id", ids, file_systems.interfaces)

    def dhcp_options(self, ids: Set[str]) -> Fact[Mapping[str, DhcpOptions]]:
        """The DHCP option sets of these ids; asks nothing about none."""
        if not ids:
            return {}
        return self._found(DHCP_OPTIONS, "dhcp-options-id", ids, dhcp_facts.dhcp_options)

    def _found(
        self,
        question: Question,
        filter_name: str,
        values: Iterable[str],
        parse: Callable[[list[Description]], Fact[T]],
        *also: Filter,
    ) -> Fact[T]:
        """What a filter of this name finds for any of the values, and what others let through."""
        found = faults.fact(
            _named(question), lambda: [*self._filtered(question, filter_name, values, also)]
        )
        return found if isinstance(found, Unknown) else parse(found)

    def _filtered(
        self, question: Question, name: str, values: Iterable[str], also: tuple[Filter, ...]
    ) -> Iterator[Description]:
        wanted = sorted(value for value in values if FILTERABLE.fullmatch(value))
        for start in range(0, len(wanted), FILTER_VALUES):
            part = {"Name": name, "Values": wanted[start : start + FILTER_VALUES]}
            yield from self._pages(question, {question.filter_parameter: [part, *also]})

    def _pages(self, question: Question, parameters: Mapping[str, Any]) -> Iterator[Description]:
        client: BaseClient = self._ec2
        paginator = client.get_paginator(xform_name(question.action))
        paging = {"PageSize": question.page_size}
        for page in paginator.paginate(**parameters, PaginationConfig=paging):
            yield from page.get(question.member) or ()


def _named(question: Question) -> str:
    """The action as policies name it."""
    return f"ec2:{question.action}"
