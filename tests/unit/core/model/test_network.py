"""A look-up in a snapshot of the network gives the part, or the reason why it is not known."""

from __future__ import annotations

from tests.builders import DENIED, a_network, a_security_group, a_subnet, a_vpc
from vpc_guardrail.core.model import Unknown


def test_what_was_read_is_found() -> None:
    network = a_network()

    assert network.subnet("subnet-a") == a_subnet()
    assert network.security_group("sg-1") == a_security_group()
    assert network.vpc("vpc-1") == a_vpc()


def test_what_is_missing_is_unknown_and_named() -> None:
    network = a_network()

    assert network.subnet("subnet-x") == Unknown("subnet subnet-x was not found")
    assert network.security_group("sg-x") == Unknown("security group sg-x was not found")
    assert network.vpc("vpc-x") == Unknown("VPC vpc-x was not found")


def test_what_may_not_be_read_keeps_its_reason() -> None:
    network = a_network(subnets=DENIED, security_groups=DENIED, vpcs=DENIED)

    assert network.subnet("subnet-a") is DENIED
    assert network.security_group("sg-1") is DENIED
    assert network.vpc("vpc-1") is DENIED


def test_the_s3_service_is_that_of_the_region() -> None:
    assert a_network().s3_service_name == "com.amazonaws.eu-central-1.s3"
