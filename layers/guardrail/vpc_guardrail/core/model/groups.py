"""Security groups: rules over protocols, ports and peers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Network, IPv6Network

ALL_PROTOCOLS = "-1"
TCP = "6"
UDP = "17"
ESP = "50"
"""Protocols are kept by their IANA number, as a string; -1 stands for all of them."""

FIRST_PORT, LAST_PORT = 0, 65535


class Direction(Enum):
    """Which way the traffic of a rule goes, seen from the network interface."""

    INGRESS = "inbound"
    EGRESS = "outbound"


@dataclass(frozen=True, slots=True)
class Peers:
    """The other side that a rule speaks of: any of these."""

    cidrs: tuple[IPv4Network | IPv6Network, ...] = ()
    group_ids: frozenset[str] = frozenset()
    prefix_list_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """One permission of a security group.

    `from_port` and `to_port` are None for protocols without ports and for all protocols.
    """

    protocol: str
    from_port: int | None
    to_port: int | None
    peers: Peers

    @property
    def all_traffic(self) -> bool:
        """True if the rule lets every protocol and port through."""
        return self.protocol == ALL_PROTOCOLS

    @property
    def port_range(self) -> tuple[int, int]:
        """The first and the last port that the rule lets through, of protocols that have ports."""
        if self.all_traffic or self.from_port is None or self.to_port is None:
            return FIRST_PORT, LAST_PORT
        return self.from_port, self.to_port

    def concerns(self, protocol: str) -> bool:
        """Whether the rule lets some or all of a protocol through."""
        return self.all_traffic or self.protocol == protocol

    def covers(self, protocol: str, port: int) -> bool:
        """Whether the rule lets one port of a protocol through."""
        first, last = self.port_range
        return self.concerns(protocol) and first <= port <= last


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group; `vpc_ids` are its own VPC and those it is associated with."""

    id: str
    vpc_id: str
    owner_id: str
    ingress: tuple[SecurityGroupRule, ...]
    egress: tuple[SecurityGroupRule, ...]
    is_default: bool = False
    """True for the group that a VPC comes with."""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    def rules(self, direction: Direction) -> tuple[SecurityGroupRule, ...]:
        """The group's rules for one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress
