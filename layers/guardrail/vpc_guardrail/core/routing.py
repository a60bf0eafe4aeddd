"""Where the packets of a subnet go: effective route tables and longest-prefix lookup.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html (route priority).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from vpc_guardrail.core.model import Fact, Network, PrefixList, Route, RouteTable, Subnet, Unknown

NEVER_PUBLIC = tuple(
    IPv4Network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
    )
)
"""Blocks that hold no public address, so none of a public AWS service (RFC 6890)."""

EVERYWHERE = IPv4Network("0.0.0.0/0")

AWS = "AWS"
"""The owner of the prefix lists that AWS manages."""

STATIC_CIDR, PREFIX_LIST, PROPAGATED = 2, 1, 0
"""Of routes of equal length, a static CIDR route wins, then a prefix list, then propagation."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the destination, and the route that its packets take (None: no route)."""

    destination: IPv4Network | None
    """None stands for all of a destination whose addresses could not be read."""
    route: Fact[Route | None]


@dataclass(frozen=True, slots=True)
class Destination:
    """A service's addresses, which may be unreadable, and the prefix list that holds them."""

    blocks: Fact[tuple[IPv4Network, ...]]
    prefix_list_id: str | None
    name: str = "the destination"
    service_name: str | None = None
    """The service that a gateway endpoint must serve to be a way there; None: any will do."""


def effective_route_table(network: Network, subnet: Subnet) -> Fact[RouteTable]:
    """The route table in force for a subnet: the one associated with it, else the main one."""
    return route_table_of(network, subnet.id, subnet.vpc_id)


def route_table_of(network: Network, subnet_id: str, vpc_id: str) -> Fact[RouteTable]:
    """As `effective_route_table`, for a subnet of which only the ids are known."""
    if isinstance(network.route_tables, Unknown):
        return network.route_tables
    tables = [table for table in network.route_tables.values() if table.vpc_id == vpc_id]
    for table in tables:
        if subnet_id in table.subnet_ids:
            return table
    for table in tables:
        if table.is_main:
            return table
    return Unknown(f"no route table of {vpc_id} can be seen")


def destination_of(network: Network, prefix_list_name: str) -> Destination:
    """The addresses of an AWS service, from the AWS-managed prefix list of this name."""
    if isinstance(network.prefix_lists, Unknown):
        return Destination(blocks=network.prefix_lists, prefix_list_id=None)
    for each in network.prefix_lists.values():
        if each.name == prefix_list_name and each.owner_id == AWS:
            empty = Unknown(f"prefix list {each.id} has no IPv4 entries")
            return Destination(_ipv4(each.entries) or empty, each.id)
    return Destination(Unknown(f"prefix list {prefix_list_name} was not found"), None)


def legs(
    table: RouteTable, destination: Destination, prefix_lists: Fact[Mapping[str, PrefixList]]
) -> Iterator[Leg]:
    """Split a destination by the routes that its packets take; the legs cover all of it."""
    routes = [_Reading.of(route, prefix_lists, destination) for route in table.routes]
    if isinstance(destination.blocks, Unknown):
        yield Leg(None, _route_of_unread(destination, destination.blocks, routes))
        return
    for block in destination.blocks:
        for piece in _pieces(block, routes):
            yield Leg(piece, _winner(piece, routes))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A route with its destination expanded to blocks."""

    route: Route
    blocks: Fact[tuple[IPv4Network, ...]]
    rank: int

    @classmethod
    def of(
        cls, route: Route, prefix_lists: Fact[Mapping[str, PrefixList]], destination: Destination
    ) -> "_Reading":
        if isinstance(route.destination, str):
            blocks = _entries(route.destination, prefix_lists, destination)
            return cls(route, blocks, PREFIX_LIST)
        rank = PROPAGATED if route.propagated else STATIC_CIDR
        return cls(route, _ipv4((route.destination,)), rank)

    @property
    def is_list(self) -> bool:
        return self.rank == PREFIX_LIST

    def longest_match(self, piece: IPv4Network) -> int | None:
        """The length of the longest block around a piece; None where none is around it."""
        if isinstance(self.blocks, Unknown):
            return None
        lengths = [block.prefixlen for block in self.blocks if piece.subnet_of(block)]
        return max(lengths, default=None)


def _ipv4(
    blocks: Fact[tuple[IPv4Network | IPv6Network, ...]],
) -> Fact[tuple[IPv4Network, ...]]:
    if isinstance(blocks, Unknown):
        return blocks
    return tuple(block for block in blocks if isinstance(block, IPv4Network))


def _entries(
    list_id: str, prefix_lists: Fact[Mapping[str, PrefixList]], destination: Destination
) -> Fact[tuple[IPv4Network, ...]]:
    """The entries of a list, as far as they matter for a destination.

    The unread list of another AWS service, such as DynamoDB's, holds none of the destination.
    """
    if isinstance(prefix_lists, Unknown):
        return prefix_lists
    found = prefix_lists.get(list_id)
    if found is None:
        return Unknown(f"prefix list {list_id} was not found")
    another = destination.prefix_list_id not in (None, list_id)
    if isinstance(found.entries, Unknown) and found.owner_id == AWS and another:
        return ()
    return _ipv4(found.entries)


def _pieces(block: IPv4Network, routes: Iterable[_Reading]) -> Iterator[IPv4Network]:
    """Split a block so that no route covers a part of a piece only."""
    inside = {
        cut
        for reading in routes
        if not isinstance(reading.blocks, Unknown)
        for cut in reading.blocks
        if cut != block and cut.subnet_of(block)
    }
    if not inside:
        yield block
        return
    for half in block.subnets():
        yield from _pieces(half, routes)


def _winner(piece: IPv4Network, routes: Iterable[_Reading]) -> Fact[Route | None]:
    """The route that takes a piece: longest prefix, then kind of route."""
    matching = [
        (length, reading.rank, reading)
        for reading in routes
        if (length := reading.longest_match(piece)) is not None
    ]
    best = max(matching, key=lambda match: match[:2])[2] if matching else None
    for reading in routes:
        if not isinstance(reading.blocks, Unknown):
            continue
        if best is None or reading.route.target != best.route.target:
            name, why = reading.route.destination, reading.blocks.reason
            return Unknown(f"the entries of {name} could not be read: {why}")
    if best is None:
        return None
    if best.is_list:
        rivals = [each for _, _, each in matching if each.is_list]
        if any(rival.route.target != best.route.target for rival in rivals):
            # Documented: of overlapping lists with different targets AWS picks one at random.
            return Unknown("overlapping prefix lists lead to different targets")
    return best.route


def _route_of_unread(
    destination: Destination, unread: Unknown, routes: list[_Reading]
) -> Fact[Route | None]:
    """The route of a destination whose addresses are unknown, if all of them share it."""
    own = [
        reading.route
        for reading in routes
        if destination.prefix_list_id and reading.route.destination == destination.prefix_list_id
    ]
    others = [reading for reading in routes if reading.route not in own]
    if any(_may_hold_public_addresses(reading) for reading in others):
        return unread
    return own[0] if own else _winner(EVERYWHERE, others)


def _may_hold_public_addresses(reading: _Reading) -> bool:
    """Whether a route, other than the default route, may take packets to public addresses."""
    if isinstance(reading.blocks, Unknown):
        return True
    return any(
        not any(block.subnet_of(private) for private in NEVER_PUBLIC)
        for block in reading.blocks
        if reading.is_list or block != EVERYWHERE
    )
