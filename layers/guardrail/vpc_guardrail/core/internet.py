"""The internet as a destination: every public IPv4 address."""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Network

from vpc_guardrail.core.crossing import Blocks
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.packets import Box, remainder
from vpc_guardrail.core.routing import EVERYWHERE, NEVER_PUBLIC, Destination

NOT_UNICAST = tuple(IPv4Network(block) for block in ("0.0.0.0/8", "224.0.0.0/3"))
"""Blocks that hold no address of a host: this network, multicast, reserved (RFC 6890)."""


def _without(block: IPv4Network, removed: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    left = remainder([Box(block)], [Box(each) for each in removed])
    return tuple(sorted(box.block for box in left))


@cache
def internet() -> Destination:
    """The destination; worked out when it is first asked for, since most settings never do."""
    return Destination(
        _without(EVERYWHERE, (*NEVER_PUBLIC, *NOT_UNICAST)), None, name="the internet"
    )


def internet_blocks() -> Blocks:
    """Every public address, as the other side of traffic."""
    blocks = internet().blocks
    return Blocks(() if isinstance(blocks, Unknown) else blocks, "the internet")
