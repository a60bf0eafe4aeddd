"""Who answers DNS questions in a VPC: Amazon's servers, or others.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
"""

from vpc_guardrail.core.model import DhcpOptions, Fact, Network, Unknown, Vpc

NO_OPTIONS = "default"
"""The DhcpOptionsId of a VPC with which no option set is associated."""

AMAZON_SERVERS = frozenset({"AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253"})

RESOLVER_OFFSET = 2
"""Amazon's resolver answers at the base of a VPC's primary block plus two."""


def dhcp_options_of(network: Network, vpc: Vpc) -> Fact[DhcpOptions]:
    """The DHCP option set of a VPC."""
    if vpc.dhcp_options_id == NO_OPTIONS:
        return Unknown(f"no DHCP option set is associated with {vpc.id}")
    if isinstance(network.dhcp_options, Unknown):
        return network.dhcp_options
    found = network.dhcp_options.get(vpc.dhcp_options_id)
    return found or Unknown(f"DHCP option set {vpc.dhcp_options_id} was not found")


def amazon_answers(options: Fact[DhcpOptions], vpc: Vpc) -> Fact[bool]:
    """True if all DNS servers are Amazon's; what other servers answer cannot be known."""
    if isinstance(options, Unknown):
        return options
    others = [server for server in options.domain_name_servers if not _is_amazons(server, vpc)]
    if others:
        return Unknown(f"what the DNS servers {', '.join(others)} answer cannot be seen")
    return True


def _is_amazons(server: str, vpc: Vpc) -> bool:
    primary = vpc.cidrs[:1]
    return server in AMAZON_SERVERS or server in (
        str(block.network_address + RESOLVER_OFFSET) for block in primary
    )
