"""S3's name resolves in the VPC: DNS support is on, and the servers are Amazon's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    a_dhcp_option_set,
    a_job,
    a_network,
    a_subnet,
    a_vpc,
)
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.dns_resolves_s3 import evaluate
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from vpc_guardrail.core.model import DhcpOptions, Network, Vpc

PASS, FAIL, UNKNOWN = ["vpc-1: PASS"], ["vpc-1: FAIL HIGH"], ["vpc-1: UNKNOWN"]
OFF = a_vpc(dns_support=False)
UNREAD = a_vpc(dns_support=DENIED)
OF_ONE_S_OWN = a_dhcp_option_set(servers=("10.0.0.10",))


def said(network: Network) -> list[str]:
    return outcomes(evaluate(a_job(), network, Settings()))


def served_by(*servers: str) -> Network:
    return a_network(dhcp_options=(a_dhcp_option_set(servers=servers),))


def having(vpc: Vpc, options: DhcpOptions) -> Network:
    return a_network(vpcs=(vpc,), dhcp_options=(options,))


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(a_network(), PASS, id="AmazonProvidedDNS"),
        pytest.param(served_by("169.254.169.253"), PASS, id="Amazon's link-local address"),
        pytest.param(served_by("fd00:ec2::253"), PASS, id="Amazon's IPv6 address"),
        pytest.param(served_by("10.0.0.2"), PASS, id="the base of the VPC plus two"),
        pytest.param(
            served_by("AmazonProvidedDNS", "10.0.0.2", "169.254.169.253"), PASS, id="all of them"
        ),
        pytest.param(a_network(vpcs=(a_vpc(dns_hostnames=False),)), PASS, id="DNS hostnames off"),
        pytest.param(
            a_network(vpcs=(a_vpc(dns_hostnames=DENIED),)), PASS, id="DNS hostnames unread"
        ),
        pytest.param(
            a_network(dhcp_options=(a_dhcp_option_set(domain_name=("corp.example",)),)),
            PASS,
            id="a domain of one's own",
        ),
        pytest.param(served_by("10.0.0.3"), UNKNOWN, id="the base of the VPC plus three"),
        pytest.param(
            having(
                a_vpc(cidrs=("10.0.0.0/16", "10.9.0.0/16")),
                a_dhcp_option_set(servers=("10.9.0.2",)),
            ),
            UNKNOWN,
            id="the base of a secondary block plus two",
        ),
        pytest.param(served_by("10.0.1.2"), UNKNOWN, id="the base of a subnet plus two"),
        pytest.param(served_by("192.168.0.10"), UNKNOWN, id="a server of one's own"),
        pytest.param(
            served_by("AmazonProvidedDNS", "192.168.0.10"), UNKNOWN, id="Amazon's and one's own"
        ),
        pytest.param(a_network(vpcs=(OFF,)), FAIL, id="DNS support off"),
        pytest.param(a_network(vpcs=(UNREAD,)), UNKNOWN, id="DNS support unread"),
        pytest.param(
            having(OFF, OF_ONE_S_OWN), UNKNOWN, id="DNS support off, servers of one's own"
        ),
        pytest.param(
            a_network(dhcp_options=(a_dhcp_option_set(domain_name=()),)), FAIL, id="no domain-name"
        ),
        pytest.param(served_by(), FAIL, id="no domain-name-servers"),
        pytest.param(
            a_network(dhcp_options=(a_dhcp_option_set(domain_name=(), servers=()),)),
            FAIL,
            id="neither",
        ),
        pytest.param(
            having(UNREAD, a_dhcp_option_set(domain_name=())),
            FAIL,
            id="no domain-name, DNS support unread",
        ),
        pytest.param(
            a_network(dhcp_options=(a_dhcp_option_set(domain_name=(), servers=("10.0.0.10",)),)),
            FAIL,
            id="no domain-name, servers of one's own",
        ),
        pytest.param(
            a_network(vpcs=(a_vpc(dhcp_options="default"),)), UNKNOWN, id="no set associated"
        ),
        pytest.param(
            a_network(vpcs=(a_vpc(dhcp_options="default", dns_support=False),)),
            UNKNOWN,
            id="no set associated, DNS support off",
        ),
        pytest.param(a_network(dhcp_options=()), UNKNOWN, id="a set that cannot be seen"),
        pytest.param(a_network(dhcp_options=DENIED), UNKNOWN, id="sets unread"),
        pytest.param(a_network(vpcs=DENIED), UNKNOWN, id="VPCs unread"),
        pytest.param(a_network(vpcs=()), UNKNOWN, id="a VPC that cannot be seen"),
        pytest.param(
            a_network(subnets=DENIED),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="subnets unread",
        ),
        pytest.param(
            a_network(subnets=(a_subnet(),)),
            ["vpc-1: PASS", "subnet-b: UNKNOWN"],
            id="a subnet that is gone",
        ),
        pytest.param(
            a_network(
                subnets=(a_subnet(), a_subnet("subnet-b", vpc="vpc-2")),
                vpcs=(a_vpc(), a_vpc("vpc-2", dns_support=False)),
            ),
            ["vpc-1: PASS", "vpc-2: FAIL HIGH"],
            id="two VPCs",
        ),
    ],
)
def test_table(network: Network, expected: list[str]) -> None:
    assert said(network) == expected


def test_the_evidence_names_the_option_set_and_what_it_carries() -> None:
    found = the(evaluate(a_job(), served_by("10.0.0.10"), Settings()))

    assert found.evidence == {
        "vpc": "vpc-1",
        "dhcp_options": "dopt-1",
        "dns_support": True,
        "dns_hostnames": True,
        "domain_name": ["eu-central-1.compute.internal"],
        "domain_name_servers": ["10.0.0.10"],
    }
    assert "what the DNS servers 10.0.0.10 answer cannot be seen" in found.message


def test_what_is_lacking_is_named_and_mended() -> None:
    options = a_dhcp_option_set(domain_name=(), servers=())

    found = the(evaluate(a_job(), a_network(dhcp_options=(options,)), Settings()))

    assert "dopt-1 lacks domain-name and domain-name-servers" in found.message
    assert found.remediation == (
        "OPTIONS=$(aws ec2 create-dhcp-options --dhcp-configurations "
        "Key=domain-name,Values=eu-central-1.compute.internal "
        "Key=domain-name-servers,Values=AmazonProvidedDNS "
        "--query DhcpOptions.DhcpOptionsId --output text) && "
        'aws ec2 associate-dhcp-options --vpc-id vpc-1 --dhcp-options-id "$OPTIONS"'
    )


def test_what_the_options_carry_already_is_kept() -> None:
    options = a_dhcp_option_set(domain_name=(), servers=("10.9.9.9", "10.9.9.10"))

    found = the(evaluate(a_job(), a_network(dhcp_options=(options,)), Settings()))

    assert "Key=domain-name-servers,Values=10.9.9.9,10.9.9.10 " in found.remediation


def test_dns_support_is_turned_on() -> None:
    found = the(evaluate(a_job(), a_network(vpcs=(OFF,)), Settings()))

    assert found.remediation == (
        "aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support Value=true"
    )


def test_an_unread_attribute_is_told_as_such() -> None:
    found = the(evaluate(a_job(), a_network(vpcs=(UNREAD,)), Settings()))

    assert found.evidence["dns_support"] == f"not known, because {DENIED.reason}"
