"""DHCP option sets, as EC2 describes them: pure parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters.ec2_answers import Description, by_id, ids, items, text
from vpc_guardrail.core.model import DhcpOptions, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vpc_guardrail.core.model import Fact

NO_OPTIONS = "default"
"""The DhcpOptionsId of a VPC with which no option set is associated.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html
"""

BETWEEN_SERVERS = ","
"""What may stand between several servers that were given as one value.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html
"""


def associated_ids(vpcs: Fact[Iterable[Description]]) -> Fact[frozenset[str]]:
    """The ids of the option sets that VPCs name, from ec2:DescribeVpcs."""
    return vpcs if isinstance(vpcs, Unknown) else ids(vpcs, "DhcpOptionsId") - {NO_OPTIONS}


def dhcp_options(found: Iterable[Description]) -> Fact[Mapping[str, DhcpOptions]]:
    """DHCP option sets by id, from ec2:DescribeDhcpOptions."""
    return by_id("ec2:DescribeDhcpOptions", "DhcpOptionsId", found, _dhcp_options)


def _dhcp_options(item: Description) -> DhcpOptions:
    servers = _values(item, "domain-name-servers")
    single = (part.strip() for value in servers for part in value.split(BETWEEN_SERVERS))
    return DhcpOptions(
        id=text(item, "DhcpOptionsId"),
        domain_name=_values(item, "domain-name"),
        domain_name_servers=tuple(server for server in single if server),
    )


def _values(item: Description, key: str) -> tuple[str, ...]:
    """The values of a key, in the order given; empty if the set lacks the key."""
    return tuple(
        value
        for option in items(item, "DhcpConfigurations")
        if option.get("Key") == key
        for each in items(option, "Values")
        if (value := each.get("Value"))
    )
