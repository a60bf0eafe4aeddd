"""The network a job runs in: an immutable snapshot, each part of it read or `Unknown`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Network, IPv6Network

from vpc_guardrail.core.model.acls import NetworkAcl
from vpc_guardrail.core.model.dhcp import DhcpOptions
from vpc_guardrail.core.model.file_systems import MountPoint
from vpc_guardrail.core.model.groups import SecurityGroup
from vpc_guardrail.core.model.job import FileSystem
from vpc_guardrail.core.model.routes import RouteTable
from vpc_guardrail.core.model.storage import S3Bucket
from vpc_guardrail.core.model.unknown import Fact, Unknown


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC and its DNS attributes."""

    id: str
    owner_id: str
    tenancy: str
    """InstanceTenancy: `default`, `dedicated` or `host`."""
    cidrs: tuple[IPv4Network, ...]
    """The primary block first."""
    dns_support: Fact[bool]
    dns_hostnames: Fact[bool]
    internet_block_mode: str = "off"
    """VPC Block Public Access: `off`, `block-ingress` or `block-bidirectional`."""
    dhcp_options_id: str = "default"
    """`default` if no option set is associated."""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet; `available_addresses` counts its free private IPv4 addresses.

    AvailableIpAddressCount already leaves out the five addresses that AWS reserves.
    """

    id: str
    vpc_id: str
    owner_id: str
    cidr: IPv4Network | None
    """None for an IPv6-only subnet."""
    availability_zone: str
    available_addresses: int
    outpost_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


class EndpointType(Enum):
    """VpcEndpointType, as far as it matters here."""

    GATEWAY = "Gateway"
    INTERFACE = "Interface"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint; `state` is in lower case, whatever the API's casing."""

    id: str
    vpc_id: str
    service_name: str
    type: EndpointType
    state: str
    route_table_ids: frozenset[str] = frozenset()
    subnet_ids: frozenset[str] = frozenset()
    group_ids: frozenset[str] = frozenset()
    private_dns_enabled: bool = False
    private_dns_only_for_inbound_resolver: bool = False
    policy: str | None = None

    @property
    def is_available(self) -> bool:
        """True if the endpoint carries traffic."""
        return self.state == "available"

    @property
    def may_become_available(self) -> bool:
        """True if the endpoint is on its way to be available, or is so in part."""
        return self.state in ("pending", "partial")


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway; a regional one has no subnet, but may have a route table of its own."""

    id: str
    vpc_id: str
    state: str
    connectivity_type: str
    subnet_id: str | None
    route_table_id: str | None = None


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list: of AWS (named like a service) or of a customer.

    Of a list that a route or a rule names only the entries are read: the name and the owner are
    empty where they were not asked for.
    """

    id: str
    name: str
    owner_id: str
    entries: Fact[tuple[IPv4Network | IPv6Network, ...]]


NOT_ASKED = Unknown("it was not asked for")


@dataclass(frozen=True, slots=True)
class Network:
    """All that was read about the VPCs, subnets and groups of a job.

    What a mapping lacks does not exist (or cannot be seen from this account); what could not
    be read is `Unknown`.
    """

    region: str
    account: str
    read_at: datetime
    subnets: Fact[Mapping[str, Subnet]]
    security_groups: Fact[Mapping[str, SecurityGroup]]
    group_vpcs: Fact[Mapping[str, frozenset[str]]]
    """The further VPCs that a security group is associated with, by group."""
    vpcs: Fact[Mapping[str, Vpc]]
    route_tables: Fact[Mapping[str, RouteTable]]
    endpoints: Fact[Mapping[str, Endpoint]]
    nat_gateways: Fact[Mapping[str, NatGateway]]
    prefix_lists: Fact[Mapping[str, PrefixList]]
    """AWS's own, and those that a route or a rule names."""
    network_acls: Fact[Mapping[str, NetworkAcl]] = NOT_ASKED
    dhcp_options: Fact[Mapping[str, DhcpOptions]] = NOT_ASKED
    efa_support: Mapping[str, Fact[bool]] = field(default_factory=dict)
    """Whether an instance type supports EFA, for types that the table does not know."""
    buckets: Fact[Mapping[str, S3Bucket]] = NOT_ASKED
    """The ordinary buckets that jobs name; each holds what could be read of it."""
    unread_groups: Mapping[str, Unknown] = field(default_factory=dict)
    """Why single security groups could not be read, such as those of endpoints."""
    file_systems: Mapping[str, Fact[tuple[MountPoint, ...]]] = field(default_factory=dict)
    """Where the file systems of the jobs can be mounted, by `FileSystem.key`."""

    def subnet(self, subnet_id: str) -> Fact[Subnet]:
        """The subnet of this id, or why it is not known."""
        if isinstance(self.subnets, Unknown):
            return self.subnets
        return self.subnets.get(subnet_id) or Unknown(f"subnet {subnet_id} was not found")

    def security_group(self, group_id: str) -> Fact[SecurityGroup]:
        """The security group of this id, or why it is not known."""
        if isinstance(self.security_groups, Unknown):
            return self.security_groups
        found = self.security_groups.get(group_id) or self.unread_groups.get(group_id)
        return found or Unknown(f"security group {group_id} was not found")

    def bucket(self, name: str) -> Fact[S3Bucket]:
        """The bucket of this name, or why it is not known."""
        if isinstance(self.buckets, Unknown):
            return self.buckets
        return self.buckets.get(name) or Unknown(f"bucket {name} was not read")

    def mount_points(self, file_system: FileSystem) -> Fact[tuple[MountPoint, ...]]:
        """Where a file system can be mounted, or why it is not known."""
        not_read = Unknown(f"the mount points of {file_system.id} are not read")
        return self.file_systems.get(file_system.key, not_read)

    def vpc(self, vpc_id: str) -> Fact[Vpc]:
        """The VPC of this id, or why it is not known."""
        if isinstance(self.vpcs, Unknown):
            return self.vpcs
        return self.vpcs.get(vpc_id) or Unknown(f"VPC {vpc_id} was not found")

    @property
    def s3_service_name(self) -> str:
        """The service name of the Region's S3 endpoints and of S3's prefix list.

        The same form in every partition: documented for `aws`, not verified for `aws-cn`.
        """
        return f"com.amazonaws.{self.region}.s3"
