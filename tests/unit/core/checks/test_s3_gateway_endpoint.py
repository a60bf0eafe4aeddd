"""An S3 gateway endpoint serves the effective route table of every subnet of the job."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ANOTHER_ACCOUNT,
    DENIED,
    S3_LIST,
    S3_ROUTE,
    a_gateway_endpoint,
    a_job,
    a_nat_gateway,
    a_network,
    a_network_with_routes,
    a_route,
    a_route_table,
    a_subnet,
    an_interface_endpoint,
    endpoint,
    virtual_private_gateway,
)
from tests.findings import outcomes
from tests.s3_paths import (
    BOTH_PASS,
    BOTH_UNKNOWN,
    SAME_FOR_PRIVACY_AND_READINESS,
    TO_IGW,
    TO_NAT,
    TO_TGW,
    UNREAD,
)
from vpc_guardrail.core.checks.s3_gateway_endpoint import evaluate
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Route

BOTH_FAIL = ["subnet-a: FAIL HIGH", "subnet-b: FAIL HIGH"]


def said(network: Network) -> list[str]:
    return outcomes(evaluate(a_job(), network, Settings()))


def by_nat(*nat_routes: Route) -> Network:
    return a_network_with_routes(
        TO_NAT,
        nat_gateways=(a_nat_gateway(),),
        nat_routes=nat_routes,
    )


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(a_network(), BOTH_PASS, id="on the table of both subnets"),
        pytest.param(a_network_with_routes(S3_ROUTE, TO_NAT), BOTH_PASS, id="beside a NAT gateway"),
        pytest.param(by_nat(TO_IGW), BOTH_FAIL, id="a NAT gateway reaches S3, but not privately"),
        pytest.param(by_nat(S3_ROUTE), BOTH_FAIL, id="only on the table of the NAT gateway"),
        pytest.param(a_network_with_routes(TO_IGW), BOTH_FAIL, id="an internet gateway"),
        pytest.param(a_network_with_routes(TO_TGW), BOTH_FAIL, id="in another VPC at best"),
        pytest.param(a_network_with_routes(endpoints=()), BOTH_FAIL, id="no route at all"),
        pytest.param(
            a_network(endpoints=(a_gateway_endpoint(state="failed"),)), BOTH_FAIL, id="failed"
        ),
        pytest.param(
            a_network_with_routes(a_route(S3_LIST, to=endpoint(), state="blackhole")),
            BOTH_FAIL,
            id="a blackhole",
        ),
        pytest.param(
            a_network_with_routes(S3_ROUTE, a_route("52.219.8.0/24", to=virtual_private_gateway())),
            BOTH_FAIL,
            id="a part of S3's addresses goes over the VPN",
        ),
        pytest.param(
            a_network_with_routes(
                S3_ROUTE,
                a_route("52.219.8.0/24", to=virtual_private_gateway()),
                endpoints=(a_gateway_endpoint(state="pending"),),
            ),
            BOTH_FAIL,
            id="a part goes over the VPN, whatever becomes of the pending rest",
        ),
        pytest.param(
            a_network_with_routes(TO_NAT, endpoints=(an_interface_endpoint(),)),
            BOTH_PASS,
            id="an interface endpoint that answers S3's name keeps it private",
        ),
        pytest.param(
            a_network_with_routes(TO_TGW, endpoints=(an_interface_endpoint(private_dns=False),)),
            BOTH_FAIL,
            id="an interface endpoint without private DNS",
        ),
        pytest.param(
            a_network(endpoints=(a_gateway_endpoint(state="pending"),)),
            BOTH_UNKNOWN,
            id="still pending",
        ),
        pytest.param(
            a_network_with_routes(TO_NAT, endpoints=(an_interface_endpoint(state="pending"),)),
            BOTH_UNKNOWN,
            id="an interface endpoint that is still pending",
        ),
        pytest.param(
            a_network(endpoints=()), BOTH_UNKNOWN, id="the route's endpoint cannot be seen"
        ),
        *SAME_FOR_PRIVACY_AND_READINESS,
    ],
)
def test_table(network: Network, expected: list[str]) -> None:
    assert said(network) == expected


@pytest.mark.parametrize(
    "network",
    [
        *UNREAD,
        pytest.param(a_network_with_routes(TO_NAT, endpoints=DENIED), id="interface endpoints"),
        pytest.param(
            a_network_with_routes(TO_NAT, S3_ROUTE, endpoints=DENIED, prefix_lists=DENIED),
            id="endpoints and prefix lists",
        ),
    ],
)
def test_fault_5_what_could_not_be_read_is_no_fail(network: Network) -> None:
    assert said(network) == BOTH_UNKNOWN


def test_fault_7_one_endpoint_does_not_serve_the_whole_vpc() -> None:
    network = a_network(
        route_tables=(
            a_route_table(id="rtb-a", subnets=("subnet-a",)),
            a_route_table(TO_NAT, id="rtb-main", subnets=(), main=True),
        ),
    )

    assert said(network) == ["subnet-a: PASS", "subnet-b: FAIL HIGH"]


def test_in_a_shared_vpc_the_owners_interface_endpoints_cannot_be_seen() -> None:
    shared = {name: a_subnet(name, owner=ANOTHER_ACCOUNT) for name in ("subnet-a", "subnet-b")}

    assert said(replace(a_network(endpoints=()), subnets=shared)) == BOTH_PASS
    assert said(replace(by_nat(TO_IGW), subnets=shared)) == BOTH_UNKNOWN


def test_the_remedy_lets_the_endpoint_serve_the_subnets_table() -> None:
    network = a_network(
        route_tables=(a_route_table(TO_IGW, id="rtb-open"),),
    )

    first, _ = evaluate(a_job(), network, Settings())

    assert first.remediation == (
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-open"
    )
    assert {path["route_table"] for path in first.evidence["paths"]} == {"rtb-open"}


def test_an_interface_endpoint_that_counts_says_so() -> None:
    network = a_network_with_routes(TO_NAT, endpoints=(an_interface_endpoint(),))

    first, _ = evaluate(a_job(), network, Settings())

    assert "interface endpoint vpce-if" in first.message
    assert first.evidence == {"subnet": "subnet-a", "endpoint": "vpce-if"}
