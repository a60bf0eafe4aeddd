"""The job has access to the internet as the settings say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    DENIED,
    GROUP,
    S3_LIST,
    S3_PREFIX_LIST,
    S3_ROUTE,
    a_customer_list,
    a_job,
    a_nat_gateway,
    a_network,
    a_network_acl,
    a_network_with_routes,
    a_route,
    a_route_table,
    a_rule,
    a_security_group,
    a_subnet,
    a_vpc,
    an_acl_entry,
    endpoint,
    internet_gateway,
    nat,
    transit_gateway,
    virtual_private_gateway,
)
from tests.findings import outcome, outcomes
from vpc_guardrail.core.checks.internet_access import evaluate
from vpc_guardrail.core.model import Direction, TargetKind, Unknown
from vpc_guardrail.core.model.groups import TCP, UDP
from vpc_guardrail.core.settings import InternetAccess, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import (
        NatGateway,
        Network,
        PrefixList,
        Route,
        SecurityGroupRule,
    )

FORBIDDEN = Settings(internet_access=InternetAccess.FORBIDDEN)
REQUIRED = Settings(internet_access=InternetAccess.REQUIRED)
TO_NAT = a_route("0.0.0.0/0", to=nat())
TO_IGW = a_route("0.0.0.0/0", to=internet_gateway())
TO_TGW = a_route("0.0.0.0/0", to=transit_gateway())
ANYTHING = (a_rule(cidrs=("0.0.0.0/0",)),)
ITSELF = (a_rule(groups=(GROUP,)),)


def first(network: Network, settings: Settings) -> Finding:
    """What is said of the first subnet."""
    found, _ = evaluate(a_job(), network, settings)
    return found


def routed(
    *routes: Route,
    egress: Iterable[SecurityGroupRule] = ANYTHING,
    gateway: NatGateway | Unknown | None = None,
    beyond: Iterable[Route] = (TO_IGW,),
    lists: Iterable[PrefixList] | Unknown = S3_PREFIX_LIST,
    block_mode: str = "off",
) -> Network:
    """Job subnets with these routes, and a NAT gateway whose own routes lead `beyond`."""
    gateways = gateway if isinstance(gateway, Unknown) else (gateway or a_nat_gateway(),)
    network = a_network_with_routes(
        *routes,
        nat_gateways=gateways,
        nat_routes=beyond,
        prefix_lists=lists,
        vpcs=(a_vpc(internet_block_mode=block_mode),),
    )
    group = a_security_group(egress=egress)
    return replace(network, security_groups={group.id: group})


def only(protocol: str, port: int, *cidrs: str) -> tuple[SecurityGroupRule, ...]:
    return (a_rule(protocol=protocol, ports=(port, port), cidrs=cidrs),)


BY_LIST = (a_rule(protocol=TCP, ports=(443, 443), lists=(S3_LIST,)),)


@pytest.mark.parametrize(
    ("network", "if_forbidden", "if_required"),
    [
        pytest.param(routed(S3_ROUTE), "PASS", "FAIL MEDIUM", id="S3's endpoint only"),
        pytest.param(routed(), "PASS", "FAIL MEDIUM", id="no route"),
        pytest.param(routed(TO_NAT), "FAIL MEDIUM", "PASS", id="a public NAT gateway"),
        pytest.param(routed(S3_ROUTE, TO_NAT), "FAIL MEDIUM", "PASS", id="both"),
        pytest.param(
            routed(a_route("8.8.8.0/24", to=nat())),
            "FAIL MEDIUM",
            "FAIL MEDIUM",
            id="NAT to a part of the internet",
        ),
        pytest.param(routed(TO_IGW), "PASS", "FAIL MEDIUM", id="an internet gateway alone"),
        pytest.param(
            routed(a_route("10.8.0.0/16", to=nat())), "PASS", "FAIL MEDIUM", id="NAT inside"
        ),
        pytest.param(
            routed(TO_NAT, gateway=a_nat_gateway(connectivity="private")),
            "PASS",
            "FAIL MEDIUM",
            id="a private NAT gateway before an internet gateway",
        ),
        pytest.param(
            routed(TO_NAT, gateway=a_nat_gateway(connectivity="private"), beyond=(TO_TGW,)),
            "UNKNOWN",
            "UNKNOWN",
            id="a private NAT gateway before a transit gateway",
        ),
        pytest.param(
            routed(TO_NAT, beyond=()), "PASS", "FAIL MEDIUM", id="a NAT gateway with no way on"
        ),
        pytest.param(
            routed(TO_NAT, gateway=a_nat_gateway(state="failed")),
            "PASS",
            "FAIL MEDIUM",
            id="failed",
        ),
        pytest.param(
            routed(TO_NAT, gateway=a_nat_gateway(state="pending")),
            "UNKNOWN",
            "UNKNOWN",
            id="pending",
        ),
        pytest.param(
            routed(TO_NAT, gateway=a_nat_gateway(subnet=None, route_table="rtb-nat")),
            "FAIL MEDIUM",
            "PASS",
            id="a regional NAT gateway",
        ),
        pytest.param(
            routed(replace(TO_NAT, state="blackhole")), "PASS", "FAIL MEDIUM", id="a blackhole"
        ),
        pytest.param(routed(TO_TGW), "UNKNOWN", "UNKNOWN", id="a transit gateway"),
        pytest.param(
            routed(a_route("0.0.0.0/0", to=virtual_private_gateway(), propagated=True)),
            "UNKNOWN",
            "UNKNOWN",
            id="a VPN",
        ),
        pytest.param(
            routed(a_route("0.0.0.0/0", to=endpoint("vpce-firewall"))),
            "UNKNOWN",
            "UNKNOWN",
            id="a firewall",
        ),
        pytest.param(
            routed(TO_NAT, block_mode="block-bidirectional"),
            "UNKNOWN",
            "UNKNOWN",
            id="VPC Block Public Access, whose exclusions are not read",
        ),
        pytest.param(
            routed(TO_NAT, block_mode="block-ingress"),
            "FAIL MEDIUM",
            "PASS",
            id="VPC Block Public Access for what comes in",
        ),
        pytest.param(
            routed(TO_NAT, egress=ITSELF), "PASS", "FAIL MEDIUM", id="groups that let nothing out"
        ),
        pytest.param(routed(TO_NAT, egress=()), "PASS", "FAIL MEDIUM", id="no outbound rule"),
        pytest.param(
            routed(TO_NAT, egress=only(TCP, 443, "0.0.0.0/0")),
            "FAIL MEDIUM",
            "PASS",
            id="HTTPS out",
        ),
        pytest.param(
            routed(TO_NAT, egress=only(UDP, 53, "0.0.0.0/0")),
            "FAIL MEDIUM",
            "FAIL MEDIUM",
            id="UDP 53 out, through which data can leave as well",
        ),
        pytest.param(
            routed(TO_NAT, egress=only(TCP, 22, "8.8.8.0/24")),
            "FAIL MEDIUM",
            "FAIL MEDIUM",
            id="SSH to some network",
        ),
        pytest.param(
            routed(S3_ROUTE, TO_NAT, egress=BY_LIST),
            "PASS",
            "FAIL MEDIUM",
            id="S3's list only, which goes through the endpoint",
        ),
        pytest.param(
            routed(TO_NAT, egress=BY_LIST),
            "FAIL MEDIUM",
            "FAIL MEDIUM",
            id="S3's list only, through the NAT gateway",
        ),
        pytest.param(
            routed(TO_TGW, egress=ITSELF), "PASS", "FAIL MEDIUM", id="out of sight, but shut"
        ),
        pytest.param(
            routed(TO_TGW, egress=only(TCP, 443, "10.0.0.0/8")),
            "PASS",
            "FAIL MEDIUM",
            id="out of sight, but open for private blocks only",
        ),
        pytest.param(
            routed(
                TO_NAT,
                egress=(a_rule(lists=("pl-x",)),),
                lists=(*S3_PREFIX_LIST, a_customer_list("pl-x", DENIED)),
            ),
            "UNKNOWN",
            "UNKNOWN",
            id="a rule whose list is unread",
        ),
        pytest.param(
            replace(routed(TO_NAT), security_groups=DENIED),
            "UNKNOWN",
            "UNKNOWN",
            id="groups unread",
        ),
        pytest.param(
            replace(routed(S3_ROUTE), security_groups=DENIED),
            "PASS",
            "FAIL MEDIUM",
            id="groups unread, and no way",
        ),
        pytest.param(
            routed(TO_NAT, gateway=DENIED), "UNKNOWN", "UNKNOWN", id="NAT gateways unread"
        ),
        pytest.param(a_network(route_tables=DENIED), "UNKNOWN", "UNKNOWN", id="tables unread"),
        pytest.param(a_network(subnets=DENIED), "UNKNOWN", "UNKNOWN", id="subnets unread"),
        pytest.param(
            a_network(subnets=(a_subnet(cidr=None), a_subnet("subnet-b"))),
            "UNKNOWN",
            "UNKNOWN",
            id="an IPv6-only subnet",
        ),
    ],
)
def test_table(network: Network, if_forbidden: str, if_required: str) -> None:
    assert outcome(first(network, FORBIDDEN)) == if_forbidden
    assert outcome(first(network, REQUIRED)) == if_required


def test_by_default_it_is_not_judged() -> None:
    assert outcomes(evaluate(a_job(), routed(TO_NAT), Settings())) == [
        f"{a_job().arn}: NOT_APPLICABLE"
    ]


def test_each_subnet_is_judged_by_its_own_route_table() -> None:
    network = replace(
        routed(TO_NAT),
        route_tables={
            table.id: table
            for table in (
                a_route_table(TO_NAT, id="rtb-a", subnets=("subnet-a",)),
                a_route_table(S3_ROUTE, id="rtb-b", subnets=("subnet-b",)),
                a_route_table(TO_IGW, id="rtb-nat", subnets=("subnet-nat",)),
            )
        },
    )

    assert outcomes(evaluate(a_job(), network, FORBIDDEN)) == [
        "subnet-a: FAIL MEDIUM",
        "subnet-b: PASS",
    ]
    assert outcomes(evaluate(a_job(), network, REQUIRED)) == [
        "subnet-a: PASS",
        "subnet-b: FAIL MEDIUM",
    ]


@pytest.mark.parametrize(
    ("route", "option"),
    [
        pytest.param(TO_NAT, "--destination-cidr-block 0.0.0.0/0", id="a block"),
        pytest.param(
            a_route("pl-x", to=nat()), "--destination-prefix-list-id pl-x", id="a prefix list"
        ),
    ],
)
def test_the_forbidden_route_is_deleted(route: Route, option: str) -> None:
    lists = (*S3_PREFIX_LIST, a_customer_list("pl-x", ("8.8.8.0/24",)))

    found = first(routed(route, lists=lists), FORBIDDEN)

    assert "NAT gateway nat-1, whose own route leads on" in found.message
    assert found.remediation == f"aws ec2 delete-route --route-table-id rtb-1 {option}"


def test_the_required_route_is_made() -> None:
    found = first(routed(TO_IGW), REQUIRED)

    assert "igw-1 is no path: a training job has private addresses only" in found.message
    assert found.message.endswith("a private subnet is the better place for the job.")
    assert found.remediation == (
        "aws ec2 replace-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 "
        "--nat-gateway-id nat-1"
    )


def test_the_required_outbound_rule_is_made() -> None:
    found = first(routed(TO_NAT, egress=ITSELF), REQUIRED)

    assert found.evidence["outbound_rules"] == (
        "no rule of sg-1 lets outbound TCP 443 to the internet pass"
    )
    assert found.remediation == (
        "aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions "
        "'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]'"
    )


def test_the_evidence_tells_each_route_once() -> None:
    """The internet comes in dozens of pieces, but few routes take them."""
    found = first(routed(S3_ROUTE, TO_NAT), FORBIDDEN)

    assert [path["route"] for path in found.evidence["paths"]] == [
        f"0.0.0.0/0 -> {TargetKind.NAT_GATEWAY.value} nat-1 (active)",
        "pl-s3 -> VPC endpoint vpce-s3 (active)",
    ]


def test_a_network_acl_that_shuts_the_subnet_leaves_no_access() -> None:
    shut = a_network_acl(an_acl_entry(100, Direction.EGRESS, allows=False))
    network = replace(routed(TO_NAT), network_acls={shut.id: shut})

    found = first(network, REQUIRED)

    assert outcome(found) == "FAIL MEDIUM"
    assert shut.id in found.message
