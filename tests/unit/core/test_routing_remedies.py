"""The commands that lead packets elsewhere name the ids of the very network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import (
    DENIED,
    LOCAL_ROUTE,
    VPC,
    a_gateway_endpoint,
    a_nat_gateway,
    a_network,
    a_route,
    an_interface_endpoint,
    endpoint,
    internet_gateway,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from tests.commands import problems
from vpc_guardrail.core.model import RouteTable
from vpc_guardrail.core.path import Reach, Stretch
from vpc_guardrail.core.routing_remedies import give_gateway_endpoint, give_nat_gateway

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Route

CREATE = (
    "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Gateway "
    "--service-name com.amazonaws.eu-central-1.s3 --route-table-ids rtb-9"
)
MODIFY = "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3"
ADD = f"{MODIFY} --add-route-table-ids rtb-9"
ANEW = f"{MODIFY} --remove-route-table-ids rtb-9 && {ADD}"
TO_NAT = a_route("0.0.0.0/0", to=nat())
TO_IGW = a_route("0.0.0.0/0", to=internet_gateway())


def astray(route: Route | None = TO_NAT) -> Stretch:
    """Packets of rtb-9 that take a route that leads nowhere."""
    target = route.target if route else None
    return Stretch(Reach.BLOCKED, target, "", "", "rtb-9", str(route), route)


@pytest.mark.parametrize(
    ("endpoints", "command"),
    [
        pytest.param((), CREATE, id="none there: create one"),
        pytest.param((a_gateway_endpoint(),), ADD, id="one of other tables: extend it"),
        pytest.param((a_gateway_endpoint(vpc="vpc-2"),), CREATE, id="one of another VPC"),
        pytest.param((a_gateway_endpoint(state="deleting"),), CREATE, id="one that is leaving"),
        pytest.param((an_interface_endpoint(),), CREATE, id="an interface endpoint"),
        pytest.param(
            (a_gateway_endpoint(service="com.amazonaws.eu-central-1.dynamodb"),),
            CREATE,
            id="one of another service",
        ),
        pytest.param(DENIED, CREATE, id="endpoints not read"),
    ],
)
def test_give_gateway_endpoint(endpoints: Any, command: str) -> None:
    assert give_gateway_endpoint(a_network(endpoints=endpoints), VPC, astray()) == command


@pytest.mark.parametrize(
    ("route", "command"),
    [
        pytest.param(
            a_route("52.216.0.0/16", to=nat()),
            "aws ec2 delete-route --route-table-id rtb-9 --destination-cidr-block 52.216.0.0/16",
            id="a more specific route goes",
        ),
        pytest.param(
            a_route("pl-corporate", to=transit_gateway()),
            "aws ec2 delete-route --route-table-id rtb-9 --destination-prefix-list-id pl-corporate",
            id="one to a prefix list too",
        ),
        pytest.param(
            a_route("52.216.0.0/16", to=virtual_private_gateway(), propagated=True),
            "aws ec2 disable-vgw-route-propagation --route-table-id rtb-9 --gateway-id vgw-1",
            id="a propagated one cannot be deleted: its propagation ends",
        ),
        pytest.param(
            a_route("pl-x", to=endpoint("vpce-ddb")),
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-ddb --remove-route-table-ids rtb-9",
            id="an endpoint's route goes with its association",
        ),
        pytest.param(
            a_route("pl-s3", to=endpoint(), state="blackhole"), ANEW, id="its own route is dead"
        ),
        pytest.param(TO_NAT, ANEW, id="its own route is gone"),
        pytest.param(None, ANEW, id="no route at all"),
    ],
)
def test_where_the_endpoint_serves_the_table_already(route: Route | None, command: str) -> None:
    network = a_network(endpoints=(a_gateway_endpoint(route_tables=("rtb-9",)),))

    assert give_gateway_endpoint(network, VPC, astray(route)) == command


def routed(
    *nat_routes: Route, nats: Any = (), public: tuple[str, ...] = ("subnet-nat",)
) -> Network:
    """The job's table rtb-9, and another one with these routes."""
    tables = (
        RouteTable("rtb-9", VPC, False, frozenset({"subnet-a"}), (LOCAL_ROUTE,)),
        RouteTable("rtb-nat", VPC, False, frozenset(public), (LOCAL_ROUTE, *nat_routes)),
    )
    return a_network(route_tables=tables, nat_gateways=nats)


DEFAULT = "--route-table-id rtb-9 --destination-cidr-block 0.0.0.0/0"
NEW_IN_SUBNET = (
    "ADDRESS=$(aws ec2 allocate-address --domain vpc --query AllocationId --output text) && "
    'NAT=$(aws ec2 create-nat-gateway --subnet-id subnet-nat --allocation-id "$ADDRESS" '
    "--query NatGateway.NatGatewayId --output text) && "
    'aws ec2 wait nat-gateway-available --nat-gateway-ids "$NAT" && '
)
REGIONAL = (
    "GATEWAY=$(aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=vpc-1 "
    "--query 'InternetGateways[].InternetGatewayId' --output text) && "
    '[ -n "$GATEWAY" ] || { GATEWAY=$(aws ec2 create-internet-gateway '
    "--query InternetGateway.InternetGatewayId --output text) && "
    'aws ec2 attach-internet-gateway --internet-gateway-id "$GATEWAY" --vpc-id vpc-1; } && '
    "NAT=$(aws ec2 create-nat-gateway --vpc-id vpc-1 --availability-mode regional "
    "--query NatGateway.NatGatewayId --output text) && "
    'aws ec2 wait nat-gateway-available --nat-gateway-ids "$NAT" && '
)


@pytest.mark.parametrize(
    ("network", "route", "command"),
    [
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(),)),
            None,
            f"aws ec2 create-route {DEFAULT} --nat-gateway-id nat-1",
            id="a NAT gateway, no route",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(),)),
            TO_IGW,
            f"aws ec2 replace-route {DEFAULT} --nat-gateway-id nat-1",
            id="a NAT gateway, another default route",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(),)),
            a_route("pl-x", to=nat("nat-gone"), state="blackhole"),
            "aws ec2 replace-route --route-table-id rtb-9 --destination-prefix-list-id pl-x "
            "--nat-gateway-id nat-1",
            id="a dead route to a prefix list",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(),)),
            a_route("8.0.0.0/8", to=virtual_private_gateway(), state="blackhole", propagated=True),
            "aws ec2 create-route --route-table-id rtb-9 --destination-cidr-block 8.0.0.0/8 "
            "--nat-gateway-id nat-1",
            id="a propagated route cannot be replaced, a written one comes before it",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(),)),
            a_route("pl-s3", to=endpoint("vpce-old")),
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-old --remove-route-table-ids rtb-9",
            id="an endpoint on its way out",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(connectivity="private"),)),
            None,
            f'{NEW_IN_SUBNET}aws ec2 create-route {DEFAULT} --nat-gateway-id "$NAT"',
            id="a private NAT gateway, a public subnet",
        ),
        pytest.param(
            routed(
                TO_IGW, nats=(a_nat_gateway(state="failed"), a_nat_gateway("nat-2", vpc="vpc-2"))
            ),
            TO_NAT,
            f'{NEW_IN_SUBNET}aws ec2 replace-route {DEFAULT} --nat-gateway-id "$NAT"',
            id="a broken one and a foreign one",
        ),
        pytest.param(
            routed(nats=(a_nat_gateway(),)),
            TO_NAT,
            f'{REGIONAL}aws ec2 replace-route {DEFAULT} --nat-gateway-id "$NAT"',
            id="a NAT gateway without a way on",
        ),
        pytest.param(
            routed(TO_IGW, nats=(a_nat_gateway(subnet="subnet-a"),), public=()),
            TO_IGW,
            f'{REGIONAL}aws ec2 replace-route {DEFAULT} --nat-gateway-id "$NAT"',
            id="a NAT gateway behind the very table that would lead to it",
        ),
        pytest.param(
            routed(TO_IGW, nats=DENIED, public=()),
            None,
            f'{REGIONAL}aws ec2 create-route {DEFAULT} --nat-gateway-id "$NAT"',
            id="no public subnet in sight",
        ),
    ],
)
def test_give_nat_gateway(network: Network, route: Route | None, command: str) -> None:
    remedy = give_nat_gateway(network, VPC, astray(route))

    assert remedy == command
    assert problems(remedy) == []
