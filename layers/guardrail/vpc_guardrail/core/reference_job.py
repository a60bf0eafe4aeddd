"""The job that a VPC is scored for: which subnets it is placed in, and which groups it carries."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from vpc_guardrail.core.model import (
    Fact,
    InstancePlan,
    InstanceSet,
    JobSource,
    Network,
    RouteTable,
    SecurityGroup,
    Subnet,
    TargetKind,
    TrainingJob,
    Unknown,
    VpcConfig,
)
from vpc_guardrail.core.routing import effective_route_table
from vpc_guardrail.core.score_rule import ScoreRule, any_among
from vpc_guardrail.core.zones import unusual_place

NAME = "reference-job"

ROLE = "vpc-guardrail-reference-job"
"""The role that its requests to S3 are made with: one that no policy names."""

DEFAULT_GROUP = "default"
"""Stands for a VPC's default group where it cannot be seen."""

DEFAULT_ROUTES = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)
"""What the names of Regions outside of the partition `aws` begin with.

Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""


def partition_of(region: str) -> str:
    """The partition of a Region, as ARNs name it."""
    return next((name for start, name in PARTITIONS if region.startswith(start)), "aws")


def training_subnets(vpc_id: str, network: Network, rule: ScoreRule) -> Fact[tuple[Subnet, ...]]:
    """The subnets of a VPC that are tagged for training, else those that are private.

    A subnet that is not tagged counts only where training jobs are documented to run.
    """
    if isinstance(network.subnets, Unknown):
        return network.subnets
    own = sorted(
        (each for each in network.subnets.values() if each.vpc_id == vpc_id),
        key=lambda each: each.id,
    )
    tagged = tuple(each for each in own if any_among(rule.training_tags, each.tags))
    return tagged or _private(network, [each for each in own if _may_hold_jobs(each, network)])


def _may_hold_jobs(subnet: Subnet, network: Network) -> bool:
    return subnet.cidr is not None and not unusual_place(subnet, network.region)


def _private(network: Network, subnets: Iterable[Subnet]) -> Fact[tuple[Subnet, ...]]:
    """The subnets without a default route to an internet gateway in the route table in force."""
    found: list[Subnet] = []
    for subnet in subnets:
        table = effective_route_table(network, subnet)
        if isinstance(table, Unknown):
            return Unknown(f"which subnets are private cannot be told: {table.reason}")
        if not _is_public(table):
            found.append(subnet)
    return tuple(found)


def _is_public(table: RouteTable) -> bool:
    return any(
        route.destination in DEFAULT_ROUTES and route.target.kind is TargetKind.INTERNET_GATEWAY
        for route in table.routes
    )


def training_groups(vpc_id: str, network: Network, rule: ScoreRule) -> Fact[tuple[str, ...]]:
    """The groups of a VPC that are tagged for training, all at once; else its default group."""
    if isinstance(network.security_groups, Unknown):
        return network.security_groups
    own = [each for each in network.security_groups.values() if each.vpc_id == vpc_id]
    chosen = _ids(each for each in own if any_among(rule.training_tags, each.tags)) or _ids(
        each for each in own if each.is_default
    )
    return chosen or Unknown(f"no default security group of {vpc_id} can be seen")


def _ids(groups: Iterable[SecurityGroup]) -> tuple[str, ...]:
    return tuple(sorted(each.id for each in groups))


def reference_job(
    vpc_id: str,
    network: Network,
    rule: ScoreRule,
    subnet_ids: tuple[str, ...],
    group_ids: tuple[str, ...],
) -> TrainingJob:
    """A job that is about to start in these subnets, and names no place in S3."""
    partition = partition_of(network.region)
    plan = InstancePlan((InstanceSet(rule.instance_type, rule.instance_count),))
    return TrainingJob(
        name=NAME,
        arn=f"arn:{partition}:ec2:{network.region}:{network.account}:vpc/{vpc_id}",
        partition=partition,
        region=network.region,
        account=network.account,
        status="InProgress",
        secondary_status="Starting",
        created_at=network.read_at,
        source=JobSource.DESCRIBED,
        vpc_config=VpcConfig(subnet_ids, group_ids),
        instance_plans=(plan,),
        role_arn=f"arn:{partition}:iam::{network.account}:role/{ROLE}",
    )
