"""The calls that are made only where something needs them: what was read, or why it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters import dhcp_facts
from vpc_guardrail.adapters.endpoint_needs import needs_dns_hostnames
from vpc_guardrail.core.model import TargetKind, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.adapters.ec2_answers import Description
    from vpc_guardrail.adapters.ec2_reader import Ec2Reader
    from vpc_guardrail.core.model import (
        DhcpOptions,
        Endpoint,
        Fact,
        NatGateway,
        RouteTable,
        SecurityGroup,
    )

NO_HOSTNAMES_NEEDED = Unknown("no interface endpoint of the VPC needs it")
"""Why it was not asked for whether a VPC has DNS hostnames."""

NO_NAT_GATEWAY_NEEDED = Unknown("no route leads to a NAT gateway, so none was asked for")
"""Why NAT gateways were not asked for."""


def group_vpcs(
    ec2: Ec2Reader, groups: Fact[Mapping[str, SecurityGroup]], vpc_ids: frozenset[str]
) -> Fact[Mapping[str, frozenset[str]]]:
    """The associations of the groups; no call where one VPC holds all subnets and groups."""
    if isinstance(groups, Unknown):
        return groups
    if len(vpc_ids.union(group.vpc_id for group in groups.values())) == 1:
        return {}
    return ec2.group_vpcs(groups.keys())


def dhcp_options(ec2: Ec2Reader, vpcs: Fact[list[Description]]) -> Fact[Mapping[str, DhcpOptions]]:
    """The option sets that the VPCs name; no call where they name none."""
    wanted = dhcp_facts.associated_ids(vpcs)
    return wanted if isinstance(wanted, Unknown) else ec2.dhcp_options(wanted)


def dns_hostnames(
    ec2: Ec2Reader, vpc_id: str, endpoints: Fact[Mapping[str, Endpoint]]
) -> Fact[bool]:
    """Whether a VPC has DNS hostnames; no call where none of its endpoints needs them."""
    if isinstance(endpoints, Unknown):
        return endpoints
    needed = any(needs_dns_hostnames(each) for each in endpoints.values() if each.vpc_id == vpc_id)
    return ec2.dns_hostnames(vpc_id) if needed else NO_HOSTNAMES_NEEDED


def further_groups(
    ec2: Ec2Reader, ids: frozenset[str], groups: Fact[Mapping[str, SecurityGroup]]
) -> Fact[Mapping[str, SecurityGroup]]:
    """More groups than the jobs name; no call where there are none, or no group may be read."""
    return groups if isinstance(groups, Unknown) else ec2.further_security_groups(ids)


def nat_gateways(
    ec2: Ec2Reader, tables: Fact[Mapping[str, RouteTable]], vpc_ids: frozenset[str]
) -> Fact[Mapping[str, NatGateway]]:
    """The NAT gateways of the VPCs; no call where none of their routes leads to one."""
    if isinstance(tables, Unknown):
        return tables
    routes = (route for table in tables.values() for route in table.routes)
    needed = any(route.target.kind is TargetKind.NAT_GATEWAY for route in routes)
    return ec2.nat_gateways(vpc_ids) if needed else NO_NAT_GATEWAY_NEEDED
