"""Where the reference job of a score is placed, and what it carries."""

from __future__ import annotations

import pytest

from tests.builders import (
    ACCOUNT,
    DENIED,
    REGION,
    VPC,
    a_network,
    a_route,
    a_route_table,
    a_security_group,
    a_subnet,
    internet_gateway,
    nat,
    transit_gateway,
)
from vpc_guardrail.core.model import Network, Unknown
from vpc_guardrail.core.reference_job import (
    partition_of,
    reference_job,
    training_groups,
    training_subnets,
)
from vpc_guardrail.core.score_rule import ScoreRule, Tag

TRAINING = {"purpose": "training"}
RULE = ScoreRule(training_tags=(Tag("purpose", "training"),))

A = a_subnet("subnet-a")
B = a_subnet("subnet-b", zone="eu-central-1b")
TAGGED_B = a_subnet("subnet-b", tags=TRAINING)

PUBLIC_B = (
    a_route_table(subnets=("subnet-a",)),
    a_route_table(
        a_route("0.0.0.0/0", to=internet_gateway()), id="rtb-public", subnets=("subnet-b",)
    ),
)
PUBLIC_MAIN = (
    a_route_table(subnets=("subnet-a",)),
    a_route_table(
        a_route("0.0.0.0/0", to=internet_gateway()), id="rtb-main", subnets=(), main=True
    ),
)


def table_to(destination: str) -> Network:
    """A network in which subnet-b has a route to an internet gateway."""
    routes = a_route(destination, to=internet_gateway())
    tables = (a_route_table(subnets=("subnet-a",)), a_route_table(routes, id="r", subnets=(B.id,)))
    return a_network(route_tables=tables)


@pytest.mark.parametrize(
    ("network", "chosen"),
    [
        pytest.param(a_network(), ["subnet-a", "subnet-b"], id="private ones"),
        pytest.param(a_network(route_tables=PUBLIC_B), ["subnet-a"], id="not a public one"),
        pytest.param(
            a_network(route_tables=PUBLIC_MAIN), ["subnet-a"], id="public by the main table"
        ),
        pytest.param(table_to("::/0"), ["subnet-a"], id="public over IPv6"),
        pytest.param(table_to("203.0.113.0/24"), ["subnet-a", "subnet-b"], id="no default route"),
        pytest.param(
            a_network(
                route_tables=(
                    a_route_table(a_route("0.0.0.0/0", to=nat()), subnets=("subnet-a",)),
                    a_route_table(
                        a_route("0.0.0.0/0", to=transit_gateway()), id="t", subnets=("subnet-b",)
                    ),
                )
            ),
            ["subnet-a", "subnet-b"],
            id="private behind NAT and transit gateways",
        ),
        pytest.param(a_network(subnets=(A, TAGGED_B)), ["subnet-b"], id="tagged before private"),
        pytest.param(
            a_network(subnets=(A, TAGGED_B), route_tables=PUBLIC_B),
            ["subnet-b"],
            id="tagged though public",
        ),
        pytest.param(
            a_network(subnets=(A, TAGGED_B), route_tables=DENIED),
            ["subnet-b"],
            id="tagged though tables are not read",
        ),
        pytest.param(
            a_network(subnets=(A, a_subnet("subnet-b", tags={"purpose": "web"}))),
            ["subnet-a", "subnet-b"],
            id="another value is no tag for training",
        ),
        pytest.param(
            a_network(subnets=(A, a_subnet("subnet-b", cidr=None))), ["subnet-a"], id="IPv4 only"
        ),
        pytest.param(
            a_network(subnets=(A, a_subnet("subnet-b", zone="eu-central-1-ham-1a"))),
            ["subnet-a"],
            id="not in a Local Zone",
        ),
        pytest.param(
            a_network(subnets=(A, a_subnet("subnet-b", vpc="vpc-2"))),
            ["subnet-a"],
            id="of the VPC alone",
        ),
        pytest.param(a_network(subnets=()), [], id="none at all"),
    ],
)
def test_training_subnets_are_the_tagged_ones_else_the_private_ones(
    network: Network, chosen: list[str]
) -> None:
    found = training_subnets(VPC, network, RULE)

    assert not isinstance(found, Unknown)
    assert [each.id for each in found] == chosen


@pytest.mark.parametrize(
    "network",
    [
        a_network(subnets=DENIED),
        a_network(route_tables=DENIED),
        a_network(route_tables=()),
    ],
)
def test_which_subnets_are_private_may_not_be_known(network: Network) -> None:
    assert isinstance(training_subnets(VPC, network, RULE), Unknown)


DEFAULT = a_security_group("sg-default", is_default=True)
TAGGED = (a_security_group("sg-2", tags=TRAINING), a_security_group("sg-1", tags=TRAINING))
ELSEWHERE = a_security_group("sg-9", vpc="vpc-2", is_default=True, tags=TRAINING)


@pytest.mark.parametrize(
    ("network", "chosen"),
    [
        (a_network(security_groups=(DEFAULT, a_security_group(), ELSEWHERE)), ("sg-default",)),
        (a_network(security_groups=(DEFAULT, *TAGGED, ELSEWHERE)), ("sg-1", "sg-2")),
    ],
)
def test_training_groups_are_the_tagged_ones_else_the_default_one(
    network: Network, chosen: tuple[str, ...]
) -> None:
    assert training_groups(VPC, network, RULE) == chosen


@pytest.mark.parametrize("groups", [DENIED, (), (a_security_group(),), (ELSEWHERE,)])
def test_the_default_group_may_not_be_known(groups: Unknown) -> None:
    assert isinstance(training_groups(VPC, a_network(security_groups=groups), RULE), Unknown)


def test_the_reference_job_is_about_to_start_and_names_no_bucket() -> None:
    rule = ScoreRule(instance_type="ml.p4d.24xlarge", instance_count=4)

    job = reference_job(VPC, a_network(), rule, ("subnet-a",), ("sg-1",))

    assert (job.subnet_ids, job.security_group_ids) == (("subnet-a",), ("sg-1",))
    assert not isinstance(job.instance_plans, Unknown)
    (plan,) = job.instance_plans
    assert [(each.instance_type, each.count) for each in plan.sets] == [("ml.p4d.24xlarge", 4)]
    assert job.secondary_status == "Starting"
    assert job.s3_places == ()
    assert job.arn == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{VPC}"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_region_tells_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition
