"""What Hypothesis invents of networks, jobs and what the guardrail may not read of them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

from tests.builders import (
    ACCOUNT,
    AMAZONS_DNS,
    ANOTHER_ACCOUNT,
    CLOSED_TO_THE_VPC,
    DENIED,
    FULL_ACCESS,
    LOCAL_ROUTE,
    OWN_BUCKET_ONLY,
    REGION,
    ROLE,
    S3_LIST,
    S3_ROUTE,
    VPC,
    a_bucket,
    a_customer_list,
    a_dhcp_option_set,
    a_gateway_endpoint,
    a_job,
    a_mount_point,
    a_nat_gateway,
    a_network,
    a_network_acl,
    a_place,
    a_plan,
    a_policy,
    a_prefix_list,
    a_route,
    a_rule,
    a_security_group,
    a_statement,
    a_subnet,
    a_vpc,
    an_acl_entry,
    an_interface_endpoint,
    endpoint,
    internet_gateway,
    nat,
    of_bucket,
    sound_places,
    transit_gateway,
    virtual_private_gateway,
)
from vpc_guardrail.core.finding import Severity
from vpc_guardrail.core.model import (
    Direction,
    FileSystem,
    JobSource,
    MountPoint,
    Network,
    Route,
    RouteTable,
    S3Bucket,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, ESP, TCP, UDP
from vpc_guardrail.core.model.job import NO_ROLE
from vpc_guardrail.core.score_rule import ScoreRule, Tag
from vpc_guardrail.core.settings import InternetAccess, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from random import Random

    from vpc_guardrail.core.model import AclEntry, Fact, NetworkAcl, SecurityGroup, Subnet

T = TypeVar("T")
NEW_TYPE = "ml.p9.48xlarge"
PART_OF_S3 = "52.219.8.0/24"
REGISTRIES = ("111122223333.dkr.ecr.eu-central-1.amazonaws.com", "registry.example")

types = st.sampled_from(["ml.m5.xlarge", "ml.g5.12xlarge", "ml.p4d.24xlarge", NEW_TYPE])
plans = st.lists(st.tuples(types, st.integers(1, 3)), min_size=1, max_size=2).map(
    lambda sets: a_plan(*sets)
)


def _names(*names: str, at_least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=at_least, max_size=len(names), unique=True)


places = st.sampled_from(
    [*sound_places("train-1"), a_place("s3://another-bucket/x"), a_place("s3://local--x-s3/x")]
)


def _jobs(
    subnets: st.SearchStrategy[list[str]], groups: st.SearchStrategy[list[str]]
) -> st.SearchStrategy[TrainingJob]:
    several_plans = st.lists(plans, min_size=1, max_size=2).map(tuple)
    return st.builds(
        a_job,
        subnets=subnets,
        groups=groups,
        plans=st.one_of(several_plans, several_plans, st.just(DENIED)),
        source=st.sampled_from(JobSource),
        secondary_status=st.sampled_from(["", "Starting", "Training"]),
        encrypted=st.booleans(),
        file_systems=st.sampled_from([(), (), (FileSystem("EFS", "fs-1"),)]),
        vpc_registry=st.sampled_from([None, None, *REGISTRIES]),
        role_arn=st.sampled_from([ROLE, ROLE, ROLE, NO_ROLE]),
        s3_places=st.lists(places, max_size=3),
    )


jobs = _jobs(_names("subnet-a", "subnet-b", "subnet-x"), _names("sg-1", "sg-2", "sg-x"))
incomplete_jobs = _jobs(_names("subnet-a", at_least=0), _names("sg-1", at_least=0))

routes = st.sampled_from(
    [
        S3_ROUTE,
        a_route(S3_LIST, to=endpoint("vpce-2")),
        a_route(S3_LIST, to=endpoint(), state="blackhole"),
        a_route("0.0.0.0/0", to=nat()),
        a_route("0.0.0.0/0", to=nat("nat-2")),
        a_route("0.0.0.0/0", to=internet_gateway()),
        a_route("0.0.0.0/0", to=transit_gateway()),
        a_route("0.0.0.0/0", to=endpoint("vpce-firewall")),
        a_route("0.0.0.0/0", to=virtual_private_gateway(), propagated=True),
        a_route(PART_OF_S3, to=virtual_private_gateway(), propagated=True),
        a_route(PART_OF_S3, to=nat(), state="blackhole"),
        a_route("192.168.0.0/16", to=transit_gateway()),
        a_route("pl-x", to=transit_gateway()),
        a_route("pl-ddb", to=endpoint("vpce-ddb")),
    ]
)


def _as_ec2_allows(found: Sequence[Route]) -> tuple[Route, ...]:
    return tuple({(each.destination, each.propagated): each for each in found}.values())


route_sets = st.lists(routes, max_size=4).map(_as_ec2_allows)
rules = st.sampled_from(
    [
        a_rule(groups=("sg-1",)),
        a_rule(groups=("sg-2",)),
        a_rule(cidrs=("0.0.0.0/0",)),
        a_rule(cidrs=("10.0.0.0/24",)),
        a_rule(lists=("pl-x",)),
        a_rule(protocol=TCP, ports=(0, 65535), groups=("sg-1",)),
        a_rule(protocol=TCP, ports=(22, 22), cidrs=("10.0.0.0/16",)),
        a_rule(protocol=TCP, ports=(443, 443), lists=(S3_LIST,)),
        a_rule(protocol=TCP, ports=(443, 443), cidrs=("10.0.0.0/16", PART_OF_S3)),
        a_rule(protocol=UDP, cidrs=("8.8.8.0/24",)),
        a_rule(protocol=ESP, groups=("sg-1",)),
    ]
)
rule_sets = st.lists(rules, max_size=3)


def _some_of(*choices: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Each choice, drawn or left out."""
    return st.tuples(*(st.one_of(choice, st.none()) for choice in choices)).map(
        lambda drawn: [each for each in drawn if each is not None]
    )


def _table(
    table_id: str, subnets: Iterable[str], *, main: bool = False
) -> st.SearchStrategy[RouteTable]:
    return route_sets.map(
        lambda found: RouteTable(table_id, VPC, main, frozenset(subnets), (LOCAL_ROUTE, *found))
    )


tag_sets = st.sampled_from([{}, {}, {}, {"purpose": "training"}, {"purpose": "web"}])


def _subnet(subnet_id: str, cidr: str) -> st.SearchStrategy[Subnet]:
    return st.builds(
        a_subnet,
        st.just(subnet_id),
        vpc=st.sampled_from([VPC, VPC, VPC, "vpc-2"]),
        owner=st.sampled_from([ACCOUNT, ACCOUNT, ANOTHER_ACCOUNT]),
        cidr=st.sampled_from([cidr, cidr, cidr, None]),
        available_addresses=st.sampled_from([0, 1, 4, 5, 10, 200]),
        tags=tag_sets,
    )


def _group(group_id: str) -> st.SearchStrategy[SecurityGroup]:
    return st.builds(
        a_security_group,
        st.just(group_id),
        vpc=st.sampled_from([VPC, VPC, "vpc-2"]),
        ingress=rule_sets,
        egress=rule_sets,
        is_default=st.just(group_id == "sg-1"),
        tags=tag_sets,
    )


def acl_entries(
    blocks: st.SearchStrategy[str], ports: st.SearchStrategy[tuple[int, int]]
) -> st.SearchStrategy[tuple[AclEntry, ...]]:
    """Rules of a network ACL; no two of one direction share a number."""
    drawn = st.builds(
        an_acl_entry,
        st.integers(1, 12),
        st.sampled_from(Direction),
        allows=st.booleans(),
        protocol=st.sampled_from([ALL_PROTOCOLS, TCP, TCP, UDP]),
        ports=ports,
        block=blocks,
    )
    return st.lists(drawn, max_size=6, unique_by=lambda each: (each.number, each.direction)).map(
        tuple
    )


_some_entries = acl_entries(
    st.sampled_from(["0.0.0.0/0", "52.219.0.0/20", PART_OF_S3, "10.0.0.0/16", "10.0.1.0/24"]),
    st.sampled_from([(0, 65535), (443, 443), (1024, 65535), (32768, 40000)]),
)


def _acl(acl_id: str, subnet_id: str) -> st.SearchStrategy[NetworkAcl]:
    return _some_entries.map(lambda found: a_network_acl(*found, id=acl_id, subnets=(subnet_id,)))


all_settings = st.builds(
    Settings,
    internet_access=st.sampled_from(InternetAccess),
    required_services=st.sampled_from([(), (), ("sts",), ("sts", "logs")]),
)
score_rules = st.builds(
    ScoreRule,
    minimum_score=st.sampled_from([0, 50, 80, 100]),
    failing_severity=st.sampled_from([None, *Severity]),
    training_tags=st.sampled_from([(), (Tag("purpose", "training"),)]),
    included_vpc_tags=st.sampled_from([(), (), (Tag("purpose"),)]),
    excluded_vpc_tags=st.sampled_from([(), (), (Tag("purpose", "web"),)]),
    instance_type=types,
    instance_count=st.integers(1, 3),
    settings=all_settings,
)
org = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
policies = st.sampled_from(
    [
        OWN_BUCKET_ONLY,
        OWN_BUCKET_ONLY,
        FULL_ACCESS,
        a_policy(a_statement(action="*", condition=org)),
        a_policy(a_statement(action="s3:GetObject", resource=of_bucket())),
        "{}",
    ]
)
bucket_policies = st.sampled_from(
    [
        CLOSED_TO_THE_VPC,
        CLOSED_TO_THE_VPC,
        None,
        a_policy(a_statement("Deny", "s3:PutObject", of_bucket())),
        a_policy(a_statement(resource=of_bucket())),
        DENIED,
        "[]",
    ]
)
states = st.sampled_from(["available", "available", "pending", "deleting"])
MOUNTED: list[dict[str, Fact[tuple[MountPoint, ...]]]] = [
    {},
    {"EFS fs-1": ()},
    {"EFS fs-1": DENIED},
    {"EFS fs-1": (a_mount_point(),)},
    {
        "EFS fs-1": (
            a_mount_point(groups=("sg-2",)),
            a_mount_point("fsmt-2", subnet="subnet-b", zone="eu-central-1b", address="10.0.1.9"),
        )
    },
    {"EFS fs-1": (a_mount_point(state="creating"),)},
    {"EFS fs-1": (a_mount_point(subnet="subnet-b", address="10.0.1.9", groups=("sg-x",)),)},
]

networks: st.SearchStrategy[Network] = st.builds(
    a_network,
    subnets=_some_of(_subnet("subnet-a", "10.0.0.0/24"), _subnet("subnet-b", "10.0.1.0/24")),
    security_groups=_some_of(_group("sg-1"), _group("sg-2")),
    group_vpcs=st.sampled_from([{}, {"sg-1": frozenset({VPC})}]),
    vpcs=_some_of(
        st.builds(
            a_vpc,
            tenancy=st.sampled_from(["default", "dedicated"]),
            dns_support=st.booleans(),
            dns_hostnames=st.booleans(),
            dhcp_options=st.sampled_from(["dopt-1", "dopt-1", "dopt-x", "default"]),
            internet_block_mode=st.sampled_from(["off", "block-bidirectional"]),
            tags=tag_sets,
        )
    ),
    route_tables=_some_of(
        _table("rtb-a", ("subnet-a",)),
        _table("rtb-main", (), main=True),
        _table("rtb-nat", ("subnet-nat",)),
    ),
    endpoints=_some_of(
        st.builds(a_gateway_endpoint, state=states, policy=policies),
        st.just(a_gateway_endpoint("vpce-ddb", service="com.amazonaws.eu-central-1.dynamodb")),
        st.builds(
            an_interface_endpoint,
            state=states,
            private_dns=st.booleans(),
            only_for_inbound_resolver=st.booleans(),
            subnets=_names("subnet-a", "subnet-b"),
            groups=_names("sg-1", "sg-2", "sg-x"),
            policy=policies,
        ),
        st.builds(
            an_interface_endpoint,
            st.just("vpce-sts"),
            service=st.just("com.amazonaws.eu-central-1.sts"),
            state=states,
            groups=_names("sg-1", "sg-2"),
        ),
    ),
    nat_gateways=_some_of(
        st.builds(
            a_nat_gateway,
            state=states,
            connectivity=st.sampled_from(["public", "private"]),
            subnet=st.sampled_from(["subnet-nat", "subnet-a", None]),
        ),
        st.just(a_nat_gateway("nat-2", subnet=None, route_table="rtb-nat")),
    ),
    prefix_lists=_some_of(
        st.just(a_prefix_list()),
        st.builds(
            a_customer_list,
            st.just("pl-x"),
            st.sampled_from([(), ("10.0.0.0/8",), ("0.0.0.0/0",), (PART_OF_S3,)]),
        ),
        st.just(a_prefix_list("pl-ddb", DENIED, name="com.amazonaws.eu-central-1.dynamodb")),
    ),
    network_acls=_some_of(_acl("acl-a", "subnet-a"), _acl("acl-b", "subnet-b")),
    dhcp_options=st.sampled_from(
        [
            AMAZONS_DNS,
            AMAZONS_DNS,
            (a_dhcp_option_set(servers=("10.0.0.2", "192.168.0.10")),),
            (a_dhcp_option_set(domain_name=()),),
        ]
    ),
    efa_support=st.sampled_from([{}, {NEW_TYPE: True}, {NEW_TYPE: False}]),
    buckets=_some_of(
        st.builds(
            a_bucket, region=st.sampled_from([REGION, REGION, "us-east-1"]), policy=bucket_policies
        )
    ),
    file_systems=st.sampled_from(MOUNTED),
)


ALWAYS_KNOWN = {"region", "account", "read_at", "efa_support", "unread_groups", "file_systems"}


def blinded(network: Network) -> Iterator[Network]:
    """The network with one fact, or one group of facts, that may not be read."""
    for field in fields(network):
        if field.name not in ALWAYS_KNOWN:
            unread_group: dict[str, Any] = {field.name: DENIED}
            yield replace(network, **unread_group)
    for name in network.efa_support:
        yield replace(network, efa_support={**network.efa_support, name: DENIED})
    yield from _with_mounts_unread(network)
    for name in _read(network.security_groups):
        seen = {key: each for key, each in _read(network.security_groups).items() if key != name}
        yield replace(network, security_groups=seen, unread_groups={name: DENIED})
    for name, each in _read(network.prefix_lists).items():
        unread = replace(each, entries=DENIED)
        yield replace(network, prefix_lists={**_read(network.prefix_lists), name: unread})
    for name, bucket in _read(network.buckets).items():
        unread_bucket = S3Bucket(name, DENIED, DENIED, DENIED)
        for poorer in (
            replace(bucket, policy=DENIED),
            replace(bucket, region=DENIED),
            unread_bucket,
        ):
            yield replace(network, buckets={**_read(network.buckets), name: poorer})
    for name, vpc in _read(network.vpcs).items():
        for less in (replace(vpc, dns_support=DENIED), replace(vpc, dns_hostnames=DENIED)):
            yield replace(network, vpcs={**_read(network.vpcs), name: less})


def _with_mounts_unread(network: Network) -> Iterator[Network]:
    """A file system of which nothing is known, or not the groups of its mount points."""
    for name, points in network.file_systems.items():
        yield replace(network, file_systems={**network.file_systems, name: DENIED})
        if not isinstance(points, Unknown):
            less = tuple(replace(each, group_ids=DENIED) for each in points)
            yield replace(network, file_systems={**network.file_systems, name: less})


def _read(parts: Fact[Mapping[str, T]]) -> Mapping[str, T]:
    return {} if isinstance(parts, Unknown) else parts


def shuffled(job: TrainingJob, network: Network, random: Random) -> tuple[TrainingJob, Network]:
    """The same job and network, with everything told in another order."""

    def mixed(found: Iterable[T]) -> tuple[T, ...]:
        listed = [*found]
        random.shuffle(listed)
        return tuple(listed)

    def remapped(parts: Fact[Mapping[str, T]]) -> Fact[Mapping[str, T]]:
        return parts if isinstance(parts, Unknown) else dict(mixed(parts.items()))

    tables, groups = remapped(network.route_tables), remapped(network.security_groups)
    acls = remapped(network.network_acls)
    if not isinstance(acls, Unknown):
        acls = {name: replace(each, entries=mixed(each.entries)) for name, each in acls.items()}
    if not isinstance(tables, Unknown):
        tables = {name: replace(each, routes=mixed(each.routes)) for name, each in tables.items()}
    if not isinstance(groups, Unknown):
        groups = {
            name: replace(each, ingress=mixed(each.ingress), egress=mixed(each.egress))
            for name, each in groups.items()
        }
    told_otherwise = replace(
        network,
        subnets=remapped(network.subnets),
        security_groups=groups,
        route_tables=tables,
        endpoints=remapped(network.endpoints),
        nat_gateways=remapped(network.nat_gateways),
        prefix_lists=remapped(network.prefix_lists),
        network_acls=acls,
        buckets=remapped(network.buckets),
        file_systems={
            name: each if isinstance(each, Unknown) else mixed(each)
            for name, each in network.file_systems.items()
        },
    )
    config = job.vpc_config and replace(
        job.vpc_config,
        subnet_ids=mixed(job.subnet_ids),
        security_group_ids=mixed(job.security_group_ids),
    )
    return replace(job, vpc_config=config, s3_places=mixed(job.s3_places)), told_otherwise
