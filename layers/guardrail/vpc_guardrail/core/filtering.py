"""What the security groups of a job let through between its own instances.

Every network interface of a job carries all of the job's groups, and the rules of attached
groups add up.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, collapse_addresses

from vpc_guardrail.core.model import (
    Direction,
    Fact,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from vpc_guardrail.core.model.groups import ESP, FIRST_PORT, LAST_PORT, TCP, UDP


@dataclass(frozen=True, slots=True)
class Traffic:
    """A protocol, and the range of ports that has to pass; None for protocols without ports."""

    name: str
    protocol: str
    ports: tuple[int, int] | None = None

    def passes(self, rule: SecurityGroupRule) -> bool:
        """Whether a rule lets all of it through."""
        return rule.covers(self.protocol, *(self.ports or (None, None)))

    def passes_in_part(self, rule: SecurityGroupRule) -> bool:
        """Whether a rule speaks of the protocol, but of a part of the ports only."""
        return rule.protocol == self.protocol and not self.passes(rule)


ALL_TCP = Traffic("TCP", TCP, (FIRST_PORT, LAST_PORT))
ENCAPSULATED = Traffic("ESP (protocol 50)", ESP)
KEY_EXCHANGE = Traffic("UDP 500", UDP, (500, 500))


class Means(Enum):
    """What a rule names the other instances of the job by."""

    GROUP = "a reference to an attached group"
    CIDR = "CIDR blocks that cover the subnet"
    PART_OF_PORTS = "a part of the ports only"


@dataclass(frozen=True, slots=True)
class Admission:
    """How traffic between members passes, and the groups whose rules let it."""

    means: Means
    group_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A rule of an attached group that names the members of the job."""

    group_id: str
    rule: SecurityGroupRule


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
    members = {group.id for group in attached}
    entries = [_Entry(group.id, rule) for group in attached for rule in group.rules(direction)]
    full = [entry for entry in entries if traffic.passes(entry.rule)]
    by_reference = [entry for entry in full if entry.rule.peers.group_ids & members]
    if by_reference:
        return Admission(Means.GROUP, _groups(by_reference))
    blocks, unread = _blocks(full, prefix_lists)
    if _cover(blocks, subnet):
        by_block = [entry for entry in full if _names_blocks(entry)]
        return Admission(Means.CIDR, _groups(by_block))
    part = [entry for entry in entries if traffic.passes_in_part(entry.rule)]
    part_blocks, part_unread = _blocks(part, prefix_lists)
    by_part = [entry for entry in part if entry.rule.peers.group_ids & members]
    if by_part or _cover([*blocks, *part_blocks], subnet):
        return Admission(Means.PART_OF_PORTS, _groups(by_part or part))
    return unread or part_unread


def _groups(entries: Iterable[_Entry]) -> tuple[str, ...]:
    return tuple(sorted({entry.group_id for entry in entries}))


def _names_blocks(entry: _Entry) -> bool:
    return bool(entry.rule.peers.cidrs or entry.rule.peers.prefix_list_ids)


def _blocks(
    entries: Iterable[_Entry], prefix_lists: Fact[Mapping[str, PrefixList]]
) -> tuple[list[IPv4Network], Unknown | None]:
    """The IPv4 blocks that rules name, and the first prefix list that could not be read."""
    blocks: list[IPv4Network] = []
    unread: Unknown | None = None
    for entry in entries:
        blocks += _ipv4(entry.rule.peers.cidrs)
        for list_id in sorted(entry.rule.peers.prefix_list_ids):
            expanded = _expanded(list_id, prefix_lists)
            if isinstance(expanded, Unknown):
                unread = unread or expanded
            else:
                blocks += expanded
    return blocks, unread


def _expanded(
    list_id: str, prefix_lists: Fact[Mapping[str, PrefixList]]
) -> Fact[list[IPv4Network]]:
    if isinstance(prefix_lists, Unknown):
        return prefix_lists
    found = prefix_lists.get(list_id)
    if found is None:
        return Unknown(f"prefix list {list_id} was not found")
    if isinstance(found.entries, Unknown):
        return found.entries
    return [*_ipv4(found.entries)]


def _ipv4(blocks: Iterable[object]) -> Iterator[IPv4Network]:
    return (block for block in blocks if isinstance(block, IPv4Network))


def _cover(blocks: Iterable[IPv4Network], subnet: IPv4Network) -> bool:
    """Whether blocks together hold every address of a subnet."""
    return any(subnet.subnet_of(block) for block in collapse_addresses(blocks))
