"""Security groups: rules over protocols, ports and peers."""

from dataclasses import dataclass
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

    def covers(
        self, protocol: str, first_port: int | None = None, last_port: int | None = None
    ) -> bool:
        """Whether the rule lets all of this protocol, or of this range of its ports, through."""
        if self.all_traffic:
            return True
        if self.protocol != protocol:
            return False
        if (
            first_port is None
            or last_port is None
            or self.from_port is None
            or self.to_port is None
        ):
            return True
        return self.from_port <= first_port and last_port <= self.to_port


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group; `vpc_ids` are its own VPC and those it is associated with."""

    id: str
    vpc_id: str
    owner_id: str
    ingress: tuple[SecurityGroupRule, ...]
    egress: tuple[SecurityGroupRule, ...]

    def rules(self, direction: Direction) -> tuple[SecurityGroupRule, ...]:
        """The group's rules for one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress
