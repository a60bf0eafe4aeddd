"""The way to S3 in short, and what all checks of it say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    a_gateway_endpoint,
    a_network,
    a_prefix_list,
    a_route,
    a_subnet,
    an_interface_endpoint,
    internet_gateway,
    nat,
    transit_gateway,
)
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.s3_path import stretches_to_s3

if TYPE_CHECKING:
    from vpc_guardrail.core.model import Network, Subnet
    from vpc_guardrail.core.path import Reach, Stretch


TO_NAT = a_route("0.0.0.0/0", to=nat())
TO_IGW = a_route("0.0.0.0/0", to=internet_gateway())
TO_TGW = a_route("0.0.0.0/0", to=transit_gateway())
BOTH_PASS = ["subnet-a: PASS", "subnet-b: PASS"]
BOTH_UNKNOWN = ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"]

SAME_FOR_PRIVACY_AND_READINESS = (
    pytest.param(
        a_network(subnets=(a_subnet("subnet-a"),)),
        ["subnet-a: PASS", "subnet-b: UNKNOWN"],
        id="a subnet that is gone",
    ),
    pytest.param(
        a_network(
            subnets=(a_subnet("subnet-a", cidr=None), a_subnet("subnet-b")),
            endpoints=(a_gateway_endpoint(), an_interface_endpoint()),
        ),
        ["subnet-a: UNKNOWN", "subnet-b: PASS"],
        id="an IPv6-only subnet",
    ),
)
"""Networks and what is said of their subnets, whether S3 is to be reached or to be private."""

UNREAD = (
    pytest.param(a_network(subnets=DENIED), id="subnets"),
    pytest.param(a_network(route_tables=DENIED), id="route tables"),
    pytest.param(a_network(endpoints=DENIED), id="endpoints"),
    pytest.param(
        a_network(prefix_lists=(a_prefix_list(entries=()),), endpoints=()), id="S3's addresses"
    ),
)
"""Networks of which something was not read that every check of the way to S3 needs."""


def stretches(network: Network, subnet: Subnet | None = None) -> tuple[Stretch, ...]:
    """Where the packets to each part of S3's addresses end, by the routes."""
    found = stretches_to_s3(network, subnet or a_subnet())
    assert not isinstance(found, Unknown)
    return found


def the_reach(network: Network, subnet: Subnet | None = None) -> Reach:
    """What all stretches come to, when they come to the same."""
    (reach,) = {each.reach for each in stretches(network, subnet)}
    return reach
