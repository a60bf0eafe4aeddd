"""Route tables, as EC2 describes them: pure parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters.ec2_answers import (
    Block,
    Description,
    block,
    by_id,
    ids,
    items,
    structure,
    text,
)
from vpc_guardrail.core.model import Route, RouteTable, Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vpc_guardrail.core.model import Fact

TARGETS = (
    ("NatGatewayId", TargetKind.NAT_GATEWAY),
    ("TransitGatewayId", TargetKind.TRANSIT_GATEWAY),
    ("VpcPeeringConnectionId", TargetKind.VPC_PEERING_CONNECTION),
    ("EgressOnlyInternetGatewayId", TargetKind.EGRESS_ONLY_INTERNET_GATEWAY),
    ("InstanceId", TargetKind.INSTANCE),
    ("NetworkInterfaceId", TargetKind.NETWORK_INTERFACE),
    ("LocalGatewayId", TargetKind.LOCAL_GATEWAY),
    ("CarrierGatewayId", TargetKind.CARRIER_GATEWAY),
    ("CoreNetworkArn", TargetKind.CORE_NETWORK),
    ("OdbNetworkArn", TargetKind.OTHER),
)
"""The members that name a target beside GatewayId; an instance's interface is named beside it.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
"""

GATEWAYS = (
    ("igw-", TargetKind.INTERNET_GATEWAY),
    ("vgw-", TargetKind.VIRTUAL_PRIVATE_GATEWAY),
    ("vpce-", TargetKind.VPC_ENDPOINT),
    ("eigw-", TargetKind.EGRESS_ONLY_INTERNET_GATEWAY),
    ("nat-", TargetKind.NAT_GATEWAY),
)
"""GatewayId names gateways of several kinds, told apart by the beginnings of their ids."""

LOCAL = "local"

ASSOCIATED = "associated"
"""The state of an association in force."""

NOT_NAMED = "that EC2 did not name"
"""Reads as "target of a kind not known here that EC2 did not name"."""

NO_STATE = "in a state that EC2 did not tell"
"""Reads as "the route to … is in a state that EC2 did not tell": neither up nor down."""

PROPAGATED = "EnableVgwRoutePropagation"
"""The Origin of a route that a virtual private gateway brought into its table."""


def route_tables(found: Iterable[Description]) -> Fact[Mapping[str, RouteTable]]:
    """Route tables by id, from ec2:DescribeRouteTables."""
    return by_id("ec2:DescribeRouteTables", "RouteTableId", found, _route_table)


def _route_table(item: Description) -> RouteTable:
    in_force = [each for each in items(item, "Associations") if _is_in_force(each)]
    return RouteTable(
        id=text(item, "RouteTableId"),
        vpc_id=text(item, "VpcId"),
        is_main=any(each.get("Main") is True for each in in_force),
        subnet_ids=ids(in_force, "SubnetId"),
        routes=tuple(_route(each) for each in items(item, "Routes")),
    )


def _is_in_force(association: Description) -> bool:
    """An association that is being made or undone, or failed, is not."""
    state: str = structure(association, "AssociationState").get("State", ASSOCIATED)
    return state == ASSOCIATED


def _route(item: Description) -> Route:
    return Route(
        destination=_destination(item),
        target=_target(item),
        state=item.get("State") or NO_STATE,
        propagated=item.get("Origin") == PROPAGATED,
    )


def _destination(item: Description) -> Block | str:
    address = item.get("DestinationCidrBlock") or item.get("DestinationIpv6CidrBlock")
    return block(address) if address else text(item, "DestinationPrefixListId")


def _target(item: Description) -> Target:
    gateway: str = item.get("GatewayId") or ""
    if gateway == LOCAL:
        return Target(TargetKind.LOCAL, gateway)
    if gateway:
        kinds = (kind for beginning, kind in GATEWAYS if gateway.startswith(beginning))
        return Target(next(kinds, TargetKind.OTHER), gateway)
    for member, kind in TARGETS:
        if item.get(member):
            return Target(kind, item[member])
    return Target(TargetKind.OTHER, NOT_NAMED)
