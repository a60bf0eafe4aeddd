"""How much of some traffic gets across security groups and network ACLs: all, a part, or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import IPv4Network

from vpc_guardrail.core.acl import passage
from vpc_guardrail.core.model import (
    Direction,
    Fact,
    NetworkAcl,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from vpc_guardrail.core.model.acls import LAST_RULE
from vpc_guardrail.core.model.groups import LAST_PORT, TCP
from vpc_guardrail.core.packets import Box, remainder

HTTPS = 443

ANSWER_PORTS = (32768, 60999)
"""The ports at which Linux awaits answers (net.ipv4.ip_local_port_range)."""

ANY_ANSWER_PORTS = (1024, LAST_PORT)
"""The ports at which any client awaits answers, as the AWS page on network ACLs advises.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
"""


class Share(Enum):
    """How much of the traffic passes."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a network ACL must let pass in one direction, and the first rule that denies of it."""

    direction: Direction
    ports: tuple[int, int]
    before: int
    """The number of that rule; of AWS's last one where no other denies."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """How much passes, and a phrase on what decides, without a period."""

    share: Share
    detail: str
    group_id: str = ""
    """A group that lacks the rule; empty where groups do not decide."""
    acl_id: str = ""
    """The network ACL that denies; empty where groups decide."""
    direction: str = ""
    """`ingress` or `egress`: the way of the packets to the port, which should pass."""
    gates: tuple[Gate, ...] = ()
    """Where the network ACL is shut: on the way to the port, on the way back, or on both."""
    other: tuple[IPv4Network, ...] = ()
    """The addresses of the other side, as far as the network ACL matters."""

    def as_evidence(self) -> dict[str, object]:
        """The very component that decides, as JSON values; empty where all passes."""
        if self.acl_id and self.gates:
            return {"network_acl": self.acl_id, "rules": [_rule(each) for each in self.gates]}
        if self.group_id:
            return {"security_group": self.group_id, "direction": self.direction}
        return {}


def _rule(gate: Gate) -> dict[str, object]:
    return {"direction": gate.direction.name.lower(), "number": gate.before}


@dataclass(frozen=True, slots=True)
class Blocks:
    """The addresses of the other side.

    `exact` is False where the true addresses lie somewhere within the blocks: what passes for a
    part of them is then not known.
    """

    blocks: tuple[IPv4Network, ...]
    name: str
    exact: bool = True
    group_ids: frozenset[str] = frozenset()
    """Security groups that all of the other side's interfaces carry."""
    prefix_list_id: str | None = None
    """The prefix list that holds the true addresses, if there is one."""


_TOWARDS = {Direction.EGRESS: "to", Direction.INGRESS: "from"}


def through_groups(
    groups: Iterable[SecurityGroup],
    direction: Direction,
    other: Blocks,
    prefix_lists: Fact[Mapping[str, PrefixList]],
    port: int = HTTPS,
) -> Fact[Crossing]:
    """How much TCP traffic to one port passes the rules of groups, which add up.

    Groups keep the state of connections, so the answers need no rule.
    """
    attached = [*groups]
    names = ", ".join(group.id for group in attached)
    rules = [
        rule for group in attached for rule in group.rules(direction) if rule.covers(TCP, port)
    ]
    traffic = f"{direction.value} TCP {port} {_TOWARDS[direction]} {other.name}"
    whole = Crossing(Share.ALL, f"rules of {names} let {traffic} pass")
    if any(_names_other_side(rule, other) for rule in rules):
        return whole
    allowed, unread = _blocks_of(rules, prefix_lists)
    wanted = [Box(block, port, port) for block in other.blocks]
    left = remainder(wanted, [Box(block, port, port) for block in allowed])
    if not left:
        return whole
    if unread is not None:
        return unread
    group_id = attached[0].id if attached else ""
    way = direction.name.lower()
    if left == wanted:
        detail = f"no rule of {names} lets {traffic} pass"
        return Crossing(Share.NONE, detail, group_id, direction=way)
    if not other.exact:
        return Unknown(f"rules of {names} let {traffic} pass in part only")
    detail = f"no rule of {names} lets {traffic} at {left[0].block} pass"
    return Crossing(Share.SOME, detail, group_id, direction=way)


def lets_out(
    groups: Iterable[SecurityGroup],
    blocks: Iterable[IPv4Network],
    prefix_lists: Fact[Mapping[str, PrefixList]],
) -> Fact[bool]:
    """Whether the rules of groups let anything out to some of these addresses, on any port."""
    named, unread = _blocks_of([rule for group in groups for rule in group.egress], prefix_lists)
    others = [*blocks]
    if any(block.overlaps(other) for block in named for other in others):
        return True
    return unread or False


def _names_other_side(rule: SecurityGroupRule, other: Blocks) -> bool:
    """Whether a rule names a group or the prefix list of the other side."""
    return bool(
        rule.peers.group_ids & other.group_ids
        or (other.prefix_list_id and other.prefix_list_id in rule.peers.prefix_list_ids)
    )


def _blocks_of(
    rules: Iterable[SecurityGroupRule], prefix_lists: Fact[Mapping[str, PrefixList]]
) -> tuple[list[IPv4Network], Unknown | None]:
    """The IPv4 blocks that rules name, and why some prefix list of theirs could not be read."""
    blocks: list[IPv4Network] = []
    unread: Unknown | None = None
    for rule in rules:
        blocks += [block for block in rule.peers.cidrs if isinstance(block, IPv4Network)]
        for list_id in sorted(rule.peers.prefix_list_ids):
            entries = entries_of(list_id, prefix_lists)
            if isinstance(entries, Unknown):
                unread = unread or entries
            else:
                blocks += entries
    return blocks, unread


def entries_of(
    list_id: str, prefix_lists: Fact[Mapping[str, PrefixList]]
) -> Fact[list[IPv4Network]]:
    """The IPv4 blocks of a prefix list."""
    if isinstance(prefix_lists, Unknown):
        return prefix_lists
    found = prefix_lists.get(list_id)
    if found is None:
        return Unknown(f"prefix list {list_id} was not found")
    if isinstance(found.entries, Unknown):
        return found.entries
    return [block for block in found.entries if isinstance(block, IPv4Network)]


def out_through_acl(acl: NetworkAcl, other: Blocks, port: int = HTTPS) -> Fact[Crossing]:
    """How much TCP traffic from a subnet to one port of the other side passes, with its answers."""
    crossing = _both_ways(acl, Direction.EGRESS, other, port)
    if isinstance(crossing, Unknown) or crossing.share is not Share.ALL:
        return crossing
    detail = f"{acl.id} lets TCP {port} to {other.name} out, and answers in"
    wide = _one_way(acl, Direction.INGRESS, other, ANY_ANSWER_PORTS)
    if isinstance(wide, Unknown) or wide.share is not Share.ALL:
        detail += f" at Linux's ports {_range(ANSWER_PORTS)}, though not at all that clients use"
    return replace(crossing, detail=detail)


def into_through_acl(acl: NetworkAcl, other: Blocks, port: int = HTTPS) -> Fact[Crossing]:
    """How much TCP traffic from the other side to one port of a subnet passes, with its answers."""
    return _both_ways(acl, Direction.INGRESS, other, port)


def _both_ways(acl: NetworkAcl, direction: Direction, other: Blocks, port: int) -> Fact[Crossing]:
    """How much passes to a port in a direction, and back; nothing does if either way is shut."""
    there = _one_way(acl, direction, other, (port, port))
    back = _one_way(acl, _BACK[direction], other, ANSWER_PORTS)
    worst = min(there, back, key=_how_open)
    if isinstance(worst, Unknown):
        return worst
    gates = [gate for way in (there, back) if isinstance(way, Crossing) for gate in way.gates]
    return replace(
        worst,
        acl_id=acl.id,
        direction=direction.name.lower(),
        gates=tuple(gates),
        other=other.blocks,
    )


_BACK = {Direction.EGRESS: Direction.INGRESS, Direction.INGRESS: Direction.EGRESS}


def _how_open(crossing: Fact[Crossing]) -> int:
    """What is shut decides; what is not known leaves less than a part that passes for sure."""
    if isinstance(crossing, Unknown):
        return 1
    return {Share.NONE: 0, Share.SOME: 2, Share.ALL: 3}[crossing.share]


def _one_way(
    acl: NetworkAcl, direction: Direction, other: Blocks, ports: tuple[int, int]
) -> Fact[Crossing]:
    packets = [Box(block, *ports) for block in other.blocks]
    result = passage(acl, direction, TCP, packets)
    if not result.denied:
        return Crossing(Share.ALL, f"{acl.id} lets {direction.value} TCP {_range(ports)} pass")
    first = result.denied[0]
    rule = first.entry or "no rule"
    traffic = f"{direction.value} TCP {_TOWARDS[direction]} {first.box}"
    detail = f"{acl.id}, {rule}, denies {traffic}"
    share = Share.SOME if result.allowed else Share.NONE
    if share is Share.SOME and not other.exact:
        return Unknown(f"{detail}, which is a part of {other.name} only")
    before = min(each.entry.number if each.entry else LAST_RULE for each in result.denied)
    opened = ANY_ANSWER_PORTS if ports == ANSWER_PORTS else ports
    return Crossing(share, detail, gates=(Gate(direction, opened, before),))


def _range(ports: tuple[int, int]) -> str:
    first, last = ports
    return str(first) if first == last else f"{first}-{last}"
