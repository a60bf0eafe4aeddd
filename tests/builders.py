"""Builders of the vocabulary: sound by default, so that a test names only what it is about.

`a_network()` is a sound private network: one VPC with Amazon's DNS, two subnets behind an open
network ACL, a route table associated with both that has the local route and the S3 endpoint's,
S3's prefix list, and one security group whose members may talk about everything and reach S3.
`a_job()` is a job that runs in it. Whoever adds a check adds the facts that satisfy it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Protocol, TypeVar

from vpc_guardrail.core.finding import (
    CheckSpec,
    Finding,
    Kind,
    Severity,
    Status,
    StopPolicy,
)
from vpc_guardrail.core.model import (
    AclEntry,
    DhcpOptions,
    Direction,
    Endpoint,
    EndpointType,
    Fact,
    FileSystem,
    InstancePlan,
    InstanceSet,
    JobKind,
    JobSource,
    MountPoint,
    NatGateway,
    Network,
    NetworkAcl,
    Peers,
    PrefixList,
    Route,
    RouteTable,
    S3Bucket,
    S3Place,
    S3Use,
    SecurityGroup,
    SecurityGroupRule,
    Starts,
    Subnet,
    Target,
    TargetKind,
    TrainingJob,
    Unknown,
    Vpc,
    VpcConfig,
)
from vpc_guardrail.core.model.acls import LAST_RULE
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP
from vpc_guardrail.core.model.job import ONE_JOB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REGION = "eu-central-1"
ACCOUNT = "111122223333"
ANOTHER_ACCOUNT = "444455556666"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VPC = "vpc-1"
GROUP = "sg-1"
S3_SERVICE = f"com.amazonaws.{REGION}.s3"
S3_LIST = "pl-s3"
S3_BLOCKS = ("52.219.0.0/20", "3.5.128.0/21")
DENIED = Unknown("ec2:Describe is denied to the guardrail")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/training"
BUCKET = "training-data"


# The job.


def a_job(
    *,
    name: str = "train-1",
    subnets: Iterable[str] = ("subnet-a", "subnet-b"),
    groups: Iterable[str] = (GROUP,),
    instance_type: str = "ml.m5.xlarge",
    instance_count: int = 1,
    plans: Fact[tuple[InstancePlan, ...]] | None = None,
    source: JobSource = JobSource.DESCRIBED,
    status: str = "InProgress",
    secondary_status: str = "Starting",
    encrypted: bool = False,
    file_systems: Iterable[FileSystem] = (),
    vpc_registry: str | None = None,
    tuning_job_arn: str | None = None,
    role_arn: Fact[str] = ROLE,
    s3_places: Iterable[S3Place] | None = None,
) -> TrainingJob:
    """A job in two subnets, on one instance without EFA unless the test says otherwise."""
    config = VpcConfig(tuple(subnets), tuple(groups))
    return TrainingJob(
        name=name,
        arn=f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}",
        partition="aws",
        region=REGION,
        account=ACCOUNT,
        status=status,
        secondary_status=secondary_status,
        created_at=NOW,
        source=source,
        vpc_config=config if config.subnet_ids or config.security_group_ids else None,
        instance_plans=plans or (a_plan((instance_type, instance_count)),),
        encrypts_inter_container_traffic=encrypted,
        file_systems=tuple(file_systems),
        vpc_registry=vpc_registry,
        tuning_job_arn=tuning_job_arn,
        role_arn=role_arn,
        s3_places=sound_places(name) if s3_places is None else tuple(s3_places),
    )


def a_place(
    uri: str = f"s3://{BUCKET}/input", use: S3Use = S3Use.READS_PREFIX, *, purpose: str = "it"
) -> S3Place:
    """Something that a job does in S3."""
    return S3Place(purpose, uri, use)


def sound_places(name: str) -> tuple[S3Place, ...]:
    """What a job of this name reads and writes: its input, and a folder that bears its name."""
    return (
        a_place(purpose="the channel train"),
        a_place(f"s3://{BUCKET}/models/{name}/output", S3Use.WRITES, purpose="the output"),
    )


def a_job_without_vpc(*, source: JobSource = JobSource.DESCRIBED) -> TrainingJob:
    """A job that runs in SageMaker's own network."""
    return a_job(name="open-1", subnets=(), groups=(), source=source)


def a_tuning_job(*definitions: TrainingJob, starts: Starts = ONE_JOB) -> TrainingJob:
    """A tuning job with a training definition for each of these jobs, named by it; or for one."""
    asked = definitions or (a_job(),)
    name, arn = "tune-1", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/tune-1"
    whole = replace(
        asked[0],
        name=name,
        arn=arn,
        kind=JobKind.TUNING,
        secondary_status="",
        starts=Starts(starts.most, starts.most),
        starts_at_first=starts,
        vpc_config=_all_that_they_name(asked),
    )
    parts = [
        replace(
            whole,
            definition_name=each.name,
            starts=starts,
            vpc_config=each.vpc_config,
            instance_plans=each.instance_plans,
            role_arn=each.role_arn,
        )
        for each in asked
    ]
    return replace(whole, definitions=tuple(parts))


def _all_that_they_name(jobs: Iterable[TrainingJob]) -> VpcConfig | None:
    configs = [job.vpc_config for job in jobs if job.vpc_config]
    subnets = dict.fromkeys(each for config in configs for each in config.subnet_ids)
    groups = dict.fromkeys(each for config in configs for each in config.security_group_ids)
    return VpcConfig(tuple(subnets), tuple(groups)) if configs else None


def a_plan(*sets: tuple[str, int]) -> InstancePlan:
    """Instances that start together: a_plan(("ml.m5.xlarge", 2), ("ml.p4d.24xlarge", 1))."""
    return InstancePlan(tuple(InstanceSet(instance_type, count) for instance_type, count in sets))


# Routes.


def a_route(
    destination: str, to: Target, *, state: str = "active", propagated: bool = False
) -> Route:
    """A route to a CIDR block, or to a prefix list ("pl-…")."""
    is_list = destination.startswith("pl-")
    return Route(destination if is_list else ip_network(destination), to, state, propagated)


def local() -> Target:
    """The target of a VPC's own route."""
    return Target(TargetKind.LOCAL, "local")


def endpoint(endpoint_id: str = "vpce-s3") -> Target:
    """A VPC endpoint as a route's target."""
    return Target(TargetKind.VPC_ENDPOINT, endpoint_id)


def nat(nat_id: str = "nat-1") -> Target:
    """A NAT gateway as a route's target."""
    return Target(TargetKind.NAT_GATEWAY, nat_id)


def internet_gateway(gateway_id: str = "igw-1") -> Target:
    """An internet gateway as a route's target."""
    return Target(TargetKind.INTERNET_GATEWAY, gateway_id)


def transit_gateway(gateway_id: str = "tgw-1") -> Target:
    """A transit gateway as a route's target."""
    return Target(TargetKind.TRANSIT_GATEWAY, gateway_id)


def virtual_private_gateway(gateway_id: str = "vgw-1") -> Target:
    """A virtual private gateway as a route's target."""
    return Target(TargetKind.VIRTUAL_PRIVATE_GATEWAY, gateway_id)


LOCAL_ROUTE = a_route("10.0.0.0/16", to=local())
S3_ROUTE = a_route(S3_LIST, to=endpoint())


def a_route_table(
    *routes: Route,
    id: str = "rtb-1",
    vpc: str = VPC,
    subnets: Iterable[str] = ("subnet-a", "subnet-b"),
    main: bool = False,
) -> RouteTable:
    """A route table with the local route and these; without any, with the S3 endpoint's."""
    return RouteTable(id, vpc, main, frozenset(subnets), (LOCAL_ROUTE, *(routes or (S3_ROUTE,))))


# The parts of a network.


def a_vpc(
    id: str = VPC,
    *,
    owner: str = ACCOUNT,
    cidrs: Iterable[str] = ("10.0.0.0/16",),
    tenancy: str = "default",
    dns_support: Fact[bool] = True,
    dns_hostnames: Fact[bool] = True,
    dhcp_options: str = "dopt-1",
    internet_block_mode: str = "off",
    tags: Mapping[str, str] | None = None,
) -> Vpc:
    """A VPC of default tenancy whose DNS works."""
    return Vpc(
        id=id,
        owner_id=owner,
        tenancy=tenancy,
        cidrs=tuple(IPv4Network(cidr) for cidr in cidrs),
        dns_support=dns_support,
        dns_hostnames=dns_hostnames,
        dhcp_options_id=dhcp_options,
        internet_block_mode=internet_block_mode,
        tags=tags or {},
    )


def a_subnet(
    id: str = "subnet-a",
    *,
    vpc: str = VPC,
    owner: str = ACCOUNT,
    cidr: str | None = "10.0.0.0/24",
    available_addresses: int = 200,
    zone: str = "eu-central-1a",
    outpost: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Subnet:
    """A subnet with many free addresses; `cidr=None` makes it IPv6-only."""
    block = IPv4Network(cidr) if cidr else None
    return Subnet(id, vpc, owner, block, zone, available_addresses, outpost, tags or {})


def a_rule(
    *,
    protocol: str = ALL_PROTOCOLS,
    ports: tuple[int, int] | None = None,
    groups: Iterable[str] = (),
    cidrs: Iterable[str] = (),
    lists: Iterable[str] = (),
) -> SecurityGroupRule:
    """A rule for either direction; all traffic unless a protocol is named."""
    first, last = ports or (None, None)
    blocks = tuple(ip_network(cidr) for cidr in cidrs)
    peers = Peers(blocks, frozenset(groups), frozenset(lists))
    return SecurityGroupRule(protocol, first, last, peers)


def a_security_group(
    id: str = GROUP,
    *,
    vpc: str = VPC,
    ingress: Iterable[SecurityGroupRule] | None = None,
    egress: Iterable[SecurityGroupRule] | None = None,
    is_default: bool = False,
    tags: Mapping[str, str] | None = None,
) -> SecurityGroup:
    """A group that allows all traffic from and to itself, and HTTPS out to S3."""
    itself = a_rule(groups=(id,))
    https_to_s3 = a_rule(protocol=TCP, ports=(443, 443), lists=(S3_LIST,))
    return SecurityGroup(
        id=id,
        vpc_id=vpc,
        owner_id=ACCOUNT,
        ingress=(itself,) if ingress is None else tuple(ingress),
        egress=(itself, https_to_s3) if egress is None else tuple(egress),
        is_default=is_default,
        tags=tags or {},
    )


def a_gateway_endpoint(
    id: str = "vpce-s3",
    *,
    vpc: str = VPC,
    service: str = S3_SERVICE,
    state: str = "available",
    route_tables: Iterable[str] = ("rtb-1",),
    policy: str | None = None,
) -> Endpoint:
    """A gateway endpoint, for S3 unless a service is named, that admits the job's bucket alone."""
    return Endpoint(
        id,
        vpc,
        service,
        EndpointType.GATEWAY,
        state,
        route_table_ids=frozenset(route_tables),
        policy=OWN_BUCKET_ONLY if policy is None else policy,
    )


def an_interface_endpoint(
    id: str = "vpce-if",
    *,
    vpc: str = VPC,
    service: str = S3_SERVICE,
    state: str = "available",
    private_dns: bool = True,
    only_for_inbound_resolver: bool = False,
    subnets: Iterable[str] = ("subnet-a",),
    groups: Iterable[str] = (GROUP,),
    policy: str | None = None,
) -> Endpoint:
    """An interface endpoint that answers S3's standard name, and carries the job's own group."""
    return Endpoint(
        id,
        vpc,
        service,
        EndpointType.INTERFACE,
        state,
        subnet_ids=frozenset(subnets),
        group_ids=frozenset(groups),
        private_dns_enabled=private_dns,
        private_dns_only_for_inbound_resolver=only_for_inbound_resolver,
        policy=OWN_BUCKET_ONLY if policy is None else policy,
    )


def a_nat_gateway(
    id: str = "nat-1",
    *,
    vpc: str = VPC,
    state: str = "available",
    connectivity: str = "public",
    subnet: str | None = "subnet-nat",
    route_table: str | None = None,
) -> NatGateway:
    """A public NAT gateway in a subnet of its own; a regional one has `subnet=None`."""
    return NatGateway(id, vpc, state, connectivity, subnet, route_table)


def a_prefix_list(
    id: str = S3_LIST,
    entries: Iterable[str] | Unknown = S3_BLOCKS,
    *,
    name: str = S3_SERVICE,
    owner: str = "AWS",
) -> PrefixList:
    """S3's prefix list; with other arguments, any."""
    if isinstance(entries, Unknown):
        return PrefixList(id, name, owner, entries)
    return PrefixList(id, name, owner, _blocks(entries))


def a_customer_list(id: str, entries: Iterable[str] | Unknown) -> PrefixList:
    """A prefix list of the account itself."""
    return a_prefix_list(id, entries, name=f"list {id}", owner=ACCOUNT)


def _blocks(entries: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(entry) for entry in entries)


def an_acl_entry(
    number: int,
    direction: Direction,
    *,
    allows: bool = True,
    protocol: str = ALL_PROTOCOLS,
    ports: tuple[int, int] | None = None,
    block: str = "0.0.0.0/0",
) -> AclEntry:
    """A rule of a network ACL; it allows all traffic unless the test says otherwise."""
    first, last = ports or (None, None)
    return AclEntry(number, direction, protocol, allows, ip_network(block), first, last)


def a_network_acl(
    *entries: AclEntry,
    id: str = "acl-1",
    vpc: str = VPC,
    subnets: Iterable[str] = ("subnet-a", "subnet-b"),
) -> NetworkAcl:
    """A network ACL with these rules, and AWS's last; without any, one that allows all."""
    all_traffic = tuple(an_acl_entry(100, direction) for direction in Direction)
    last = tuple(an_acl_entry(LAST_RULE, direction, allows=False) for direction in Direction)
    return NetworkAcl(id, vpc, frozenset(subnets), (*(entries or all_traffic), *last))


def a_dhcp_option_set(
    id: str = "dopt-1",
    *,
    domain_name: Iterable[str] = (f"{REGION}.compute.internal",),
    servers: Iterable[str] = ("AmazonProvidedDNS",),
) -> DhcpOptions:
    """The DHCP option set that AWS makes with a default VPC."""
    return DhcpOptions(id, tuple(domain_name), tuple(servers))


# Policies and buckets.


def a_policy(*statements: Mapping[str, object]) -> str:
    """A policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


def a_statement(
    effect: str = "Allow",
    action: str | Iterable[str] = "s3:*",
    resource: str | Iterable[str] = "*",
    *,
    condition: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, object]:
    """A statement about everyone; lists may be given as tuples."""
    return {
        "Effect": effect,
        "Principal": "*",
        "Action": action if isinstance(action, str) else [*action],
        "Resource": resource if isinstance(resource, str) else [*resource],
    } | ({"Condition": condition} if condition else {})


DATA_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")


def of_bucket(name: str = BUCKET) -> tuple[str, str]:
    """The ARNs of a bucket and of all its objects."""
    return (f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*")


FULL_ACCESS = a_policy(a_statement(action="*"))
"""What an endpoint's policy is where nobody gave one."""
OWN_BUCKET_ONLY = a_policy(a_statement(action=DATA_ACTIONS, resource=of_bucket()))
CLOSED_TO_THE_VPC = a_policy(
    a_statement(
        "Deny",
        DATA_ACTIONS,
        of_bucket(),
        condition={"StringNotEquals": {"aws:SourceVpc": VPC}},
    )
)


def a_bucket(
    name: str = BUCKET,
    *,
    owner: Fact[str] = ACCOUNT,
    region: Fact[str] = REGION,
    policy: Fact[str | None] = CLOSED_TO_THE_VPC,
) -> S3Bucket:
    """The job's bucket, closed to other networks than the VPC."""
    return S3Bucket(name, owner, region, policy)


def a_mount_point(
    id: str = "fsmt-1",
    *,
    vpc: str = VPC,
    subnet: str = "subnet-a",
    zone: str = "eu-central-1a",
    state: str = "available",
    address: str | None = "10.0.0.9",
    groups: Iterable[str] | Unknown = (GROUP,),
) -> MountPoint:
    """An available mount point in the first subnet, that carries the job's own group."""
    block = IPv4Network(address) if address else None
    group_ids = groups if isinstance(groups, Unknown) else frozenset(groups)
    return MountPoint(id, vpc, subnet, zone, state, block, group_ids)


# What a check says.


def a_spec(
    name: str = "a-check",
    *,
    severity: Severity = Severity.HIGH,
    stop: StopPolicy = StopPolicy.NEVER,
) -> CheckSpec:
    """A check that there is not."""
    return CheckSpec(
        name=name,
        kind=Kind.READINESS,
        severity=severity,
        stop=stop,
        title="All is well.",
        risk="It breaks.",
        how="By looking.",
        limits="None known.",
        sound_example="It is whole.",
        faulty_example="It is broken.",
        mend="Mend it.",
        source="https://docs.aws.amazon.com/",
    )


def a_finding(
    status: Status,
    *,
    check: str = "a-check",
    severity: Severity = Severity.HIGH,
    resource: str = "vpc-1",
) -> Finding:
    """A finding of any check."""
    return Finding(check, Kind.READINESS, status, severity, resource, "It is so.")


# The network.


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Part = TypeVar("_Part", bound=_HasId)

TWO_SUBNETS = (a_subnet(), a_subnet("subnet-b", cidr="10.0.1.0/24", zone="eu-central-1b"))
ONE_GROUP = (a_security_group(),)
ONE_VPC = (a_vpc(),)
ONE_ROUTE_TABLE = (a_route_table(),)
S3_GATEWAY_ENDPOINT = (a_gateway_endpoint(),)
S3_PREFIX_LIST = (a_prefix_list(),)
OPEN_ACL = (a_network_acl(),)
ONE_BUCKET = (a_bucket(),)
AMAZONS_DNS = (a_dhcp_option_set(),)


def a_network(
    *,
    subnets: Iterable[Subnet] | Unknown = TWO_SUBNETS,
    security_groups: Iterable[SecurityGroup] | Unknown = ONE_GROUP,
    group_vpcs: Fact[Mapping[str, frozenset[str]]] | None = None,
    vpcs: Iterable[Vpc] | Unknown = ONE_VPC,
    route_tables: Iterable[RouteTable] | Unknown = ONE_ROUTE_TABLE,
    endpoints: Iterable[Endpoint] | Unknown = S3_GATEWAY_ENDPOINT,
    nat_gateways: Iterable[NatGateway] | Unknown = (),
    prefix_lists: Iterable[PrefixList] | Unknown = S3_PREFIX_LIST,
    network_acls: Iterable[NetworkAcl] | Unknown = OPEN_ACL,
    dhcp_options: Iterable[DhcpOptions] | Unknown = AMAZONS_DNS,
    efa_support: Mapping[str, Fact[bool]] | None = None,
    buckets: Iterable[S3Bucket] | Unknown = ONE_BUCKET,
    file_systems: Mapping[str, Fact[tuple[MountPoint, ...]]] | None = None,
) -> Network:
    """A sound private network; each argument replaces one part, `Unknown` included."""
    return Network(
        region=REGION,
        account=ACCOUNT,
        read_at=NOW,
        subnets=_by_id(subnets),
        security_groups=_by_id(security_groups),
        group_vpcs=group_vpcs or {},
        vpcs=_by_id(vpcs),
        route_tables=_by_id(route_tables),
        endpoints=_by_id(endpoints),
        nat_gateways=_by_id(nat_gateways),
        prefix_lists=_by_id(prefix_lists),
        network_acls=_by_id(network_acls),
        dhcp_options=_by_id(dhcp_options),
        efa_support=efa_support or {},
        buckets=buckets if isinstance(buckets, Unknown) else {each.name: each for each in buckets},
        file_systems=file_systems or {},
    )


def a_network_with_routes(
    *routes: Route,
    endpoints: Iterable[Endpoint] | Unknown = S3_GATEWAY_ENDPOINT,
    nat_gateways: Iterable[NatGateway] | Unknown = (),
    prefix_lists: Iterable[PrefixList] | Unknown = S3_PREFIX_LIST,
    vpcs: Iterable[Vpc] | Unknown = ONE_VPC,
    nat_routes: Iterable[Route] = (),
) -> Network:
    """A network whose job subnets have the local route and these, and whose NAT has its own."""
    job_table = RouteTable(
        "rtb-1", VPC, False, frozenset({"subnet-a", "subnet-b"}), (LOCAL_ROUTE, *routes)
    )
    nat_table = RouteTable(
        "rtb-nat", VPC, True, frozenset({"subnet-nat"}), (LOCAL_ROUTE, *nat_routes)
    )
    return a_network(
        route_tables=(job_table, nat_table),
        endpoints=endpoints,
        nat_gateways=nat_gateways,
        prefix_lists=prefix_lists,
        vpcs=vpcs,
    )


def _by_id(parts: Iterable[_Part] | Unknown) -> Fact[Mapping[str, _Part]]:
    return parts if isinstance(parts, Unknown) else {part.id: part for part in parts}
