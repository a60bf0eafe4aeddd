"""Interface endpoints: which one answers a service's name; and who may reach an interface.

Source: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network

from vpc_guardrail.core.acl import acl_of
from vpc_guardrail.core.crossing import (
    HTTPS,
    Blocks,
    Crossing,
    Share,
    into_through_acl,
    lets_out,
    out_through_acl,
    through_groups,
)
from vpc_guardrail.core.model import (
    Direction,
    Endpoint,
    EndpointType,
    Fact,
    Network,
    NetworkAcl,
    SecurityGroup,
    Subnet,
    TrainingJob,
    Unknown,
)
from vpc_guardrail.core.path import IPV6_ONLY

CHINA = "cn."
"""What the names of most interface endpoints' services begin with in China.

Source: https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html
"""


def interface_endpoint_for(
    network: Network, subnet: Subnet, service_name: str
) -> Fact[Endpoint | None]:
    """The interface endpoint that answers a service's standard name in a subnet, if there is one.

    It needs private DNS that is not kept for inbound resolvers alone, and a VPC whose DNS
    support and DNS hostnames are on.
    """
    if isinstance(network.endpoints, Unknown):
        return network.endpoints
    candidates = [
        endpoint
        for endpoint in network.endpoints.values()
        if endpoint.type is EndpointType.INTERFACE
        and endpoint.vpc_id == subnet.vpc_id
        and endpoint.service_name.removeprefix(CHINA) == service_name
        and endpoint.private_dns_enabled
        and not endpoint.private_dns_only_for_inbound_resolver
        and (endpoint.is_available or endpoint.may_become_available)
    ]
    if not candidates:
        return None
    if subnet.cidr is None:
        return IPV6_ONLY
    usable = [endpoint for endpoint in candidates if endpoint.is_available]
    if not usable:
        return Unknown(f"endpoint {candidates[0].id} is still {candidates[0].state}")
    dns = _private_dns_works(network, subnet.vpc_id)
    if isinstance(dns, Unknown):
        return dns
    return usable[0] if dns else None


def _private_dns_works(network: Network, vpc_id: str) -> Fact[bool]:
    vpc = network.vpc(vpc_id)
    if isinstance(vpc, Unknown):
        return vpc
    attributes = (vpc.dns_support, vpc.dns_hostnames)
    if any(attribute is False for attribute in attributes):
        return False
    for attribute in attributes:
        if isinstance(attribute, Unknown):
            return attribute
    return True


def blocks_of_endpoint(network: Network, endpoint: Endpoint) -> Fact[Blocks]:
    """Where the interfaces of an endpoint lie: in its subnets, at addresses that are not read."""
    vpc = network.vpc(endpoint.vpc_id)
    if isinstance(vpc, Unknown):
        return vpc
    return Blocks(vpc.cidrs, f"endpoint {endpoint.id}", exact=False, group_ids=endpoint.group_ids)


def way_to_endpoint(
    job: TrainingJob, network: Network, subnet: Subnet, endpoint: Endpoint
) -> Fact[Crossing]:
    """Whether a job in a subnet reaches an interface endpoint at TCP 443."""
    if not endpoint.group_ids:
        return Unknown(f"the security groups of endpoint {endpoint.id} are not known")
    endpoint_side = blocks_of_endpoint(network, endpoint)
    if isinstance(endpoint_side, Unknown):
        return endpoint_side
    return way_to(job, network, subnet, endpoint_side, endpoint.subnet_ids)


def way_to(
    job: TrainingJob,
    network: Network,
    subnet: Subnet,
    other: Blocks,
    other_subnets: frozenset[str],
    port: int = HTTPS,
) -> Fact[Crossing]:
    """Whether a job in a subnet reaches network interfaces in subnets, one of which is used.

    The job's groups must let it out, the groups of the interfaces must let it in, and the network
    ACLs of both subnets must let both ways pass, unless the interface is inside the job's subnet.
    """
    if subnet.cidr is None:
        return IPV6_ONLY
    job_side = Blocks(
        (subnet.cidr,), f"subnet {subnet.id}", group_ids=frozenset(job.security_group_ids)
    )
    steps = (
        through(network, job.security_group_ids, Direction.EGRESS, other, port),
        through(network, sorted(other.group_ids), Direction.INGRESS, job_side, port),
        _across_borders(network, subnet, other, other_subnets, job_side, port),
    )
    known = [step for step in steps if isinstance(step, Crossing)]
    for step in known:
        if step.share is not Share.ALL:
            return step
    unknown = next((step for step in steps if isinstance(step, Unknown)), None)
    return unknown or Crossing(Share.ALL, other.name)


def through(
    network: Network,
    group_ids: Iterable[str],
    direction: Direction,
    other: Blocks,
    port: int = HTTPS,
) -> Fact[Crossing]:
    """How much TCP to a port passes the groups of these ids, of which some may not be known."""
    groups, unread = _groups(network, group_ids)
    crossing = through_groups(groups, direction, other, network.prefix_lists, port)
    if isinstance(crossing, Crossing) and crossing.share is Share.ALL:
        return crossing
    return unread or crossing


def anything_out(
    network: Network, group_ids: Iterable[str], blocks: Iterable[IPv4Network]
) -> Fact[bool]:
    """Whether the groups of these ids let anything out to some of these addresses."""
    groups, unread = _groups(network, group_ids)
    out = lets_out(groups, blocks, network.prefix_lists)
    return out if out is True else unread or out


def _groups(
    network: Network, group_ids: Iterable[str]
) -> tuple[list[SecurityGroup], Unknown | None]:
    """The groups of these ids that are known, and why some are not."""
    facts = [network.security_group(group_id) for group_id in group_ids]
    groups = [fact for fact in facts if isinstance(fact, SecurityGroup)]
    return groups, next((fact for fact in facts if isinstance(fact, Unknown)), None)


def _across_borders(
    network: Network,
    subnet: Subnet,
    other: Blocks,
    other_subnets: frozenset[str],
    job_side: Blocks,
    port: int,
) -> Fact[Crossing]:
    """What the ACLs let pass between a job's subnet and the others, one of which is used."""
    if other_subnets == {subnet.id}:
        return Crossing(Share.ALL, f"{other.name} is in the subnet, where no network ACL applies")
    out = _at_acl_of(network, subnet.id, lambda acl: out_through_acl(acl, other, port))
    into = [
        _at_acl_of(network, each, lambda acl: into_through_acl(acl, job_side, port))
        for each in sorted(other_subnets - {subnet.id})
    ]
    if _passes(out) and all(_passes(each) for each in into):
        return out
    if subnet.id in other_subnets:
        return Unknown(f"network ACLs matter only where {other.name} is used in another subnet")
    if not _passes(out):
        return out
    if any(_passes(each) for each in into):
        return Unknown(f"not every subnet of {other.name} lets the job in")
    return next((each for each in into if isinstance(each, Unknown)), into[0])


def _at_acl_of(
    network: Network, subnet_id: str, crossing: Callable[[NetworkAcl], Fact[Crossing]]
) -> Fact[Crossing]:
    acl = acl_of(network, subnet_id)
    return acl if isinstance(acl, Unknown) else crossing(acl)


def _passes(crossing: Fact[Crossing]) -> bool:
    return isinstance(crossing, Crossing) and crossing.share is Share.ALL
