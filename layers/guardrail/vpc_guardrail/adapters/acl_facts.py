"""Network ACLs, as EC2 describes them: pure parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters.ec2_answers import (
    Block,
    Description,
    IncompleteAnswerError,
    block,
    by_id,
    ids,
    items,
    structure,
    text,
)
from vpc_guardrail.adapters.group_facts import PROTOCOLS_WITH_PORTS, protocol_number
from vpc_guardrail.core.model import AclEntry, Direction, NetworkAcl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vpc_guardrail.core.model import Fact

DIRECTIONS = {True: Direction.EGRESS, False: Direction.INGRESS}
"""The direction of an entry, by its member Egress."""

ACTIONS = {"allow": True, "deny": False}
"""Whether an entry allows, by its RuleAction.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html
"""


def network_acls(found: Iterable[Description]) -> Fact[Mapping[str, NetworkAcl]]:
    """Network ACLs by id, from ec2:DescribeNetworkAcls."""
    return by_id("ec2:DescribeNetworkAcls", "NetworkAclId", found, _network_acl)


def _network_acl(item: Description) -> NetworkAcl:
    return NetworkAcl(
        id=text(item, "NetworkAclId"),
        vpc_id=text(item, "VpcId"),
        subnet_ids=ids(items(item, "Associations"), "SubnetId"),
        entries=tuple(_entry(each) for each in items(item, "Entries")),
    )


def _entry(item: Description) -> AclEntry:
    protocol = protocol_number(text(item, "Protocol"))
    first, last = _ports(item) if protocol in PROTOCOLS_WITH_PORTS else (None, None)
    return AclEntry(
        number=_number(item, "RuleNumber"),
        direction=_direction(item),
        protocol=protocol,
        allows=_allows(item),
        block=_block(item),
        first_port=first,
        last_port=last,
    )


def _direction(item: Description) -> Direction:
    egress = item.get("Egress")
    if not isinstance(egress, bool):
        raise IncompleteAnswerError("the Egress of an entry")
    return DIRECTIONS[egress]


def _allows(item: Description) -> bool:
    action = text(item, "RuleAction").lower()
    if action not in ACTIONS:
        raise IncompleteAnswerError(f"a known RuleAction, but {action!r}")
    return ACTIONS[action]


def _block(item: Description) -> Block:
    """The other side of an entry: an IPv4 or an IPv6 block."""
    return block(item.get("CidrBlock") or text(item, "Ipv6CidrBlock"))


def _ports(item: Description) -> tuple[int, int]:
    """The ports of a TCP or UDP entry, which names both ends of its range."""
    ports = structure(item, "PortRange")
    return _number(ports, "From"), _number(ports, "To")


def _number(item: Description, member: str) -> int:
    number = item.get(member)
    if not isinstance(number, int):
        raise IncompleteAnswerError(f"the {member} of an entry")
    return number
