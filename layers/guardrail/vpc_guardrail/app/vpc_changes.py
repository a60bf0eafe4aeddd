"""Which VPCs a change of a recorded resource bears on, as AWS Config tells of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from vpc_guardrail.app.members import member

VPC: Final = "AWS::EC2::VPC"
SUBNET: Final = "AWS::EC2::Subnet"

RESOURCE_TYPES: Final = (
    "AWS::EC2::DHCPOptions",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::PrefixList",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupVpcAssociation",
    SUBNET,
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::SubnetRouteTableAssociation",
    VPC,
    "AWS::EC2::VPCBlockPublicAccessExclusion",
    "AWS::EC2::VPCBlockPublicAccessOptions",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
)
"""The types whose change may change the score of a VPC; the rule is told of these.

Source: https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
"""

_VPC_ID = re.compile(r"vpc-[0-9a-f]{8,17}")
_SUBNET_ID = re.compile(r"subnet-[0-9a-f]{8,17}")

_ATTACHMENTS: Final = ("attachments", "attachmentSet")
"""Where the configuration of a gateway says what it is attached to."""


@dataclass(frozen=True, slots=True)
class ResourceState:
    """What a configuration item says of one resource; empty where the item does not carry it."""

    type: str
    id: str
    configuration: Mapping[str, Any]
    relationships: tuple[tuple[str, str], ...] = ()
    """The type and the id of each related resource."""

    @classmethod
    def read(cls, type_: str, id_: str, item: Mapping[str, Any]) -> "ResourceState":
        """From the item of an event, or of Config's history; what it lacks stays empty."""
        configuration = item.get("configuration")
        return cls(
            type=type_,
            id=id_,
            configuration=configuration if isinstance(configuration, Mapping) else {},
            relationships=tuple(_relationships(item.get("relationships"))),
        )


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a state tells of the VPCs that it bears on."""

    vpc_ids: frozenset[str] = frozenset()
    subnet_ids: frozenset[str] = frozenset()
    """Subnets of such VPCs, where the VPCs themselves are not named."""


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """A recorded change of one resource, when Config captured it."""

    state: ResourceState
    captured_at: datetime
    is_gone: bool
    """The resource was deleted, left the scope of the rule, or is not recorded any more."""

    @property
    def bears_on_vpcs(self) -> bool:
        """False for types that the rule should not have been told of."""
        return self.state.type in RESOURCE_TYPES

    @property
    def ends_vpc(self) -> bool:
        """True if it is a VPC that there is nothing more to say about."""
        return self.state.type == VPC and self.is_gone


@dataclass(frozen=True, slots=True)
class Tick:
    """The time for all VPCs has come."""

    at: datetime


def bearing_of(state: ResourceState) -> Bearing:
    """The VPCs that a state names; it names none where that cannot be seen.

    A name that is not the id of a VPC or subnet is no name: what comes in is not trusted.
    """
    if state.type == VPC:
        return Bearing(_those_like(_VPC_ID, [state.id]))
    related = [*state.relationships]
    vpc_ids = _those_like(
        _VPC_ID,
        [*_named_vpcs(state.configuration), *(each for kind, each in related if kind == VPC)],
    )
    if vpc_ids:
        return Bearing(vpc_ids)
    named = member(state.configuration, "subnetId")
    subnets = [named, *(each for kind, each in related if kind == SUBNET)]
    return Bearing(subnet_ids=_those_like(_SUBNET_ID, subnets))


def _relationships(value: object) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            kind, name = each.get("resourceType"), each.get("resourceId")
            if isinstance(kind, str) and isinstance(name, str):
                yield kind, name


def _named_vpcs(configuration: Mapping[str, Any]) -> Iterator[object]:
    """By the configuration itself, or by what a gateway is attached to."""
    yield member(configuration, "vpcId")
    for name in _ATTACHMENTS:
        attachments = member(configuration, name)
        for each in attachments if isinstance(attachments, list) else ():
            if isinstance(each, Mapping):
                yield member(each, "vpcId")


def _those_like(pattern: re.Pattern[str], names: Iterable[object]) -> frozenset[str]:
    return frozenset(
        name for name in names if isinstance(name, str) and pattern.fullmatch(name) is not None
    )
