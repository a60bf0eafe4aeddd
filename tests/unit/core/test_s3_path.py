"""The way from a subnet to S3: what its routes come to, and what S3's name may lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import (
    ANOTHER_ACCOUNT,
    DENIED,
    S3_LIST,
    S3_ROUTE,
    a_customer_list,
    a_gateway_endpoint,
    a_network,
    a_network_with_routes,
    a_prefix_list,
    a_route,
    a_subnet,
    endpoint,
    internet_gateway,
    local,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from tests.s3_paths import stretches, the_reach
from vpc_guardrail.core.model import Endpoint, EndpointType, Target, TargetKind, Unknown
from vpc_guardrail.core.path import Reach
from vpc_guardrail.core.s3_path import stretches_to_s3

REACHED, BLOCKED, UNSEEN = Reach.REACHED, Reach.BLOCKED, Reach.UNSEEN
BY_NAT = a_route("0.0.0.0/0", to=nat())
BY_IGW = a_route("0.0.0.0/0", to=internet_gateway())


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

    def test_dynamodbs_list_is_not_taken_for_s3s_where_lists_may_not_be_read(self) -> None:
        dynamodb = a_gateway_endpoint("vpce-ddb", service="com.amazonaws.eu-central-1.dynamodb")
        network = a_network_with_routes(
            a_route("pl-ddb", to=endpoint("vpce-ddb")), endpoints=(dynamodb,), prefix_lists=DENIED
        )

        assert the_reach(network) is UNSEEN

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
