"""The interface endpoint that S3's standard name may lead to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    DENIED,
    VPC,
    a_gateway_endpoint,
    a_network,
    a_subnet,
    a_vpc,
    an_interface_endpoint,
)
from vpc_guardrail.core.model import Endpoint, Unknown
from vpc_guardrail.core.s3_path import interface_endpoint_for_s3


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
