"""Route tables as EC2 describes them."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network


class TargetKind(Enum):
    """What a route sends its packets to."""

    LOCAL = "local"
    VPC_ENDPOINT = "VPC endpoint"
    NAT_GATEWAY = "NAT gateway"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY_INTERNET_GATEWAY = "egress-only internet gateway"
    VIRTUAL_PRIVATE_GATEWAY = "virtual private gateway"
    TRANSIT_GATEWAY = "transit gateway"
    VPC_PEERING_CONNECTION = "VPC peering connection"
    NETWORK_INTERFACE = "network interface"
    INSTANCE = "instance"
    LOCAL_GATEWAY = "local gateway"
    CARRIER_GATEWAY = "carrier gateway"
    CORE_NETWORK = "core network"
    OTHER = "target of a kind not known here"


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a route: its kind and its id (`local` for the local route)."""

    kind: TargetKind
    id: str

    def __str__(self) -> str:
        return "local" if self.kind is TargetKind.LOCAL else f"{self.kind.value} {self.id}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route: a destination (a CIDR block, or the id of a prefix list) and its target."""

    destination: IPv4Network | IPv6Network | str
    target: Target
    state: str = "active"
    """`active`, `blackhole` or `filtered`."""
    propagated: bool = False

    def __str__(self) -> str:
        return f"{self.destination} -> {self.target} ({self.state})"


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table of a VPC, with the subnets explicitly associated with it."""

    id: str
    vpc_id: str
    is_main: bool
    subnet_ids: frozenset[str]
    routes: tuple[Route, ...]
