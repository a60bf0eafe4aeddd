"""Interface endpoints: which one answers a service's name, and who may reach it.

Source: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network

from vpc_guardrail.core.acl import acl_of
from vpc_guardrail.core.crossing import (
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
    """Whether a job in a subnet reaches an interface endpoint at TCP 443.

    The job's groups must let it out, the endpoint's groups must let it in, and the network ACLs
    of both subnets must let both ways pass, unless the endpoint is inside the job's subnet.
    """
    if not endpoint.group_ids:
        return Unknown(f"the security groups of endpoint {endpoint.id} are not known")
    endpoint_side = blocks_of_endpoint(network, endpoint)
    if isinstance(endpoint_side, Unknown):
        return endpoint_side
    if subnet.cidr is None:
        return IPV6_ONLY
    job_side = Blocks(
        (subnet.cidr,), f"subnet {subnet.id}", group_ids=frozenset(job.security_group_ids)
    )
    steps = (
        through(network, job.security_group_ids, Direction.EGRESS, endpoint_side),
        through(network, sorted(endpoint.group_ids), Direction.INGRESS, job_side),
        _across_borders(network, subnet, endpoint, endpoint_side, job_side),
    )
    known = [step for step in steps if isinstance(step, Crossing)]
    for step in known:
        if step.share is not Share.ALL:
            return step
    unknown = next((step for step in steps if isinstance(step, Unknown)), None)
    return unknown or Crossing(Share.ALL, f"endpoint {endpoint.id}")


def through(
    network: Network, group_ids: Iterable[str], direction: Direction, other: Blocks
) -> Fact[Crossing]:
    """How much TCP 443 passes the groups of these ids, of which some may not be known."""
    groups, unread = _groups(network, group_ids)
    crossing = through_groups(groups, direction, other, network.prefix_lists)
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
    network: Network, subnet: Subnet, endpoint: Endpoint, other: Blocks, job_side: Blocks
) -> Fact[Crossing]:
    """What the ACLs let pass between a job's subnet and an endpoint's, one of which is used."""
    if endpoint.subnet_ids == {subnet.id}:
        return Crossing(Share.ALL, "the endpoint is in the subnet, where no network ACL applies")
    out = _at_acl_of(network, subnet.id, lambda acl: out_through_acl(acl, other))
    into = [
        _at_acl_of(network, each, lambda acl: into_through_acl(acl, job_side))
        for each in sorted(endpoint.subnet_ids - {subnet.id})
    ]
    if _passes(out) and all(_passes(each) for each in into):
        return out
    if subnet.id in endpoint.subnet_ids:
        return Unknown("network ACLs matter only where the endpoint is in another subnet")
    if not _passes(out):
        return out
    if any(_passes(each) for each in into):
        return Unknown(f"not every subnet of endpoint {endpoint.id} lets the job in")
    return next((each for each in into if isinstance(each, Unknown)), into[0])


def _at_acl_of(
    network: Network, subnet_id: str, crossing: Callable[[NetworkAcl], Fact[Crossing]]
) -> Fact[Crossing]:
    acl = acl_of(network, subnet_id)
    return acl if isinstance(acl, Unknown) else crossing(acl)


def _passes(crossing: Fact[Crossing]) -> bool:
    return isinstance(crossing, Crossing) and crossing.share is Share.ALL
