"""The way from a subnet to S3 through a NAT gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    DENIED,
    S3_ROUTE,
    a_nat_gateway,
    a_network,
    a_network_with_routes,
    a_route,
    a_vpc,
    internet_gateway,
    nat,
    transit_gateway,
)
from tests.s3_paths import stretches, the_reach
from vpc_guardrail.core.model import Target, TargetKind
from vpc_guardrail.core.path import Reach

REACHED, BLOCKED, UNSEEN = Reach.REACHED, Reach.BLOCKED, Reach.UNSEEN
BY_NAT = a_route("0.0.0.0/0", to=nat())
BY_IGW = a_route("0.0.0.0/0", to=internet_gateway())


class TestNatGateway:
    @pytest.mark.parametrize(
        ("gateway", "reach"),
        [
            pytest.param(a_nat_gateway(), REACHED, id="public, with an internet gateway"),
            pytest.param(a_nat_gateway(connectivity="private"), BLOCKED, id="private"),
            pytest.param(a_nat_gateway(state="pending"), UNSEEN, id="still pending"),
            pytest.param(a_nat_gateway(state="failed"), BLOCKED, id="failed"),
            pytest.param(a_nat_gateway(state="deleting"), BLOCKED, id="deleting"),
            pytest.param(a_nat_gateway(state="deleted"), BLOCKED, id="deleted"),
            pytest.param(
                a_nat_gateway(subnet=None, route_table="rtb-nat"), REACHED, id="regional, own table"
            ),
            pytest.param(
                a_nat_gateway(subnet=None), UNSEEN, id="regional, table that could not be read"
            ),
            pytest.param(
                a_nat_gateway(subnet=None, route_table="rtb-x"), UNSEEN, id="regional, table gone"
            ),
            pytest.param(a_nat_gateway("nat-other"), UNSEEN, id="another than the route's"),
        ],
    )
    def test_its_state_and_its_kind(self, gateway: Any, reach: Reach) -> None:
        network = a_network_with_routes(BY_NAT, nat_gateways=(gateway,), nat_routes=(BY_IGW,))

        assert the_reach(network) is reach
        assert not any(each.through_gateway_endpoint for each in stretches(network))

    @pytest.mark.parametrize(
        ("target", "reach"),
        [
            pytest.param(internet_gateway(), REACHED, id="an internet gateway"),
            pytest.param(transit_gateway(), UNSEEN, id="a transit gateway"),
            pytest.param(nat(), BLOCKED, id="itself"),
            pytest.param(nat("nat-2"), UNSEEN, id="another NAT gateway"),
            pytest.param(
                Target(TargetKind.EGRESS_ONLY_INTERNET_GATEWAY, "eigw-1"), BLOCKED, id="IPv6 only"
            ),
        ],
    )
    def test_its_own_route(self, target: Target, reach: Reach) -> None:
        network = a_network_with_routes(
            BY_NAT,
            nat_gateways=(a_nat_gateway(), a_nat_gateway("nat-2")),
            nat_routes=(a_route("0.0.0.0/0", to=target),),
        )

        assert the_reach(network) is reach

    def test_without_a_route_of_its_own_it_leads_nowhere(self) -> None:
        network = a_network_with_routes(BY_NAT, nat_gateways=(a_nat_gateway(),))

        assert the_reach(network) is BLOCKED

    def test_in_the_subnet_of_the_job_it_leads_back_to_itself(self) -> None:
        inside = a_nat_gateway(subnet="subnet-a")
        network = a_network_with_routes(BY_NAT, nat_gateways=(inside,), nat_routes=(BY_IGW,))

        assert the_reach(network) is BLOCKED

    def test_a_gateway_endpoint_on_its_table_is_a_path_but_not_the_subnets_own(self) -> None:
        network = a_network_with_routes(
            BY_NAT, nat_gateways=(a_nat_gateway(),), nat_routes=(S3_ROUTE,)
        )

        assert the_reach(network) is REACHED
        assert not any(each.through_gateway_endpoint for each in stretches(network))

    def test_gateways_that_may_not_be_read_are_out_of_sight(self) -> None:
        network = a_network_with_routes(BY_NAT, nat_gateways=DENIED, nat_routes=(BY_IGW,))

        assert the_reach(network) is UNSEEN

    @pytest.mark.parametrize(
        ("vpc", "reach"),
        [
            pytest.param(a_vpc(internet_block_mode="off"), REACHED, id="off"),
            pytest.param(a_vpc(internet_block_mode="block-ingress"), REACHED, id="inbound only"),
            pytest.param(a_vpc(internet_block_mode="block-bidirectional"), UNSEEN, id="both ways"),
            pytest.param(None, UNSEEN, id="not read"),
        ],
    )
    def test_block_public_access(self, vpc: Any, reach: Reach) -> None:
        network = a_network_with_routes(
            BY_NAT,
            nat_gateways=(a_nat_gateway(),),
            nat_routes=(BY_IGW,),
            vpcs=(vpc,) if vpc else DENIED,
        )

        assert the_reach(network) is reach

    def test_block_public_access_does_not_touch_the_gateway_endpoint(self) -> None:
        network = a_network(vpcs=(a_vpc(internet_block_mode="block-bidirectional"),))

        assert the_reach(network) is REACHED

    def test_the_way_behind_it_is_told_with_the_subnets_own_table(self) -> None:
        network = a_network_with_routes(
            BY_NAT, nat_gateways=(a_nat_gateway(),), nat_routes=(BY_IGW,)
        )

        (first, *_) = stretches(network)

        assert (first.route_table, first.target) == ("rtb-1", nat())
        assert "nat-1" in first.detail
        assert "igw-1" in first.detail
