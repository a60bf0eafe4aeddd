"""Every service that the settings or the job itself require can be reached."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from vpc_guardrail.core.crossing import Crossing, Share
from vpc_guardrail.core.finding import (
    CheckSpec,
    Evidence,
    Finding,
    Kind,
    Severity,
    Status,
    StopPolicy,
)
from vpc_guardrail.core.interfaces import interface_endpoint_for, out_to, way_to_endpoint
from vpc_guardrail.core.internet import internet, internet_blocks
from vpc_guardrail.core.model import (
    Fact,
    FileSystem,
    MountPoint,
    Network,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.model.groups import TCP
from vpc_guardrail.core.mounts import PORTS, mount_points_in_zone, way_to_mount
from vpc_guardrail.core.path import IPV6_ONLY, Reach, Stretch, stretches
from vpc_guardrail.core.remedies import (
    allow_tcp,
    give_interface_endpoint,
    give_mount_point,
    let_https_pass,
    let_tcp_pass,
)
from vpc_guardrail.core.settings import Settings

SPEC = CheckSpec(
    name="required-services-reachable",
    kind=Kind.READINESS,
    severity=Severity.MEDIUM,
    stop=StopPolicy.NEVER,
    title="Every AWS service that the settings or the job require can be reached from its subnets.",
    risk="Code in the containers that calls the service hangs or fails, often late in the job.",
    how=(
        "For each required service: an available interface endpoint with private DNS in the VPC, "
        "whose groups let the job in on TCP 443 and which the job's groups and network ACLs let "
        "it reach; else NAT gateways to all of the internet. A training image pulled through the "
        "VPC (TrainingRepositoryAccessMode Vpc) from Amazon ECR requires ecr.api and ecr.dkr. For "
        "each file system of the job: an available mount target of EFS, or the network interfaces "
        "of FSx for Lustre, in the subnet's availability zone, which groups and network ACLs let "
        "the job reach on TCP 2049 or 988."
    ),
    limits=(
        "Registries other than Amazon ECR, and file systems in another VPC or account, are not "
        "read: UNKNOWN. The ports of file systems are not verified for training jobs; of those of "
        "FSx for Lustre only TCP 988 towards it is judged, neither 1018-1023 nor its own "
        "connections to the job. File system policies and access points are not judged."
    ),
    sound_example="sts is required; an interface endpoint with private DNS admits sg-1 on TCP 443.",
    faulty_example="sts is required; the VPC has neither an endpoint for it nor a NAT gateway.",
    mend=(
        "Create an interface endpoint for the service, with private DNS and a group that "
        "admits the job."
    ),
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html#train-vpc-nat",
)

ECR_HOST = re.compile(r"\d{12}\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
"""Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"""

ECR_SERVICES = ("ecr.api", "ecr.dkr")
"""Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"""


def evaluate(job: TrainingJob, network: Network, settings: Settings) -> Iterator[Finding]:
    """A finding for each service and subnet, and for what else the job reaches in its VPC."""
    services = dict.fromkeys((*settings.required_services, *_services_of_registry(job)))
    in_vpc = [*_other_registry(job), *job.file_systems]
    if not services and not in_vpc:
        yield SPEC.not_applicable(job.arn, "Neither the settings nor the job require a service.")
        return
    for subnet_id in job.subnet_ids:
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Unknown):
            yield SPEC.unknown(subnet_id, subnet.reason)
            continue
        for service in services:
            yield _service(job, network, subnet, service)
        for each in job.file_systems:
            yield _file_system(job, network, subnet, each)
    for reason in _other_registry(job):
        yield SPEC.unknown(job.arn, reason)


def _services_of_registry(job: TrainingJob) -> tuple[str, ...]:
    match = ECR_HOST.fullmatch(job.vpc_registry or "")
    return ECR_SERVICES if match and match["region"] == job.region else ()


def _other_registry(job: TrainingJob) -> Iterator[str]:
    if job.vpc_registry and not _services_of_registry(job):
        yield f"whether registry {job.vpc_registry} can be reached cannot be seen"


def _service(job: TrainingJob, network: Network, subnet: Subnet, service: str) -> Finding:
    resource = f"{service} from {subnet.id}"
    name = f"com.amazonaws.{network.region}.{service}"
    evidence = {"subnet": subnet.id, "service": name}
    endpoint = interface_endpoint_for(network, subnet, name)
    if isinstance(endpoint, Unknown):
        return SPEC.unknown(resource, endpoint.reason, evidence)
    if endpoint is None:
        return _by_internet(job, network, subnet, service, evidence)
    way = way_to_endpoint(job, network, subnet, endpoint)
    evidence["endpoint"] = endpoint.id
    if isinstance(way, Unknown):
        return SPEC.unknown(resource, way.reason, evidence)
    if way.share is Share.ALL:
        return SPEC.passed(
            resource, f"{subnet.id} reaches {service} through {endpoint.id}.", evidence
        )
    return SPEC.failed(
        resource,
        f"{subnet.id} does not reach {service} through {endpoint.id}: {way.detail}.",
        evidence={**evidence, **way.as_evidence()},
        remediation=let_https_pass(network, way, job.security_group_ids[0]),
    )


def _by_internet(
    job: TrainingJob, network: Network, subnet: Subnet, service: str, evidence: Evidence
) -> Finding:
    resource = f"{service} from {subnet.id}"
    all_ways = stretches(network, subnet, internet())
    if isinstance(all_ways, Unknown):
        return SPEC.unknown(resource, all_ways.reason, evidence)
    # A gateway endpoint takes the packets to its own service only, which needs no other way.
    ways = [way for way in all_ways if not way.through_gateway_endpoint]
    rules = out_to(job, network, subnet, internet_blocks())
    blocked = [way for way in ways if way.reach is Reach.BLOCKED]
    shut = rules.detail if isinstance(rules, Crossing) and rules.share is Share.NONE else None
    all_blocked = bool(blocked) and len(blocked) == len(ways)
    why = blocked[0].detail if all_blocked else shut
    if why is not None:
        component = _route(blocked[0]) if all_blocked else _rule(rules)
        if subnet.owner_id != network.account:
            return SPEC.unknown(resource, f"the VPC is shared, and besides {why}", evidence)
        return SPEC.failed(
            resource,
            f"{subnet.id} does not reach {service}: no interface endpoint answers its name, and "
            f"{why}.",
            evidence={**evidence, **component},
            remediation=give_interface_endpoint(
                network, subnet, str(evidence["service"]), job.security_group_ids[0]
            ),
        )
    unseen = next((way.detail for way in ways if way.reach is Reach.UNSEEN), None)
    if unseen is None and blocked:
        unseen = f"{blocked[0].detail}, and which addresses {service} has is not known"
    if unseen is None and isinstance(rules, Unknown):
        unseen = rules.reason
    if unseen is None and isinstance(rules, Crossing) and rules.share is Share.SOME:
        unseen = f"{rules.detail}, and which addresses {service} has is not known"
    if unseen:
        return SPEC.unknown(resource, unseen, evidence)
    return SPEC.passed(
        resource, f"{subnet.id} reaches {service} through {ways[0].detail}.", evidence
    )


def _route(way: Stretch) -> Evidence:
    return {"route_table": way.route_table, "route": way.route}


def _rule(rules: Fact[Crossing]) -> Evidence:
    return {} if isinstance(rules, Unknown) else rules.as_evidence()


def _file_system(
    job: TrainingJob, network: Network, subnet: Subnet, file_system: FileSystem
) -> Finding:
    resource = f"{file_system.id} from {subnet.id}"
    port = PORTS.get(file_system.kind)
    if port is None:
        return SPEC.unknown(resource, f"file systems of kind {file_system.kind} are not known here")
    if subnet.cidr is None:
        return SPEC.unknown(resource, IPV6_ONLY.reason)
    evidence = {"subnet": subnet.id, "zone": subnet.availability_zone, "port": port}
    points = mount_points_in_zone(network, subnet, file_system)
    if isinstance(points, Unknown):
        found = SPEC.unknown(resource, points.reason, evidence)
    elif usable := [point for point in points if point.is_available]:
        found = _ways_to(job, network, subnet, file_system, usable, evidence)
    else:
        found = _no_mount_point(job, subnet, file_system, points, evidence)
    if found.status is not Status.UNKNOWN:
        return found
    return _shut_port(job, network, subnet.cidr, file_system, evidence) or found


def _ways_to(
    job: TrainingJob,
    network: Network,
    subnet: Subnet,
    file_system: FileSystem,
    usable: list[MountPoint],
    evidence: Evidence,
) -> Finding:
    """What is said of the ways to all mount points of the zone."""
    resource = f"{file_system.id} from {subnet.id}"
    port = PORTS[file_system.kind]
    mounted = ", ".join(point.id for point in usable)
    evidence = {**evidence, "mount_points": mounted}
    ways = [(point, way_to_mount(job, network, subnet, point, port)) for point in usable]
    for point, way in ways:
        if isinstance(way, Crossing) and way.share is not Share.ALL:
            return SPEC.failed(
                resource,
                f"{subnet.id} does not reach {file_system.id} at TCP {port}: {way.detail}.",
                evidence={**evidence, **way.as_evidence()},
                remediation=let_tcp_pass(
                    network,
                    way,
                    port,
                    job_group=job.security_group_ids[0],
                    other_group=min(_known(point.group_ids)),
                ),
            )
    unseen = next((way for _, way in ways if isinstance(way, Unknown)), None)
    if unseen:
        return SPEC.unknown(resource, unseen.reason, evidence)
    return SPEC.passed(
        resource,
        f"{subnet.id} reaches {file_system.id} at TCP {port} by {mounted}.",
        evidence,
    )


def _known(group_ids: Fact[frozenset[str]]) -> frozenset[str]:
    return frozenset() if isinstance(group_ids, Unknown) else group_ids


def _no_mount_point(
    job: TrainingJob,
    subnet: Subnet,
    file_system: FileSystem,
    in_zone: tuple[MountPoint, ...],
    evidence: Evidence,
) -> Finding:
    """The subnet's zone has no mount point, or none that is available."""
    resource = f"{file_system.id} from {subnet.id}"
    for point in in_zone:
        if point.may_become_available:
            return SPEC.unknown(resource, f"{point.id} is still {point.state}", evidence)
    states = "".join(f"; {point.id} is {point.state}" for point in in_zone)
    return SPEC.failed(
        resource,
        f"No mount point of {file_system.id} is available in {subnet.availability_zone}, the zone "
        f"of {subnet.id}{states}.",
        evidence=evidence,
        remediation=give_mount_point(job, subnet, file_system),
    )


def _shut_port(
    job: TrainingJob,
    network: Network,
    block: IPv4Network,
    file_system: FileSystem,
    evidence: Evidence,
) -> Finding | None:
    """What holds wherever the file system lies: no rule of the job lets its port out at all."""
    port = PORTS[file_system.kind]
    facts = [network.security_group(group_id) for group_id in job.security_group_ids]
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    opened = any(rule.covers(TCP, port) for group in known for rule in group.egress)
    if opened or len(known) < len(facts):
        return None
    return SPEC.failed(
        f"{file_system.id} from {evidence['subnet']}",
        f"No outbound rule of the job lets TCP {port} to {file_system.id} pass.",
        evidence={**evidence, "security_groups": [*job.security_group_ids]},
        remediation=allow_tcp(
            job.security_group_ids[0], "egress", port, f"IpRanges=[{{CidrIp={block}}}]"
        ),
    )
