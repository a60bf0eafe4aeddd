"""DHCP option sets: which DNS servers the instances of a VPC are told to ask."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DhcpOptions:
    """A DHCP option set; a key that it lacks has an empty tuple."""

    id: str
    domain_name: tuple[str, ...]
    domain_name_servers: tuple[str, ...]
    """Addresses, or `AmazonProvidedDNS`."""
