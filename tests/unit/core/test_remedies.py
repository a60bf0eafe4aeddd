"""The commands that mend name the ids of the very network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    DENIED,
    a_gateway_endpoint,
    a_network,
    an_interface_endpoint,
)
from vpc_guardrail.core.crossing import Crossing, Share
from vpc_guardrail.core.path import Reach, Stretch
from vpc_guardrail.core.remedies import (
    allow_all_from_itself,
    give_gateway_endpoint,
    let_https_pass,
)

CREATE = (
    "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Gateway "
    "--service-name com.amazonaws.eu-central-1.s3 --route-table-ids rtb-9"
)
EXTEND = "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-9"


@pytest.mark.parametrize(
    ("endpoints", "command"),
    [
        pytest.param((), CREATE, id="none there: create one"),
        pytest.param((a_gateway_endpoint(),), EXTEND, id="one of other tables: extend it"),
        pytest.param((a_gateway_endpoint(vpc="vpc-2"),), CREATE, id="one of another VPC"),
        pytest.param((a_gateway_endpoint(state="deleting"),), CREATE, id="one that is leaving"),
        pytest.param((an_interface_endpoint(),), CREATE, id="an interface endpoint"),
        pytest.param(
            (a_gateway_endpoint(service="com.amazonaws.eu-central-1.dynamodb"),),
            CREATE,
            id="one of another service",
        ),
        pytest.param(DENIED, CREATE, id="endpoints not read"),
    ],
)
def test_give_gateway_endpoint(endpoints: Any, command: str) -> None:
    network = a_network(endpoints=endpoints)

    assert give_gateway_endpoint(network, "vpc-1", a_stretch("0.0.0.0/0 -> nat-1")) == command


@pytest.mark.parametrize(
    ("route", "option"),
    [
        ("52.216.0.0/16 -> nat-1", "--destination-cidr-block 52.216.0.0/16"),
        ("pl-corporate -> tgw-1", "--destination-prefix-list-id pl-corporate"),
    ],
)
def test_where_the_endpoint_serves_the_table_the_more_specific_route_goes(
    route: str, option: str
) -> None:
    network = a_network(endpoints=(a_gateway_endpoint(route_tables=("rtb-9",)),))

    command = give_gateway_endpoint(network, "vpc-1", a_stretch(route))

    assert command == f"aws ec2 delete-route --route-table-id rtb-9 {option}"


def a_stretch(route: str) -> Stretch:
    return Stretch(Reach.BLOCKED, None, "it goes astray", "52.216.0.0/16", "rtb-9", route)


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_allow_all_from_itself(direction: str) -> None:
    assert allow_all_from_itself("sg-1", direction) == (
        f"aws ec2 authorize-security-group-{direction} --group-id sg-1 "
        "--ip-permissions IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-1}]"
    )


HTTPS = "--ip-permissions IpProtocol=tcp,FromPort=443,ToPort=443"
ACL_ENTRY = (
    "aws ec2 create-network-acl-entry --network-acl-id acl-1 --protocol tcp "
    "--rule-number 1 --cidr-block 0.0.0.0/0 --rule-action allow"
)


@pytest.mark.parametrize(
    ("way", "command"),
    [
        pytest.param(
            Crossing(Share.NONE, "it is shut", group_id="sg-1", direction="egress"),
            f"aws ec2 authorize-security-group-egress --group-id sg-1 {HTTPS},"
            "IpRanges=[{CidrIp=0.0.0.0/0}]",
            id="the job's group lets nothing out",
        ),
        pytest.param(
            Crossing(Share.NONE, "it is shut", group_id="sg-endpoint", direction="ingress"),
            f"aws ec2 authorize-security-group-ingress --group-id sg-endpoint {HTTPS},"
            "UserIdGroupPairs=[{GroupId=sg-1}]",
            id="the other side's group lets the job's group in, and nobody else",
        ),
        pytest.param(
            Crossing(Share.SOME, "it is shut", acl_id="acl-1", direction="egress"),
            f"{ACL_ENTRY} --egress --port-range From=443,To=443 && "
            f"{ACL_ENTRY} --ingress --port-range From=1024,To=65535",
            id="an ACL on the way out",
        ),
        pytest.param(
            Crossing(Share.SOME, "it is shut", acl_id="acl-1", direction="ingress"),
            f"{ACL_ENTRY} --ingress --port-range From=443,To=443 && "
            f"{ACL_ENTRY} --egress --port-range From=1024,To=65535",
            id="an ACL on the way in",
        ),
    ],
)
def test_let_https_pass(way: Crossing, command: str) -> None:
    assert let_https_pass(way, "sg-1") == command
