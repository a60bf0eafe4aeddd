"""The way of packets out of a subnet: endpoint, NAT gateway, dead end or out of sight."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from vpc_guardrail.core import routing
from vpc_guardrail.core.model import (
    Endpoint,
    EndpointType,
    Fact,
    NatGateway,
    Network,
    Route,
    RouteTable,
    Subnet,
    Target,
    TargetKind,
    Unknown,
)


class Reach(Enum):
    """How far the packets of a stretch get."""

    REACHED = "reached"
    BLOCKED = "blocked"
    UNSEEN = "out of sight"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where the packets to a part of S3's addresses end, and through what."""

    reach: Reach
    target: Target | None
    """What they went through: an endpoint, a NAT gateway, …; None where there is no route."""
    detail: str
    """A phrase that tells why, without a period."""
    destination: str
    route_table: str
    route: str
    taken: Fact[Route | None] = None
    """The route itself; None where there is none."""

    @property
    def through_gateway_endpoint(self) -> bool:
        """True if the packets reach S3 through a gateway endpoint on this very route table."""
        return (
            self.reach is Reach.REACHED
            and self.target is not None
            and self.target.kind is TargetKind.VPC_ENDPOINT
        )

    @property
    def may_be_gateway_endpoint(self) -> bool:
        """True if it could not be read whether the packets go through a gateway endpoint."""
        return self.reach is Reach.UNSEEN and (
            self.target is None or self.target.kind is TargetKind.VPC_ENDPOINT
        )

    def as_evidence(self) -> dict[str, str]:
        """The stretch as JSON values."""
        return {
            "destination": self.destination,
            "route_table": self.route_table,
            "route": self.route,
            "outcome": self.reach.value,
            "detail": self.detail,
        }


IPV6_ONLY = Unknown("the subnet is IPv6-only, and paths over IPv6 are not judged")


def stretches(
    network: Network, subnet: Subnet, destination: routing.Destination
) -> Fact[tuple[Stretch, ...]]:
    """How the packets of a subnet travel to all of a destination, by the routes in force."""
    ways = one_by_one(network, subnet, destination)
    return ways if isinstance(ways, Unknown) else tuple(ways)


def one_by_one(
    network: Network, subnet: Subnet, destination: routing.Destination
) -> Fact[Iterator[Stretch]]:
    """As `stretches`, for those who may need only the first few."""
    if subnet.cidr is None:
        return IPV6_ONLY
    table = routing.effective_route_table(network, subnet)
    if isinstance(table, Unknown):
        return table
    walk = _Walk(network, shared=subnet.owner_id != network.account)
    return walk.from_table(table, destination)


def nat_gateway_serves(
    network: Network, nat: NatGateway, destination: routing.Destination, job_table: str
) -> bool:
    """Whether a NAT gateway surely leads to a destination, by another table than the job's."""
    table = _Walk(network, shared=False).table_of(nat)
    if nat.state != "available" or isinstance(table, Unknown) or table.id == job_table:
        return False
    onward = _Walk(network, shared=False).from_table(table, destination, nat)
    return all(each.reach is Reach.REACHED for each in onward)


@dataclass(frozen=True, slots=True)
class _Step:
    """One leg of the way: packets of a route table to a part of the destination."""

    table: RouteTable
    leg: routing.Leg
    name: str
    """What the destination is called."""

    def ends(self, reach: Reach, detail: str, target: Target | None = None) -> Stretch:
        """The stretch that this leg comes to."""
        route = self.leg.route
        return Stretch(
            reach=reach,
            target=target,
            detail=detail,
            destination=str(self.leg.destination or f"all of {self.name}"),
            route_table=self.table.id,
            route="not known" if isinstance(route, Unknown) else str(route or "none"),
            taken=route,
        )


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows routes through one VPC."""

    network: Network
    shared: bool

    def from_table(
        self, table: RouteTable, destination: routing.Destination, nat: NatGateway | None = None
    ) -> Iterator[Stretch]:
        """The stretches from a job's own subnet, or from the subnet of a NAT gateway."""
        for leg in routing.legs(table, destination, self.network.prefix_lists):
            yield from self._follow(_Step(table, leg, destination.name), destination, nat)

    def _follow(
        self, step: _Step, destination: routing.Destination, nat: NatGateway | None
    ) -> Iterator[Stretch]:
        route = step.leg.route
        if isinstance(route, Unknown):
            yield step.ends(Reach.UNSEEN, route.reason)
        elif route is None:
            yield step.ends(Reach.BLOCKED, f"{step.table.id} has no route for {step.name}")
        elif route.state != "active":
            reach = Reach.BLOCKED if route.state == "blackhole" else Reach.UNSEEN
            yield step.ends(reach, f"the route to {route.target} is {route.state}", route.target)
        elif route.target.kind is TargetKind.VPC_ENDPOINT:
            yield step.ends(*self._at_endpoint(route, destination), route.target)
        elif route.target.kind is TargetKind.NAT_GATEWAY and nat is None:
            yield from self._through_nat_gateway(step, route.target, destination)
        else:
            yield step.ends(*_at_gateway(route.target, nat), route.target)

    def _at_endpoint(self, route: Route, destination: routing.Destination) -> tuple[Reach, str]:
        name = route.target.id
        if isinstance(self.network.endpoints, Unknown):
            return Reach.UNSEEN, self.network.endpoints.reason
        endpoint = self.network.endpoints.get(name)
        if endpoint is not None:
            return _at_listed_endpoint(endpoint, destination)
        if self.shared and route.destination == destination.prefix_list_id:
            return Reach.REACHED, f"gateway endpoint {name} of the shared VPC's owner"
        return Reach.UNSEEN, f"endpoint {name} cannot be seen from this account"

    def _through_nat_gateway(
        self, step: _Step, target: Target, destination: routing.Destination
    ) -> Iterator[Stretch]:
        nat = _nat_gateway(self.network, target.id)
        if isinstance(nat, Unknown):
            yield step.ends(Reach.UNSEEN, nat.reason, target)
        elif nat.state != "available":
            reach = Reach.UNSEEN if nat.state == "pending" else Reach.BLOCKED
            yield step.ends(reach, f"NAT gateway {nat.id} is {nat.state}", target)
        elif isinstance(table := self.table_of(nat), Unknown):
            yield step.ends(Reach.UNSEEN, table.reason, target)
        else:
            part = step.leg.destination
            rest = replace(destination, blocks=(part,)) if part else destination
            for further in self.from_table(table, rest, nat):
                detail = f"NAT gateway {nat.id}, whose own route leads on: {further.detail}"
                yield step.ends(further.reach, detail, target)

    def table_of(self, nat: NatGateway) -> Fact[RouteTable]:
        """The route table in force for a NAT gateway."""
        vpc = self.network.vpc(nat.vpc_id)
        if isinstance(vpc, Unknown):
            return vpc
        if vpc.internet_block_mode == "block-bidirectional":
            return Unknown("VPC Block Public Access is on, and its exclusions were not read")
        if isinstance(self.network.route_tables, Unknown):
            return self.network.route_tables
        if nat.route_table_id:
            table = self.network.route_tables.get(nat.route_table_id)
            return table or Unknown(f"route table {nat.route_table_id} was not found")
        if nat.subnet_id is None:
            return Unknown(f"the route table of NAT gateway {nat.id} could not be read")
        return routing.route_table_of(self.network, nat.subnet_id, nat.vpc_id)


def _at_listed_endpoint(endpoint: Endpoint, destination: routing.Destination) -> tuple[Reach, str]:
    if endpoint.type is not EndpointType.GATEWAY:
        return Reach.UNSEEN, f"what lies behind endpoint {endpoint.id} cannot be seen"
    if destination.service_name not in (None, endpoint.service_name):
        what = f"{endpoint.service_name}, not {destination.service_name}"
        return Reach.BLOCKED, f"endpoint {endpoint.id} serves {what}"
    if endpoint.is_available:
        service = endpoint.service_name.rpartition(".")[2]
        return Reach.REACHED, f"{service.upper()} gateway endpoint {endpoint.id}"
    reach = Reach.UNSEEN if endpoint.may_become_available else Reach.BLOCKED
    return reach, f"endpoint {endpoint.id} is {endpoint.state}"


def _nat_gateway(network: Network, nat_id: str) -> Fact[NatGateway]:
    if isinstance(network.nat_gateways, Unknown):
        return network.nat_gateways
    found = network.nat_gateways.get(nat_id)
    return found or Unknown(f"NAT gateway {nat_id} cannot be seen from this account")


NEEDS_PUBLIC_ADDRESS = frozenset(
    {TargetKind.INTERNET_GATEWAY, TargetKind.EGRESS_ONLY_INTERNET_GATEWAY}
)


def _at_gateway(target: Target, nat: NatGateway | None) -> tuple[Reach, str]:
    """What comes of packets at a target that is neither an endpoint nor the first NAT gateway.

    The network interfaces of a training job have private addresses only, even in a public
    subnet, so an internet gateway is a path for a public NAT gateway alone.
    """
    if target.kind in NEEDS_PUBLIC_ADDRESS:
        public = nat is not None and nat.connectivity_type == "public"
        if public and target.kind is TargetKind.INTERNET_GATEWAY:
            return Reach.REACHED, f"{target} to the internet"
        if nat is not None:
            return Reach.BLOCKED, f"{target} does not carry this NAT gateway's traffic"
        return Reach.BLOCKED, f"{target} is no path: a training job has private addresses only"
    if nat is not None and target.id == nat.id:
        return Reach.BLOCKED, f"{target} leads back to itself"
    return Reach.UNSEEN, f"what lies beyond the {target} cannot be seen from this account"
