"""Security groups, as EC2 describes them: pure parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters.ec2_answers import (
    Description,
    IncompleteAnswerError,
    block,
    by_id,
    ids,
    items,
    tags,
    text,
)
from vpc_guardrail.core.model import Peers, SecurityGroup, SecurityGroupRule
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vpc_guardrail.core.model import Fact

PROTOCOL_NUMBERS = {"icmp": "1", "tcp": TCP, "udp": UDP, "icmpv6": "58", "all": ALL_PROTOCOLS}
"""The protocols that EC2 names; it gives the others by number, and -1 for all of them.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

PROTOCOLS_WITH_PORTS = frozenset({TCP, UDP})

DEFAULT_GROUP_NAME = "default"
"""The name of the group that a VPC comes with; no other can be given it.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
"""

ASSOCIATED = "associated"
"""The state in which a group serves a further VPC."""


def security_groups(found: Iterable[Description]) -> Fact[Mapping[str, SecurityGroup]]:
    """Security groups by id, from ec2:DescribeSecurityGroups."""
    return by_id("ec2:DescribeSecurityGroups", "GroupId", found, _security_group)


def associated_vpcs(found: Iterable[Description]) -> Mapping[str, frozenset[str]]:
    """The further VPCs of each group, from ec2:DescribeSecurityGroupVpcAssociations."""
    vpcs_of: dict[str, set[str]] = {}
    for item in found:
        group_id, vpc_id = item.get("GroupId"), item.get("VpcId")
        if group_id and vpc_id and item.get("State") == ASSOCIATED:
            vpcs_of.setdefault(group_id, set()).add(vpc_id)
    return {group_id: frozenset(vpc_ids) for group_id, vpc_ids in vpcs_of.items()}


def _security_group(item: Description) -> SecurityGroup:
    return SecurityGroup(
        id=text(item, "GroupId"),
        vpc_id=text(item, "VpcId"),
        owner_id=text(item, "OwnerId"),
        ingress=tuple(_rule(each) for each in items(item, "IpPermissions")),
        egress=tuple(_rule(each) for each in items(item, "IpPermissionsEgress")),
        is_default=item.get("GroupName") == DEFAULT_GROUP_NAME,
        tags=tags(item),
    )


def _rule(item: Description) -> SecurityGroupRule:
    protocol = protocol_number(text(item, "IpProtocol"))
    has_ports = protocol in PROTOCOLS_WITH_PORTS
    return SecurityGroupRule(
        protocol=protocol,
        from_port=_port(item, "FromPort") if has_ports else None,
        to_port=_port(item, "ToPort") if has_ports else None,
        peers=Peers(
            cidrs=(
                *(block(text(each, "CidrIp")) for each in items(item, "IpRanges")),
                *(block(text(each, "CidrIpv6")) for each in items(item, "Ipv6Ranges")),
            ),
            group_ids=ids(items(item, "UserIdGroupPairs"), "GroupId"),
            prefix_list_ids=ids(items(item, "PrefixListIds"), "PrefixListId"),
        ),
    )


def protocol_number(name: str) -> str:
    """A protocol by its IANA number, as the model keeps it."""
    return PROTOCOL_NUMBERS.get(name.lower(), name)


def _port(item: Description, member: str) -> int:
    """A port of a TCP or UDP rule, which names both of its range."""
    port = item.get(member)
    if not isinstance(port, int):
        raise IncompleteAnswerError(f"the {member} of a rule")
    return port
