"""The way from a subnet to S3: what its routes come to, and what S3's name may lead to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import (
    ANOTHER_ACCOUNT,
    DENIED,
    S3_LIST,
    S3_ROUTE,
    VPC,
    a_customer_list,
    a_gateway_endpoint,
    a_nat_gateway,
    a_network,
    a_network_with_routes,
    a_prefix_list,
    a_route,
    a_subnet,
    a_vpc,
    an_interface_endpoint,
    endpoint,
    internet_gateway,
    local,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from vpc_guardrail.core.model import Endpoint, EndpointType, Target, TargetKind, Unknown
from vpc_guardrail.core.s3_path import (
    Reach,
    Stretch,
    interface_endpoint_for_s3,
    stretches_to_s3,
)

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Subnet

REACHED, BLOCKED, UNSEEN = Reach.REACHED, Reach.BLOCKED, Reach.UNSEEN
BY_NAT = a_route("0.0.0.0/0", to=nat())
BY_IGW = a_route("0.0.0.0/0", to=internet_gateway())


def stretches(network: Network, subnet: Subnet | None = None) -> tuple[Stretch, ...]:
    found = stretches_to_s3(network, subnet or a_subnet())
    assert not isinstance(found, Unknown)
    return found


def the_reach(network: Network, subnet: Subnet | None = None) -> Reach:
    """What all stretches come to, when they come to the same."""
    (reach,) = {each.reach for each in stretches(network, subnet)}
    return reach


class TestGatewayEndpoint:
    @pytest.mark.parametrize(
        ("made", "reach", "is_gateway", "may_be"),
        [
            pytest.param(a_gateway_endpoint(), REACHED, True, False, id="available"),
            pytest.param(
                a_gateway_endpoint(state="pending"), UNSEEN, False, True, id="still pending"
            ),
            pytest.param(
                a_gateway_endpoint(state="partial"), UNSEEN, False, True, id="half available"
            ),
            pytest.param(
                a_gateway_endpoint(state="deleting"), BLOCKED, False, False, id="deleting"
            ),
            pytest.param(a_gateway_endpoint(state="failed"), BLOCKED, False, False, id="failed"),
            pytest.param(
                a_gateway_endpoint(state="pendingacceptance"),
                BLOCKED,
                False,
                False,
                id="unaccepted",
            ),
            pytest.param(
                a_gateway_endpoint(service="com.amazonaws.eu-central-1.dynamodb"),
                BLOCKED,
                False,
                False,
                id="of DynamoDB",
            ),
            pytest.param(
                a_gateway_endpoint(service="com.amazonaws.eu-central-1.s3express"),
                BLOCKED,
                False,
                False,
                id="of S3 Express, whose name begins like S3's",
            ),
            pytest.param(
                a_gateway_endpoint(service="com.amazonaws.us-east-1.s3"),
                BLOCKED,
                False,
                False,
                id="of another Region's S3",
            ),
            pytest.param(
                replace(a_gateway_endpoint(), type=EndpointType.OTHER),
                UNSEEN,
                False,
                True,
                id="of a Gateway Load Balancer, with a firewall behind it",
            ),
        ],
    )
    def test_an_endpoint_on_the_route(
        self, made: Endpoint, reach: Reach, is_gateway: bool, may_be: bool
    ) -> None:
        for each in stretches(a_network(endpoints=(made,))):
            assert each.reach is reach
            assert each.through_gateway_endpoint is is_gateway
            assert each.may_be_gateway_endpoint is may_be

    def test_a_blackhole_is_blocked_though_the_endpoint_exists(self) -> None:
        hole = a_route(S3_LIST, to=endpoint(), state="blackhole")

        assert the_reach(a_network_with_routes(hole)) is BLOCKED

    def test_a_filtered_route_is_out_of_sight(self) -> None:
        filtered = a_route(S3_LIST, to=endpoint(), state="filtered")

        assert the_reach(a_network_with_routes(filtered)) is UNSEEN

    def test_an_endpoint_that_is_not_there_is_out_of_sight(self) -> None:
        assert the_reach(a_network(endpoints=())) is UNSEEN

    def test_endpoints_that_may_not_be_read_are_out_of_sight(self) -> None:
        (first, *_) = stretches(a_network(endpoints=DENIED))

        assert (first.reach, first.detail) == (UNSEEN, DENIED.reason)

    def test_an_associated_endpoint_without_a_route_is_no_path(self) -> None:
        network = a_network_with_routes(a_route("10.1.0.0/16", to=transit_gateway()))

        assert the_reach(network) is BLOCKED
        assert all(each.target is None for each in stretches(network))

    def test_s3s_list_is_known_by_its_endpoint_where_lists_may_not_be_read(self) -> None:
        network = a_network(prefix_lists=DENIED)

        assert the_reach(network) is REACHED

    def test_the_evidence_names_table_route_and_reason(self) -> None:
        (first, *_) = stretches(a_network())

        assert first.as_evidence() == {
            "destination": "52.219.0.0/20",
            "route_table": "rtb-1",
            "route": "pl-s3 -> VPC endpoint vpce-s3 (active)",
            "outcome": "reached",
            "detail": "S3 gateway endpoint vpce-s3",
        }


class TestSharedVpc:
    """A participant sees the routes of a shared VPC, but not the endpoints of its owner."""

    shared = a_subnet(owner=ANOTHER_ACCOUNT)

    def test_the_route_of_s3s_list_leads_to_the_owners_endpoint(self) -> None:
        network = a_network(endpoints=())

        assert the_reach(network, self.shared) is REACHED
        assert all(each.through_gateway_endpoint for each in stretches(network, self.shared))

    def test_another_list_to_an_unseen_endpoint_may_lead_to_a_firewall(self) -> None:
        everything = a_customer_list("pl-all", ("0.0.0.0/0",))
        network = a_network_with_routes(
            a_route("pl-all", to=endpoint("vpce-firewall")),
            endpoints=(),
            prefix_lists=(a_prefix_list(), everything),
        )

        assert the_reach(network, self.shared) is UNSEEN

    def test_a_block_to_an_unseen_endpoint_may_lead_to_a_firewall(self) -> None:
        network = a_network_with_routes(
            a_route("0.0.0.0/0", to=endpoint("vpce-firewall")), endpoints=()
        )

        assert the_reach(network, self.shared) is UNSEEN


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
            pytest.param(nat("nat-2"), BLOCKED, id="another NAT gateway"),
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


class TestOtherTargets:
    def test_an_internet_gateway_alone_is_no_path(self) -> None:
        """A training job's interfaces have private addresses only, even in a public subnet."""
        assert the_reach(a_network_with_routes(BY_IGW)) is BLOCKED

    @pytest.mark.parametrize(
        "target",
        [
            pytest.param(transit_gateway(), id="a transit gateway"),
            pytest.param(virtual_private_gateway(), id="a VPN"),
            pytest.param(Target(TargetKind.VPC_PEERING_CONNECTION, "pcx-1"), id="a peering"),
            pytest.param(Target(TargetKind.NETWORK_INTERFACE, "eni-1"), id="an appliance"),
            pytest.param(Target(TargetKind.INSTANCE, "i-1"), id="a NAT instance"),
            pytest.param(Target(TargetKind.CORE_NETWORK, "core-1"), id="a core network"),
            pytest.param(Target(TargetKind.LOCAL_GATEWAY, "lgw-1"), id="an Outpost's gateway"),
            pytest.param(Target(TargetKind.CARRIER_GATEWAY, "cagw-1"), id="a carrier gateway"),
            pytest.param(Target(TargetKind.OTHER, "new-1"), id="something new"),
            pytest.param(local(), id="the VPC itself"),
        ],
    )
    def test_what_lies_beyond_cannot_be_seen(self, target: Target) -> None:
        network = a_network_with_routes(a_route("0.0.0.0/0", to=target))

        assert the_reach(network) is UNSEEN
        assert not any(each.may_be_gateway_endpoint for each in stretches(network))

    def test_a_part_of_s3_may_go_astray(self) -> None:
        part = a_route("52.219.8.0/24", to=virtual_private_gateway(), state="blackhole")
        network = a_network_with_routes(S3_ROUTE, part)

        by_destination = {each.destination: each.reach for each in stretches(network)}

        assert by_destination.pop("52.219.8.0/24") is BLOCKED
        assert {*by_destination.values()} == {REACHED}

    def test_an_ipv6_only_subnet_is_not_judged(self) -> None:
        assert isinstance(stretches_to_s3(a_network(), a_subnet(cidr=None)), Unknown)

    def test_a_table_that_may_not_be_read_is_unknown(self) -> None:
        assert stretches_to_s3(a_network(route_tables=DENIED), a_subnet()) is DENIED


class TestInterfaceEndpoint:
    @pytest.mark.parametrize(
        ("made", "answers"),
        [
            pytest.param(an_interface_endpoint(), True, id="with private DNS"),
            pytest.param(an_interface_endpoint(private_dns=False), False, id="without private DNS"),
            pytest.param(
                an_interface_endpoint(only_for_inbound_resolver=True),
                False,
                id="with private DNS for inbound resolvers only",
            ),
            pytest.param(an_interface_endpoint(vpc="vpc-2"), False, id="in another VPC"),
            pytest.param(
                an_interface_endpoint(service="com.amazonaws.eu-central-1.sts"), False, id="of STS"
            ),
            pytest.param(an_interface_endpoint(state="failed"), False, id="failed"),
            pytest.param(
                replace(a_gateway_endpoint(), private_dns_enabled=True), False, id="gateway"
            ),
        ],
    )
    def test_it_answers_s3s_standard_name(self, made: Endpoint, answers: bool) -> None:
        found = interface_endpoint_for_s3(a_network(endpoints=(made,)), a_subnet())

        assert found == (made if answers else None)

    def test_a_pending_one_is_unknown_until_another_is_available(self) -> None:
        pending = an_interface_endpoint("vpce-2", state="pending")
        ready = an_interface_endpoint()

        alone = interface_endpoint_for_s3(a_network(endpoints=(pending,)), a_subnet())
        together = interface_endpoint_for_s3(a_network(endpoints=(pending, ready)), a_subnet())

        assert alone == Unknown("endpoint vpce-2 is still pending")
        assert together == ready

    @pytest.mark.parametrize(
        ("support", "hostnames", "expected"),
        [
            pytest.param(True, True, an_interface_endpoint(), id="both on"),
            pytest.param(False, True, None, id="support off"),
            pytest.param(True, False, None, id="hostnames off"),
            pytest.param(True, DENIED, DENIED, id="hostnames not read"),
            pytest.param(DENIED, True, DENIED, id="support not read"),
            pytest.param(DENIED, False, None, id="one not read, but the other off"),
        ],
    )
    def test_the_vpcs_dns_attributes(self, support: Any, hostnames: Any, expected: Any) -> None:
        network = a_network(
            vpcs=(a_vpc(VPC, dns_support=support, dns_hostnames=hostnames),),
            endpoints=(an_interface_endpoint(),),
        )

        assert interface_endpoint_for_s3(network, a_subnet()) == expected

    def test_what_may_not_be_read_is_unknown(self) -> None:
        without_vpcs = a_network(vpcs=DENIED, endpoints=(an_interface_endpoint(),))

        assert interface_endpoint_for_s3(a_network(endpoints=DENIED), a_subnet()) is DENIED
        assert interface_endpoint_for_s3(without_vpcs, a_subnet()) is DENIED

    def test_it_is_not_judged_for_an_ipv6_only_subnet(self) -> None:
        network = a_network(endpoints=(an_interface_endpoint(),))

        assert isinstance(interface_endpoint_for_s3(network, a_subnet(cidr=None)), Unknown)
