"""Sets of packets as boxes: blocks of addresses times ranges of ports, by exact arithmetic.

A box holds the packets of one protocol between this side and the addresses of a block, to a range
of ports. Lists of boxes here never overlap if those they were made of did not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses

from vpc_guardrail.core.model.groups import FIRST_PORT, LAST_PORT


@dataclass(frozen=True, slots=True)
class Box:
    """All packets to these ports at these addresses; both ends of the range are in it."""

    block: IPv4Network
    first_port: int = FIRST_PORT
    last_port: int = LAST_PORT

    def __str__(self) -> str:
        if (self.first_port, self.last_port) == (FIRST_PORT, LAST_PORT):
            return str(self.block)
        if self.first_port == self.last_port:
            return f"{self.block} port {self.first_port}"
        return f"{self.block} ports {self.first_port}-{self.last_port}"


def common(one: Box, other: Box) -> Box | None:
    """The packets that two boxes share; two blocks are nested or apart."""
    if not one.block.overlaps(other.block):
        return None
    first = max(one.first_port, other.first_port)
    last = min(one.last_port, other.last_port)
    if first > last:
        return None
    block = one.block if one.block.prefixlen >= other.block.prefixlen else other.block
    return Box(block, first, last)


def without(box: Box, removed: Box) -> Iterator[Box]:
    """What is left of a box, in boxes that do not overlap."""
    shared = common(box, removed)
    if shared is None:
        yield box
        return
    if shared.block != box.block:
        for block in box.block.address_exclude(shared.block):
            yield Box(block, box.first_port, box.last_port)
    if box.first_port < shared.first_port:
        yield Box(shared.block, box.first_port, shared.first_port - 1)
    if shared.last_port < box.last_port:
        yield Box(shared.block, shared.last_port + 1, box.last_port)


def remainder(boxes: Iterable[Box], removed: Iterable[Box]) -> list[Box]:
    """What is left of boxes when others are taken away from all of them."""
    left = [*boxes]
    for each in removed:
        left = [rest for box in left for rest in without(box, each)]
    return left


def ports_at_every_address(boxes: Iterable[Box], block: IPv4Network) -> list[tuple[int, int]]:
    """The ranges of ports that boxes hold at each address of a block."""
    held = [*boxes]
    starts = sorted(
        {FIRST_PORT}
        | {box.first_port for box in held}
        | {box.last_port + 1 for box in held if box.last_port < LAST_PORT}
    )
    ends = [start - 1 for start in starts[1:]] + [LAST_PORT]
    return [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if covers((box.block for box in held if box.first_port <= start <= box.last_port), block)
    ]


def covers(blocks: Iterable[IPv4Network], block: IPv4Network) -> bool:
    """Whether blocks together hold every address of another."""
    return any(block.subnet_of(each) for each in collapse_addresses(blocks))
