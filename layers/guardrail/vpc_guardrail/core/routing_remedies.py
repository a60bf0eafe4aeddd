"""Commands that lead packets elsewhere: routes, gateway endpoints and NAT gateways."""

from vpc_guardrail.core.command import Expanded, Value, aws, in_turn, kept_as, variable
from vpc_guardrail.core.internet import internet
from vpc_guardrail.core.model import (
    Endpoint,
    NatGateway,
    Network,
    Route,
    RouteTable,
    TargetKind,
    Unknown,
)
from vpc_guardrail.core.path import Stretch, nat_gateway_serves
from vpc_guardrail.core.routing import EVERYWHERE
from vpc_guardrail.core.s3_path import is_s3_gateway


def give_gateway_endpoint(network: Network, vpc_id: str, astray: Stretch) -> str:
    """Lead a stretch through the VPC's S3 gateway endpoint; create one where there is none.

    Where the endpoint serves the route table already, a more specific route leads astray, or the
    endpoint's own route is gone and comes back when they are associated anew.
    """
    table = astray.route_table
    endpoints = _s3_gateway_endpoints(network, vpc_id)
    serving = [each for each in endpoints if table in each.route_table_ids]
    route = astray.taken
    if serving and isinstance(route, Route) and not _is_way_of(serving[0], route):
        return take_away(table, route)
    if serving:
        return in_turn(
            aws(
                "ec2",
                "modify-vpc-endpoint",
                vpc_endpoint_id=serving[0].id,
                remove_route_table_ids=table,
            ),
            _add(serving[0], table),
        )
    if endpoints:
        return _add(endpoints[0], table)
    return aws(
        "ec2",
        "create-vpc-endpoint",
        vpc_id=vpc_id,
        vpc_endpoint_type="Gateway",
        service_name=network.s3_service_name,
        route_table_ids=table,
    )


def _is_way_of(endpoint: Endpoint, route: Route) -> bool:
    """Whether a route is the endpoint's own, or the default one that it should come before."""
    return route.destination == EVERYWHERE or route.target.id == endpoint.id


def _add(endpoint: Endpoint, table: str) -> str:
    return aws("ec2", "modify-vpc-endpoint", vpc_endpoint_id=endpoint.id, add_route_table_ids=table)


def _s3_gateway_endpoints(network: Network, vpc_id: str) -> list[Endpoint]:
    """The available ones of a VPC."""
    if isinstance(network.endpoints, Unknown):
        return []
    return [
        endpoint
        for endpoint in network.endpoints.values()
        if endpoint.vpc_id == vpc_id and endpoint.is_available and is_s3_gateway(endpoint, network)
    ]


def take_away(table: str, route: Route) -> str:
    """Take a route away, by the means that made it: EC2 deletes only routes that someone wrote."""
    if route.propagated and route.target.kind is TargetKind.VIRTUAL_PRIVATE_GATEWAY:
        return aws(
            "ec2",
            "disable-vgw-route-propagation",
            route_table_id=table,
            gateway_id=route.target.id,
        )
    if route.target.kind is TargetKind.VPC_ENDPOINT and isinstance(route.destination, str):
        return aws(
            "ec2",
            "modify-vpc-endpoint",
            vpc_endpoint_id=route.target.id,
            remove_route_table_ids=table,
        )
    return aws("ec2", "delete-route", route_table_id=table, **_destination(route))


def _destination(route: Route) -> dict[str, Value]:
    is_list = isinstance(route.destination, str)
    option = "destination_prefix_list_id" if is_list else "destination_cidr_block"
    return {option: str(route.destination)}


def give_nat_gateway(network: Network, vpc_id: str, astray: Stretch) -> str:
    """Lead a stretch to the internet through a NAT gateway of the VPC, or through a new one."""
    route = astray.taken if isinstance(astray.taken, Route) else None
    if route and route.target.kind is TargetKind.VPC_ENDPOINT:
        return take_away(astray.route_table, route)
    found = _usable_nat_gateways(network, vpc_id, astray.route_table)
    if found:
        return _lead_to(found[0].id, astray.route_table, route)
    public = _public_subnet(network, vpc_id, astray.route_table)
    made = _new_in_subnet(public) if public else _new_without_public_subnet(vpc_id)
    return in_turn(
        made, _wait_for_nat_gateway(), _lead_to(variable(NAT), astray.route_table, route)
    )


def _lead_to(nat: str | Expanded, table: str, route: Route | None) -> str:
    """Write the route, or write it anew; a written one comes before one that was propagated."""
    known = route is not None and not route.propagated
    destination = _destination(route) if route else {"destination_cidr_block": str(EVERYWHERE)}
    verb = "replace-route" if known else "create-route"
    return aws("ec2", verb, route_table_id=table, **destination, nat_gateway_id=nat)


def _usable_nat_gateways(network: Network, vpc_id: str, job_table: str) -> list[NatGateway]:
    if isinstance(network.nat_gateways, Unknown):
        return []
    return [
        nat
        for nat in network.nat_gateways.values()
        if nat.vpc_id == vpc_id and nat_gateway_serves(network, nat, internet(), job_table)
    ]


def _public_subnet(network: Network, vpc_id: str, job_table: str) -> str | None:
    """A subnet that another route table leads straight to an internet gateway."""
    tables = [] if isinstance(network.route_tables, Unknown) else network.route_tables.values()
    found = {
        subnet_id
        for table in tables
        if table.vpc_id == vpc_id and table.id != job_table and _is_public(table)
        for subnet_id in table.subnet_ids
    }
    return min(found, default=None)


def _is_public(table: RouteTable) -> bool:
    return any(
        route.destination == EVERYWHERE
        and route.target.kind is TargetKind.INTERNET_GATEWAY
        and route.state == "active"
        for route in table.routes
    )


ADDRESS, GATEWAY, NAT = "ADDRESS", "GATEWAY", "NAT"
"""Shell variables that hold the ids of what is made."""


def _wait_for_nat_gateway() -> str:
    return aws("ec2", "wait nat-gateway-available", nat_gateway_ids=variable(NAT))


def _new_in_subnet(subnet_id: str) -> str:
    """Create a NAT gateway in a public subnet, with an address of its own."""
    address = aws("ec2", "allocate-address", domain="vpc", query="AllocationId", output="text")
    gateway = aws(
        "ec2",
        "create-nat-gateway",
        subnet_id=subnet_id,
        allocation_id=variable(ADDRESS),
        query="NatGateway.NatGatewayId",
        output="text",
    )
    return in_turn(kept_as(ADDRESS, address), kept_as(NAT, gateway))


def _new_without_public_subnet(vpc_id: str) -> str:
    """Create a regional NAT gateway, which needs no subnet, but an internet gateway.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """
    attached = aws(
        "ec2",
        "describe-internet-gateways",
        filters=f"Name=attachment.vpc-id,Values={vpc_id}",
        query="InternetGateways[].InternetGatewayId",
        output="text",
    )
    new = aws(
        "ec2",
        "create-internet-gateway",
        query="InternetGateway.InternetGatewayId",
        output="text",
    )
    attach = aws(
        "ec2", "attach-internet-gateway", internet_gateway_id=variable(GATEWAY), vpc_id=vpc_id
    )
    gateway = aws(
        "ec2",
        "create-nat-gateway",
        vpc_id=vpc_id,
        availability_mode="regional",
        query="NatGateway.NatGatewayId",
        output="text",
    )
    made = in_turn(kept_as(GATEWAY, new), attach)
    there = f'{kept_as(GATEWAY, attached)} && [ -n "${GATEWAY}" ] || {{ {made}; }}'
    return in_turn(there, kept_as(NAT, gateway))
