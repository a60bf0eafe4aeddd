"""What the security groups of a job let through between its own instances.

Every network interface of a job carries all of the job's groups, and the rules of attached
groups add up.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network

from vpc_guardrail.core.crossing import entries_of
from vpc_guardrail.core.model import (
    Direction,
    Fact,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from vpc_guardrail.core.model.groups import ESP, FIRST_PORT, LAST_PORT, TCP, UDP
from vpc_guardrail.core.packets import Box, common, ports_at_every_address, remainder


@dataclass(frozen=True, slots=True)
class Traffic:
    """A protocol, and the range of ports that has to pass: all of them where it has none."""

    name: str
    protocol: str
    ports: tuple[int, int] = (FIRST_PORT, LAST_PORT)


ALL_TCP = Traffic("TCP", TCP, (FIRST_PORT, LAST_PORT))
ENCAPSULATED = Traffic("ESP (protocol 50)", ESP)
KEY_EXCHANGE = Traffic("UDP 500", UDP, (500, 500))


class Means(Enum):
    """What a rule names the other instances of the job by."""

    GROUP = "a reference to an attached group"
    CIDR = "CIDR blocks that cover the subnet"
    PART_OF_PORTS = "a part of the ports only"
    PART_OF_ADDRESSES = "a part of the subnet's addresses only"


@dataclass(frozen=True, slots=True)
class Admission:
    """How traffic between members passes, and the groups whose rules let it."""

    means: Means
    group_ids: tuple[str, ...]


def admits_members(
    groups: Iterable[SecurityGroup],
    direction: Direction,
    traffic: Traffic,
    subnet: IPv4Network,
    prefix_lists: Fact[Mapping[str, PrefixList]],
) -> Fact[Admission | None]:
    """How the groups let this traffic pass between two members in the same subnet.

    None: they do not. Unknown: they might, through a prefix list that could not be read.
    """
    attached = [*groups]
    rules = _Rules(frozenset(group.id for group in attached), traffic, subnet, prefix_lists)
    passing = [
        _Passing(group.id, rules.by_reference(rule), *rules.by_blocks(rule))
        for group in attached
        for rule in group.rules(direction)
    ]
    wanted = Box(subnet, *traffic.ports)
    by_reference = [box for each in passing for box in each.by_reference]
    everything = by_reference + [box for each in passing for box in each.by_blocks]
    if not remainder([wanted], by_reference):
        return Admission(Means.GROUP, _groups(each for each in passing if each.by_reference))
    involved = _groups(each for each in passing if each.by_reference or each.by_blocks)
    if not remainder([wanted], everything):
        return Admission(Means.CIDR, involved)
    if ports_at_every_address(everything, subnet):
        return Admission(Means.PART_OF_PORTS, involved)
    unread = next((each.unread for each in passing if each.unread), None)
    if unread is None and everything:
        return Admission(Means.PART_OF_ADDRESSES, involved)
    return unread


@dataclass(frozen=True, slots=True)
class _Passing:
    """What one rule lets through, and why a prefix list it names could not be read."""

    group_id: str
    by_reference: list[Box]
    by_blocks: list[Box]
    unread: Unknown | None


@dataclass(frozen=True, slots=True)
class _Rules:
    """Reads rules as the packets between members that they let through."""

    members: frozenset[str]
    traffic: Traffic
    subnet: IPv4Network
    prefix_lists: Fact[Mapping[str, PrefixList]]

    def by_reference(self, rule: SecurityGroupRule) -> list[Box]:
        """The packets of members that a rule names by a group that all of them carry."""
        return self._packets(rule, [self.subnet] if rule.peers.group_ids & self.members else [])

    def by_blocks(self, rule: SecurityGroupRule) -> tuple[list[Box], Unknown | None]:
        """The packets of members that a rule names by CIDR blocks and prefix lists."""
        blocks = [block for block in rule.peers.cidrs if isinstance(block, IPv4Network)]
        unread: Unknown | None = None
        for list_id in sorted(rule.peers.prefix_list_ids):
            entries = entries_of(list_id, self.prefix_lists)
            if isinstance(entries, Unknown):
                unread = entries if rule.concerns(self.traffic.protocol) else None
            else:
                blocks += entries
        return self._packets(rule, blocks), unread

    def _packets(self, rule: SecurityGroupRule, blocks: Iterable[IPv4Network]) -> list[Box]:
        if not rule.concerns(self.traffic.protocol):
            return []
        wanted = Box(self.subnet, *self.traffic.ports)
        named = (Box(block, *rule.port_range) for block in blocks)
        return [shared for box in named if (shared := common(wanted, box))]


def _groups(passing: Iterable[_Passing]) -> tuple[str, ...]:
    return tuple(sorted({each.group_id for each in passing}))
