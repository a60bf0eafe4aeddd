"""S3 in the Region can be reached from every subnet of the job."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ANOTHER_ACCOUNT,
    DENIED,
    S3_ROUTE,
    a_dhcp_option_set,
    a_gateway_endpoint,
    a_job,
    a_nat_gateway,
    a_network,
    a_network_with_routes,
    a_route,
    a_route_table,
    a_subnet,
    an_interface_endpoint,
    transit_gateway,
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
from vpc_guardrail.core.checks.s3_reachable import evaluate
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Route

NOWHERE = a_route("192.168.0.0/16", to=virtual_private_gateway())
PART_ASTRAY = a_route("52.219.8.0/24", to=virtual_private_gateway(), state="blackhole")
BOTH_FATAL = ["subnet-a: FAIL CRITICAL", "subnet-b: FAIL CRITICAL"]
BOTH_HIGH = ["subnet-a: FAIL HIGH", "subnet-b: FAIL HIGH"]


def said(network: Network) -> list[str]:
    return outcomes(evaluate(a_job(), network, Settings()))


def unlike(routes_a: tuple[Route, ...], routes_b: tuple[Route, ...]) -> Network:
    """A network whose two subnets have route tables of their own."""
    return a_network(
        route_tables=(
            a_route_table(*routes_a, id="rtb-a", subnets=("subnet-a",)),
            a_route_table(*routes_b, id="rtb-b", subnets=("subnet-b",)),
        )
    )


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(a_network(), BOTH_PASS, id="a gateway endpoint"),
        pytest.param(
            a_network_with_routes(
                TO_NAT, nat_gateways=(a_nat_gateway(),), nat_routes=(TO_IGW,), endpoints=()
            ),
            BOTH_PASS,
            id="a public NAT gateway",
        ),
        pytest.param(
            a_network_with_routes(NOWHERE, endpoints=(an_interface_endpoint(),)),
            BOTH_PASS,
            id="an interface endpoint that answers S3's name",
        ),
        pytest.param(a_network_with_routes(endpoints=()), BOTH_FATAL, id="no route at all"),
        pytest.param(
            a_network_with_routes(TO_IGW, endpoints=()), BOTH_FATAL, id="an internet gateway alone"
        ),
        pytest.param(
            a_network_with_routes(
                NOWHERE, endpoints=(an_interface_endpoint(only_for_inbound_resolver=True),)
            ),
            BOTH_HIGH,
            id="an interface endpoint for inbound resolvers only",
        ),
        pytest.param(
            a_network_with_routes(NOWHERE, endpoints=(an_interface_endpoint(private_dns=False),)),
            BOTH_HIGH,
            id="an interface endpoint to which a private hosted zone may lead",
        ),
        pytest.param(
            a_network_with_routes(a_route("10.0.0.0/8", to=transit_gateway()), endpoints=()),
            BOTH_HIGH,
            id="another network, to whose endpoint a private hosted zone may lead",
        ),
        pytest.param(
            replace(
                a_network_with_routes(NOWHERE, endpoints=(an_interface_endpoint(),)),
                dhcp_options={"dopt-1": a_dhcp_option_set(servers=("10.9.9.9",))},
            ),
            BOTH_UNKNOWN,
            id="an interface endpoint, and DNS servers of one's own",
        ),
        pytest.param(
            a_network(endpoints=(a_gateway_endpoint(state="deleting"),)),
            BOTH_FATAL,
            id="an endpoint that is leaving",
        ),
        pytest.param(
            unlike((S3_ROUTE,), (NOWHERE,)),
            ["subnet-a: PASS", "subnet-b: FAIL HIGH"],
            id="some subnets only",
        ),
        pytest.param(
            unlike((TO_TGW,), (NOWHERE,)),
            ["subnet-a: UNKNOWN", "subnet-b: FAIL HIGH"],
            id="none for sure, but one may",
        ),
        pytest.param(
            a_network_with_routes(S3_ROUTE, PART_ASTRAY), BOTH_HIGH, id="a part of S3's addresses"
        ),
        pytest.param(
            a_network_with_routes(TO_TGW, PART_ASTRAY), BOTH_HIGH, id="a part, the rest unseen"
        ),
        pytest.param(a_network_with_routes(TO_TGW), BOTH_UNKNOWN, id="a transit gateway"),
        pytest.param(
            a_network_with_routes(NOWHERE, endpoints=(an_interface_endpoint(state="pending"),)),
            BOTH_UNKNOWN,
            id="an interface endpoint that may yet come up",
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
        pytest.param(
            a_network_with_routes(TO_NAT, nat_gateways=DENIED, nat_routes=(TO_IGW,)),
            id="NAT gateways",
        ),
        pytest.param(a_network_with_routes(NOWHERE, endpoints=DENIED), id="interface endpoints"),
        pytest.param(
            a_network_with_routes(NOWHERE, endpoints=(an_interface_endpoint(),), vpcs=DENIED),
            id="DNS attributes",
        ),
        pytest.param(
            a_network_with_routes(PART_ASTRAY, S3_ROUTE, prefix_lists=DENIED), id="prefix lists"
        ),
    ],
)
def test_fault_5_what_could_not_be_read_is_no_fail(network: Network) -> None:
    assert said(network) == BOTH_UNKNOWN


def test_fault_7_each_subnet_is_judged_by_its_own_route_table() -> None:
    """One endpoint in the VPC does not help the subnet whose table it does not serve."""
    network = a_network(
        route_tables=(
            a_route_table(id="rtb-a", subnets=("subnet-a",)),
            a_route_table(NOWHERE, id="rtb-main", subnets=(), main=True),
        )
    )

    assert said(network) == ["subnet-a: PASS", "subnet-b: FAIL HIGH"]


def test_in_a_shared_vpc_the_owners_endpoints_may_answer_by_name() -> None:
    shared = a_network_with_routes(NOWHERE, endpoints=())
    subnets = {name: a_subnet(name, owner=ANOTHER_ACCOUNT) for name in ("subnet-a", "subnet-b")}

    assert said(replace(shared, subnets=subnets)) == BOTH_UNKNOWN


def test_the_evidence_follows_each_path_and_the_remedy_names_the_table() -> None:
    first, _ = evaluate(a_job(), a_network_with_routes(TO_IGW, endpoints=()), Settings())

    assert first.evidence["subnet"] == "subnet-a"
    assert [path["destination"] for path in first.evidence["paths"]] == [
        "52.219.0.0/20",
        "3.5.128.0/21",
    ]
    assert "igw-1 is no path: a training job has private addresses only" in first.message
    assert first.remediation == (
        "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Gateway "
        "--service-name com.amazonaws.eu-central-1.s3 --route-table-ids rtb-1"
    )
