"""Network ACLs: ordered, stateless rules at the border of a subnet."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, FIRST_PORT, LAST_PORT, Direction


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One rule; the one with the lowest number that matches a packet decides about it.

    `first_port` and `last_port` are None for protocols without ports and for all protocols.
    """

    number: int
    direction: Direction
    protocol: str
    allows: bool
    block: IPv4Network | IPv6Network
    first_port: int | None = None
    last_port: int | None = None

    @property
    def port_range(self) -> tuple[int, int]:
        """The first and the last port that the rule speaks of, of protocols that have ports."""
        if self.protocol == ALL_PROTOCOLS or self.first_port is None or self.last_port is None:
            return FIRST_PORT, LAST_PORT
        return self.first_port, self.last_port

    def matches_protocol(self, protocol: str) -> bool:
        """Whether the rule speaks of a protocol, given by its number as a string."""
        return self.protocol in (ALL_PROTOCOLS, protocol)

    def __str__(self) -> str:
        number = "*" if self.number == LAST_RULE else str(self.number)
        return f"rule {number} ({self.direction.value}, {'allow' if self.allows else 'deny'})"


LAST_RULE = 32767
"""The number of the rule that AWS puts last and shows as *: it denies what no other matched.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL and the subnets at whose border it stands."""

    id: str
    vpc_id: str
    subnet_ids: frozenset[str]
    entries: tuple[AclEntry, ...]
