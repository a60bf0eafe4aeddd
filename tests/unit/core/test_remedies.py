"""The commands that mend groups and interface endpoints name the ids of the very network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_network, a_subnet, a_vpc, an_interface_endpoint
from vpc_guardrail.core.crossing import Crossing, Share
from vpc_guardrail.core.model import Direction
from vpc_guardrail.core.remedies import (
    allow_all_from_itself,
    give_interface_endpoint,
    let_https_pass,
)

STS = "com.amazonaws.eu-central-1.sts"


@pytest.mark.parametrize("direction", Direction)
def test_allow_all_from_itself(direction: Direction) -> None:
    assert allow_all_from_itself("sg-1", direction) == (
        f"aws ec2 authorize-security-group-{direction.name.lower()} --group-id sg-1 "
        "--ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-1}]'"
    )


HTTPS = "--ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443"


@pytest.mark.parametrize(
    ("way", "command"),
    [
        pytest.param(
            Crossing(Share.NONE, "it is shut", group_id="sg-1", direction="egress"),
            f"aws ec2 authorize-security-group-egress --group-id sg-1 {HTTPS},"
            "IpRanges=[{CidrIp=0.0.0.0/0}]'",
            id="the job's group lets nothing out",
        ),
        pytest.param(
            Crossing(Share.NONE, "it is shut", group_id="sg-endpoint", direction="ingress"),
            f"aws ec2 authorize-security-group-ingress --group-id sg-endpoint {HTTPS},"
            "UserIdGroupPairs=[{GroupId=sg-1}]'",
            id="the other side's group lets the job's group in, and nobody else",
        ),
    ],
)
def test_let_https_pass(way: Crossing, command: str) -> None:
    assert let_https_pass(a_network(), way, "sg-1") == command


CREATE = (
    "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Interface "
    f"--service-name {STS} --subnet-ids subnet-a --security-group-ids sg-1 --private-dns-enabled"
)
MODIFY = "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-if"
ATTRIBUTE = "aws ec2 modify-vpc-attribute --vpc-id vpc-1"


@pytest.mark.parametrize(
    ("parts", "command"),
    [
        pytest.param({}, CREATE, id="none there: create one"),
        pytest.param(
            {"endpoints": (an_interface_endpoint(service=STS, vpc="vpc-2"),)},
            CREATE,
            id="one of another VPC",
        ),
        pytest.param(
            {"endpoints": (an_interface_endpoint(service=STS, private_dns=False),)},
            f"{MODIFY} --private-dns-enabled",
            id="one that does not answer the name",
        ),
        pytest.param(
            {"endpoints": (an_interface_endpoint(service=STS, only_for_inbound_resolver=True),)},
            f"{MODIFY} --dns-options PrivateDnsOnlyForInboundResolverEndpoint=false",
            id="one that answers resolvers only",
        ),
        pytest.param(
            {
                "endpoints": (an_interface_endpoint(service=STS),),
                "vpcs": (a_vpc(dns_hostnames=False),),
            },
            f"{ATTRIBUTE} --enable-dns-hostnames Value=true",
            id="DNS hostnames are off",
        ),
        pytest.param(
            {"vpcs": (a_vpc(dns_support=False, dns_hostnames=False),)},
            f"{ATTRIBUTE} --enable-dns-support Value=true && "
            f"{ATTRIBUTE} --enable-dns-hostnames Value=true && {CREATE}",
            id="DNS is off, and there is no endpoint",
        ),
    ],
)
def test_give_interface_endpoint(parts: dict[str, Any], command: str) -> None:
    network = a_network(**parts)

    assert give_interface_endpoint(network, a_subnet(), STS, "sg-1") == command
