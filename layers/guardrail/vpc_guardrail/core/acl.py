"""What a network ACL lets across the border of a subnet: in order of rule numbers, statelessly.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

from vpc_guardrail.core.model import Fact, Network, Unknown
from vpc_guardrail.core.model.acls import AclEntry, NetworkAcl
from vpc_guardrail.core.model.groups import Direction
from vpc_guardrail.core.packets import Box, common, remainder


@dataclass(frozen=True, slots=True)
class Denial:
    """Packets that an ACL denies, and the rule that decides; None: no rule matched them."""

    box: Box
    entry: AclEntry | None


@dataclass(frozen=True, slots=True)
class Passage:
    """What becomes of packets at an ACL."""

    allowed: tuple[Box, ...]
    denied: tuple[Denial, ...]


def acl_of(network: Network, subnet_id: str) -> Fact[NetworkAcl]:
    """The network ACL of a subnet: each subnet has exactly one."""
    if isinstance(network.network_acls, Unknown):
        return network.network_acls
    for acl in network.network_acls.values():
        if subnet_id in acl.subnet_ids:
            return acl
    return Unknown(f"no network ACL of {subnet_id} can be seen")


def passage(
    acl: NetworkAcl, direction: Direction, protocol: str, packets: Iterable[Box]
) -> Passage:
    """Which of these packets of one protocol cross the border in one direction.

    For outbound packets the boxes hold destinations, for inbound ones sources; ports are always
    those of the destination.
    """
    left = [*packets]
    allowed: list[Box] = []
    denied: list[Denial] = []
    entries = [
        entry
        for entry in acl.entries
        if entry.direction is direction and entry.matches_protocol(protocol)
    ]
    for entry in sorted(entries, key=lambda each: each.number):
        if not isinstance(entry.block, IPv4Network):
            continue
        matched = Box(entry.block, *entry.port_range)
        hits = [shared for box in left if (shared := common(box, matched))]
        if entry.allows:
            allowed += hits
        else:
            denied += [Denial(hit, entry) for hit in hits]
        left = remainder(left, [matched])
    denied += [Denial(box, None) for box in left]
    return Passage(tuple(allowed), tuple(denied))
